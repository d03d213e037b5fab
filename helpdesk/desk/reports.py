"""Reports: how much came in, what is left, how long people waited; from tickets the asking agent may know of.

Who has no permission for reports sees the tickets that are assigned to themselves. Only numbers, states and moments
of tickets are looked at, which an erasure leaves as they were. The cost grows with the period alone.
"""

import enum
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk import clock
from helpdesk.business_calendar import Calendar
from helpdesk.desk import business_hours, inbox
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.models.tag import TicketTag
from helpdesk.models.ticket import Ticket

LONGEST: Final = 366  # days
# written out, so that the partial indexes of these states are found
_ON_THE_DESK: Final = Ticket.place == literal_column("'desk'")
_OPEN: Final = Ticket.status == literal_column("'open'")
_ASIDE: Final = Ticket.status.in_([literal_column("'pending'"), literal_column("'snoozed'")])
_CLOSED: Final = Ticket.status == literal_column("'closed'")
MOST_MEASURED: Final = 3_000  # durations in business hours: of more, evenly so many


class Group(enum.StrEnum):
    """By what a report is taken apart."""

    TEAM = "team"
    MAILBOX = "mailbox"
    TAG = "tag"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Asked:
    """A period by its first and last day, what it is taken apart by, and whether only worked time counts."""

    begins: date
    ends: date
    group: Group = Group.TEAM
    only: int | None = None  # one team, mailbox, tag or agent
    in_hours: bool = True

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days + 1


@dataclass(frozen=True, slots=True)
class Times:
    """How long things took; None where nothing of the kind happened."""

    count: int
    median: timedelta | None
    ninetieth: timedelta | None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    opened: int
    closed: int
    backlog: int  # not closed when the day ended; one that was opened again counts as if it had never been closed


@dataclass(frozen=True, slots=True)
class Line:
    """One team, mailbox, tag or agent (None: none of them)."""

    id: int | None
    opened: int
    closed: int
    first_reply: Times
    resolution: Times


@dataclass(frozen=True, slots=True)
class Report:
    days: Sequence[Day]
    opened: int
    closed: int
    first_reply: Times
    resolution: Times
    hours: Sequence[int]  # new tickets by hour of the day
    weekdays: Sequence[int]
    lines: Sequence[Line]
    is_sampled: bool


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    team_id: int
    opened_at: datetime
    first_reply_at: datetime | None
    closed_at: datetime | None
    keys: Sequence[int | None]


def report(session: Session, asked: Asked, *, by: Agent, zone: ZoneInfo) -> Report:
    """The numbers of a period, by the days of this time zone."""
    scope = _scope(asked, by)
    begins, ends = _midnight(asked.begins, zone), _midnight(asked.ends + timedelta(days=1), zone)
    opened = _rows(session, asked, [*scope, Ticket.opened_at >= begins, Ticket.opened_at < ends])
    is_closed = (_CLOSED, Ticket.closed_at >= begins, Ticket.closed_at < ends)
    closed = _rows(session, asked, [*scope, *is_closed])
    took = _measure(session, asked, zone)
    replied = [(row, row.first_reply_at) for row in opened if row.first_reply_at]
    resolved = [(row, row.closed_at) for row in closed if row.closed_at]
    local = [row.opened_at.astimezone(zone) for row in opened]
    hours, weekdays = Counter(one.hour for one in local), Counter(one.weekday() for one in local)
    return Report(
        _days(asked, local, [then.astimezone(zone) for _row, then in resolved], _backlog(session, scope, ends)),
        len(opened),
        len(closed),
        _times(replied, took),
        _times(resolved, took),
        [hours[hour] for hour in range(24)],
        [weekdays[day] for day in range(7)],
        _lines(opened, closed, took),
        asked.in_hours and max(len(replied), len(resolved)) > MOST_MEASURED,
    )


def _scope(asked: Asked, by: Agent) -> list[ColumnElement[bool]]:
    found = [inbox.is_visible(by), _ON_THE_DESK]
    if not by.may(Permission.REPORTS):
        found.append(Ticket.assignee_id == by.id)
    if asked.only is not None and asked.group is Group.TAG:
        found.append(Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag_id == asked.only)))
    elif asked.only is not None:
        found.append(_COLUMNS[asked.group] == asked.only)
    return found


