"""One at a time: a lease is held for a while, renewed by its holder, and free again when it fell silent."""

from datetime import timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.lease import Lease
from helpdesk.storage.db import insert_unless_known


def take(session: Session, name: str, *, holder: str, lasting: timedelta) -> bool:
    """Take or renew a lease; False: another holder has it, and is alive.

    One that ends later than anybody could have taken it now is of a clock that was put back: it is free.
    """
    now = clock.now()
    renewed = (
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.until <= now, Lease.until > now + 2 * lasting))
        .values(holder=holder, until=now + lasting)
        .returning(Lease.name)
    )
    if session.execute(renewed).first() is not None:
        return True
    return insert_unless_known(session, Lease, name=name, holder=holder, until=now + lasting)


def release(session: Session, name: str, *, holder: str) -> None:
    """Give a lease back; one that somebody else holds stays theirs."""
    session.execute(update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=clock.now()))
