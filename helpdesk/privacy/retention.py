"""Retention: how long what was thrown away, and drafts that nobody touches, are kept; and what of it goes tonight."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.draft import Draft
from helpdesk.models.message import Message
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import policy, settings
from helpdesk.privacy.readers import Reader

PROMISE: Final = "trash-emptied"  # its check: helpdesk/privacy/promises/retention.py
PARAMETER: Final = "trash_days"
DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 3_650
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Retention:
    """Days; 0: for good, nothing goes by itself."""

    key: ClassVar = "retention"

    trash_days: int = DEFAULT_DAYS
    draft_days: int = DEFAULT_DAYS


@dataclass(frozen=True, slots=True)
class Expected:
    """What lies there, what of it goes tonight, and what would, but for a person's request that is still open."""

    tickets: int
    tickets_tonight: int
    tickets_asked_for: int
    drafts: int
    drafts_tonight: int


class NotDays(Exception):
    """Days are a whole number, 0 for ever, and ten years at the most."""


class SoonerPromised(Exception):
    """The policy in force promises that the trash is emptied sooner than this."""

    def __init__(self, days: int) -> None:
        super().__init__(f"the policy in force promises {days} days")
        self.days = days


def of(session: Session) -> Retention:
    return settings.of(session, Retention)


def choose(session: Session, wanted: Retention, *, by: Reader) -> None:
    """Keep it so from now on. Raises NotDays, SoonerPromised."""
    check(wanted)
    promised = promised_days(session)
    if promised is not None and not 0 < wanted.trash_days <= promised:
        raise SoonerPromised(promised)
    settings.change(session, wanted, by=by)


def check(wanted: Retention) -> None:
    """Raises NotDays."""
    if not all(0 <= days <= MOST_DAYS for days in (wanted.trash_days, wanted.draft_days)):
        raise NotDays(f"0 to {MOST_DAYS} days")


def promised_days(session: Session) -> int | None:
    """How many days the policy in force says, where it promises anything of the trash."""
    made = next((one for one in policy.current(session).promises if one.check == PROMISE), None)
    return None if made is None else int(made.parameters.get(PARAMETER, DEFAULT_DAYS))


def goes_at(session: Session, ticket: Ticket, zone: ZoneInfo) -> datetime | None:
    """The night in which a ticket leaves the trash for good, if it is left there."""
    days = of(session).trash_days
    if ticket.trashed_at is None or not days:
        return None
    due = ticket.trashed_at + timedelta(days=days)
    return max(clock.next_night(due, zone), clock.next_night(clock.now(), zone))


def expected(session: Session, wanted: Retention, night: datetime) -> Expected:
    """A dry run for that night, by these days: it counts, and changes nothing."""
    lies_there = Ticket.place == Place.TRASH
    due = is_over(wanted, night)
    return Expected(
        _count(session, select(Ticket.id).where(lies_there)),
        _count(session, select(Ticket.id).where(due, ~is_asked_for())),
        _count(session, select(Ticket.id).where(due, is_asked_for())),
        _count(session, select(Draft.id).where(Draft.discarded_at.is_(None))),
        _count(session, select(Draft.id).where(Draft.discarded_at.is_(None), drafts_over(wanted, night))),
    )


def is_over(wanted: Retention, night: datetime) -> ColumnElement[bool]:
    """Tickets whose time in the trash is over by then, as a condition on Ticket."""
    days = timedelta(days=wanted.trash_days)
    return (Ticket.place == Place.TRASH) & (Ticket.trashed_at <= (night - days if days else _NEVER))


def is_asked_for() -> ColumnElement[bool]:
    """Tickets on which somebody asks for a right over their data, and nobody ended that yet: they wait for it."""
    asked = select(PrivacyRequest.id).join(Message, Message.id == PrivacyRequest.message_id)
    return asked.where(Message.ticket_id == Ticket.id, PrivacyRequest.ended_at.is_(None)).exists()


def waits_for_a_request(session: Session, ticket: Ticket) -> bool:
    return session.scalar(select(Ticket.id).where(Ticket.id == ticket.id, is_asked_for())) is not None


def drafts_over(wanted: Retention, night: datetime) -> ColumnElement[bool]:
    """Drafts that nobody touched for so long, as a condition on Draft."""
    days = timedelta(days=wanted.draft_days)
    return Draft.changed_at < (night - days if days else _NEVER)


def _count(session: Session, chosen: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
