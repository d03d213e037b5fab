"""Sending the published file to an address that an admin chose: off by default, over HTTPS, and just that file."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.statistic import StatisticSending
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics.plan import Usage

_FIRST_WAIT: Final = timedelta(minutes=10)
_ATTEMPTS: Final = 12  # each waits twice as long as the one before: two weeks in all
_LONGEST: Final = 300


class AddressUnfit(Exception):
    """Not an https:// address of a named host without a login in it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    period: str
    address: str


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


def waiting(session: Session) -> Waiting | None:
    """The newest release that is due to be sent; the file holds all that came before it."""
    usage = settings.of(session, Usage)
    if not usage.is_on or not usage.send_to:
        return None
    due = select(StatisticSending.period).where(StatisticSending.next_at <= clock.now())
    period = session.scalar(due.order_by(StatisticSending.period.desc()).limit(1))
    return None if period is None else Waiting(period, usage.send_to)


def mark(session: Session, sent: Waiting, trouble: str) -> None:
    """Write down how it went; one that did not arrive is tried again, less and less often, and at last no more."""
    now = clock.now()
    for row in session.scalars(select(StatisticSending).where(StatisticSending.next_at.is_not(None))):
        if trouble:
            row.attempts += 1
            row.trouble = trouble
            row.next_at = now + _FIRST_WAIT * 2 ** (row.attempts - 1) if row.attempts < _ATTEMPTS else None
        else:
            row.sent_at, row.next_at, row.trouble = now, None, ""
    facts: dict[str, object] = {"period": sent.period, "arrived": not trouble}
    audit.record(session, "statistics.send", by=Machine.STATISTICS, on=("statistics", None), facts=facts)
    session.flush()


def latest(session: Session) -> StatisticSending | None:
    """The last one, sent or waiting."""
    return session.scalar(select(StatisticSending).order_by(StatisticSending.period.desc()).limit(1))
