"""Snoozing: a ticket is put aside until a moment, until the customer writes, or until whichever comes first."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import inbox, stood, taking_up
from helpdesk.desk.inbox import ALL, Part, View
from helpdesk.models.agent import Agent
from helpdesk.models.message import Note
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs

LONGEST: Final = timedelta(days=366)
MORNING: Final = time(9, 0)
_MOST_AT_ONCE: Final = 200
_FEW_WORDS: Final = 15
_FEW_LETTERS: Final = 120
_QUESTIONS: Final = ("?", "\uff1f", "\u061f")  # Latin, Chinese and Japanese, Arabic


class NotToBeSnoozed(Exception):
    """Until when? The moment is past, too far away, or nothing would ever wake the ticket."""


def snooze(
    session: Session, ticket: Ticket, *, until: datetime | None = None, on_reply: bool = True, by: Agent
) -> None:
    """Put a ticket aside; snoozed again, the last word counts. Raises NotToBeSnoozed, AccessDenied."""
    check(until, on_reply)
    if ticket.is_closed:  # one that is not closed is its team's to read
        access.require(session, ticket, by=by)
    was = stood.before(session, ticket, by=by)
    row = session.get(Snooze, ticket.id)
    if row is None:
        row = Snooze(ticket_id=ticket.id, agent_id=by.id)
        session.add(row)
    row.agent_id, row.until, row.ends_on_reply, row.at, row.note_id = by.id, until, on_reply, clock.now(), None
    taking_up.take_up(ticket)
    ticket.status, ticket.closed_at, ticket.woke_at = Status.SNOOZED, None, None
    facts: dict[str, object] = {"until": until.isoformat() if until else None, "on_reply": on_reply}
    _tell(session, ticket, "ticket.snooze", by=by, facts=facts | stood.change(session, ticket, was))


def explain(session: Session, ticket: Ticket, note: Note) -> None:
    """This note says why it sleeps; gone with it, there is no reason any more."""
    row = session.get(Snooze, ticket.id)
    if row is not None:
        row.note_id = note.id


def check(until: datetime | None, on_reply: bool) -> None:  # noqa: FBT001  the two belong together
    """Whether a ticket can sleep so. Raises NotToBeSnoozed."""
    now = clock.now()
    if (until is None and not on_reply) or (until is not None and not now < until < now + LONGEST):
        raise NotToBeSnoozed("choose a moment within a year, or to be woken by an answer")


def wake(session: Session, ticket: Ticket, *, by: Reader) -> None:
    """Back to its agent, on top of the list; a ticket that does not sleep stays as it is."""
    was = stood.before(session, ticket, by=by)
    row = session.get(Snooze, ticket.id)
    if row is not None:
        session.delete(row)
    if ticket.status is not Status.SNOOZED:
        return
    ticket.status, ticket.woke_at = Status.OPEN, clock.now()
    ticket.waiting_since = min(_front_of_the_line(session, ticket), ticket.waiting_since)
    _tell(session, ticket, "ticket.wake", by=by, facts=stood.change(session, ticket, was))


def wake_due(session: Session) -> int:
    """Wake what has slept until its moment; what was closed or opened meanwhile only loses its alarm."""
    due = (
        select(Ticket)
        .join(Snooze, Snooze.ticket_id == Ticket.id)
        .where(Snooze.until <= clock.now())
        .order_by(Snooze.until)
        .limit(_MOST_AT_ONCE)
    )
    rows = session.scalars(due.with_for_update(of=Ticket, skip_locked=True)).all()
    for ticket in reversed(rows):  # the one that was due first comes to stand on top
        wake(session, ticket, by=Machine.CLOCK)
        session.flush()
    return len(rows)


def next_due(session: Session, view: View, part: Part = ALL, *, by: Agent) -> datetime | None:
    """When the first of what sleeps comes back to this view of open tickets."""
    asleep = inbox.in_view(by, View.SNOOZED, part)
    if view is not View.OPEN:
        asleep = asleep.where(Ticket.assignee_id == by.id if view is View.MINE else Ticket.assignee_id.is_(None))
    due = asleep.join(Snooze, Snooze.ticket_id == Ticket.id).where(Snooze.until > clock.now())
    return session.scalar(due.with_only_columns(func.min(Snooze.until)))


def sleeps_on(session: Session, ticket: Ticket) -> bool:
    """Whether a ticket stays asleep although its customer wrote: somebody chose a moment, and only that."""
    row = session.get(Snooze, ticket.id) if ticket.status is Status.SNOOZED else None
    return row is not None and not row.ends_on_reply


def of(session: Session, ticket: Ticket) -> Snooze | None:
    return session.get(Snooze, ticket.id) if ticket.status is Status.SNOOZED else None


def cut_short(session: Session, ticket: Ticket) -> datetime | None:
    """The moment until which a ticket should have slept that an answer woke; None where nothing is left of it."""
    row = session.get(Snooze, ticket.id) if ticket.status is Status.OPEN and ticket.woke_at else None
    return row.until if row is not None and row.until and row.until > clock.now() else None


def is_thanks(text: str) -> bool:
    """Whether an answer is so short that it may only say thanks: a few words, and no question."""
    words = text.split()
    is_short = 0 < len(words) <= _FEW_WORDS and len(text.strip()) <= _FEW_LETTERS
    return is_short and not any(sign in text for sign in _QUESTIONS)


def presets(zone: ZoneInfo) -> dict[str, datetime]:
    """The moments that are offered, by name, in the desk's time zone."""
    now = clock.now().astimezone(zone)
    in_days = {"tomorrow": 1, "monday": 7 - now.weekday(), "week": 7}
    in_three_hours = (clock.now() + timedelta(hours=3)).astimezone(zone)  # also when the clocks are changed between
    found = {"today": in_three_hours} if now.hour < 19 else {}
    return found | {
        name: datetime.combine(now.date() + timedelta(days=days), MORNING, zone) for name, days in in_days.items()
    }


def _front_of_the_line(session: Session, ticket: Ticket) -> datetime:
    first = select(func.min(Ticket.waiting_since)).where(
        Ticket.team_id == ticket.team_id, Ticket.status == Status.OPEN, Ticket.place == Place.DESK
    )
    longest = session.scalar(first)
    return longest - timedelta(seconds=1) if longest else clock.now()


def _tell(
    session: Session, ticket: Ticket, action: str, *, by: Reader, facts: dict[str, object] | None = None
) -> None:
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    jobs.announce(session, ticket.id)
