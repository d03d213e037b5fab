"""One poller a mailbox: its lease, kept alive while its process lives and taken over when that is gone."""

import os
import secrets
import socket
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from helpdesk.models.lease import Lease
from helpdesk.storage import leases

LASTING: Final = timedelta(seconds=60)


class NotOurs(Exception):
    """Another poller has this mailbox now; what we were about to write is undone."""


class PollLeases:
    """The leases of one process. Its name tells machine and process, so that a dead one need not be waited for."""

    def __init__(self) -> None:
        self._holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"

    def require(self, session: Session, mailbox_id: int) -> None:
        """Take or renew, in the transaction that relies on it. Raises NotOurs."""
        name = _name(mailbox_id)
        if leases.take(session, name, holder=self._holder, lasting=LASTING):
            return
        lease = session.get(Lease, name, populate_existing=True)
        if lease is not None and _is_dead(lease.holder):
            leases.release(session, name, holder=lease.holder)
            if leases.take(session, name, holder=self._holder, lasting=LASTING):
                return
        raise NotOurs

    def renew(self, session: Session, mailbox_ids: Iterable[int]) -> None:
        for mailbox_id in mailbox_ids:
            leases.take(session, _name(mailbox_id), holder=self._holder, lasting=LASTING)

    def release(self, session: Session, mailbox_id: int) -> None:
        leases.release(session, _name(mailbox_id), holder=self._holder)


def _name(mailbox_id: int) -> str:
    return f"poll:{mailbox_id}"


def _is_dead(holder: str) -> bool:
    """Whether a holder of this machine is gone for certain; of another machine nothing is known."""
    machine, _, rest = holder.partition(" ")
    process = rest.partition(" ")[0]
    if machine != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
