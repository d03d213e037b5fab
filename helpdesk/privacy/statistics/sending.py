"""Sending the published file to an address that an admin chose: off by default, over HTTPS, and just that file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.statistic import StatisticRelease, StatisticSending
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.storage.db import hold

_FIRST_WAIT: Final = timedelta(minutes=10)
_ATTEMPTS: Final = 12  # each waits twice as long as the one before: two weeks in all
_LEASE: Final = timedelta(minutes=5)  # longer than any server may think about it
_LONGEST: Final = 300


class AddressUnfit(Exception):
    """Not an https:// address of a named host without a login in it."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Releases that one process is about to send, in one file; what was published since waits for the next."""

    periods: Sequence[str]
    address: str

    def identity(self, body: bytes) -> str:
        """The same for the same file, so that a receiver knows a second copy for one."""
        return f"{self.periods[0]}-{hashlib.sha256(body).hexdigest()[:32]}"


def checked(address: str) -> str:
    """An address as it may be kept; nothing stays nothing. Raises AddressUnfit."""
    address = address.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressUnfit from None
    is_plain = parts.username is None and parts.password is None and not parts.fragment and port != 0
    if parts.scheme != "https" or not parts.hostname or not is_plain or len(address) > _LONGEST:
        raise AddressUnfit
    return address


def is_due(session: Session) -> bool:
    """Whether a release waits to be sent: looked at before anything is locked."""
    usage = settings.of(session, Usage)
    return usage.is_on and bool(usage.send_to) and session.scalar(_due().limit(1)) is not None


def claim(session: Session) -> Claimed | None:
    """Take what is due for some minutes, so that no other process sends it meanwhile; None: nothing is.

    An attempt is counted now: who dies in the middle has used it up.
    """
    hold(session, "statistics")
    usage = settings.of(session, Usage)
    if not usage.is_on or not usage.send_to:
        return None
    rows = session.scalars(_due().with_only_columns(StatisticSending)).all()
    for row in rows:
        row.attempts += 1
        row.next_at = clock.now() + _LEASE if row.attempts < _ATTEMPTS else None
    session.flush()
    return Claimed([row.period for row in rows], usage.send_to) if rows else None


def mark(session: Session, sent: Claimed, trouble: str) -> None:
    """Write down how it went; one that did not arrive is tried again, less and less often, and at last no more."""
    now = clock.now()
    for row in session.scalars(select(StatisticSending).where(StatisticSending.period.in_(sent.periods))):
        row.trouble = trouble
        if not trouble:
            row.sent_at, row.next_at = now, None
        elif row.next_at is not None:
            row.next_at = now + _FIRST_WAIT * 2 ** (row.attempts - 1)
    facts: dict[str, object] = {"period": sent.periods[0], "arrived": not trouble}
    audit.record(session, "statistics.send", by=Machine.STATISTICS, on=("statistics", None), facts=facts)
    session.flush()


def _due() -> Select[str]:
    """The newest first; a file holds all that came before it."""
    due = StatisticSending.next_at <= clock.now()
    return select(StatisticSending.period).where(due).order_by(StatisticSending.period.desc())


def latest(session: Session) -> StatisticSending | None:
    """The last one, sent or waiting: by its days, because a quarter's name comes after those of its months."""
    newest = (
        select(StatisticSending)
        .join(StatisticRelease, StatisticRelease.period == StatisticSending.period)
        .group_by(StatisticSending.period)
        .order_by(func.max(StatisticRelease.ends_on).desc(), StatisticSending.period.desc())
    )
    return session.scalar(newest.limit(1))