_COLUMNS: Final[Mapping[Group, InstrumentedAttribute[Any]]] = {
    Group.TEAM: Ticket.team_id,
    Group.MAILBOX: Ticket.mailbox_id,
    Group.AGENT: Ticket.assignee_id,
}


def _rows(session: Session, asked: Asked, where: Sequence[ColumnElement[bool]]) -> list[_Row]:
    tags = _tags(session, where) if asked.group is Group.TAG else {}
    key = _COLUMNS.get(asked.group, Ticket.team_id)
    moments = Ticket.opened_at, Ticket.first_reply_at, Ticket.closed_at
    found = session.execute(select(Ticket.id, Ticket.team_id, *moments, key).where(*where))
    is_by_tag = asked.group is Group.TAG
    return [
        _Row(row[0], row[1], row[2], row[3], row[4], tags.get(row[0], (None,)) if is_by_tag else (row[5],))
        for row in found
    ]


def _tags(session: Session, where: Sequence[ColumnElement[bool]]) -> Mapping[int, Sequence[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = select(TicketTag.ticket_id, TicketTag.tag_id).join(Ticket, Ticket.id == TicketTag.ticket_id)
    for ticket, tag in session.execute(rows.where(*where)):
        found[ticket].append(tag)
    return found


Took = Callable[[_Row, datetime], timedelta]


def _measure(session: Session, asked: Asked, zone: ZoneInfo) -> Took:
    """How long something took: by the clock, or as much as the ticket's team worked meanwhile."""
    if not asked.in_hours:
        return lambda row, then: then - row.opened_at
    calendars: dict[int, Calendar] = {}

    def worked(row: _Row, then: datetime) -> timedelta:
        if row.team_id not in calendars:
            calendars[row.team_id] = business_hours.of(session, row.team_id, time_zone=str(zone))
        return calendars[row.team_id].between(row.opened_at, then)

    return worked


def _times(found: Sequence[tuple[_Row, datetime]], took: Took) -> Times:
    every = math.ceil(len(found) / MOST_MEASURED) if found else 1
    durations = sorted(took(row, then) for row, then in found[::every])
    if not durations:
        return Times(0, None, None)
    return Times(len(found), _nearest(durations, 0.5), _nearest(durations, 0.9))


def _nearest(durations: Sequence[timedelta], part: float) -> timedelta:
    """The first by which so large a part of them was done."""
    return durations[max(0, math.ceil(part * len(durations)) - 1)]


def _lines(opened: Sequence[_Row], closed: Sequence[_Row], took: Took) -> list[Line]:
    """Each group with its numbers, the largest first. A ticket with two tags is in the lines of both."""
    came, went = _grouped(opened), _grouped(closed)
    made = []
    for key in came.keys() | went.keys():
        replied = [(row, row.first_reply_at) for row in came[key] if row.first_reply_at]
        resolved = [(row, row.closed_at) for row in went[key] if row.closed_at]
        times = _times(replied, took), _times(resolved, took)
        made.append(Line(key, len(came[key]), len(went[key]), *times))
    return sorted(made, key=lambda line: (-line.opened, -line.closed, line.id or 0))


def _grouped(rows: Iterable[_Row]) -> defaultdict[int | None, list[_Row]]:
    found: defaultdict[int | None, list[_Row]] = defaultdict(list)
    for row in rows:
        for key in row.keys:
            found[key].append(row)
    return found


def _backlog(session: Session, scope: Sequence[ColumnElement[bool]], ends: datetime) -> int:
    """How many were not closed at a moment: those that are not now, without what came since, with what went."""
    now = sum(_count(session, [*scope, state]) for state in (_OPEN, _ASIDE))
    if ends >= clock.now():
        return now
    came = _count(session, [*scope, Ticket.opened_at >= ends])
    went = _count(session, [*scope, _CLOSED, Ticket.closed_at >= ends])
    return now - came + went


def _count(session: Session, where: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(Ticket).where(*where)) or 0


def _days(asked: Asked, opened: Sequence[datetime], closed: Sequence[datetime], left: int) -> list[Day]:
    came, went = Counter(one.date() for one in opened), Counter(one.date() for one in closed)
    made: list[Day] = []
    for back in range(asked.days):
        day = asked.ends - timedelta(days=back)
        made.append(Day(day, came[day], went[day], left))
        left += went[day] - came[day]
    return made[::-1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
