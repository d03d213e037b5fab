"""What a report of themes reads: the new text of what customers wrote; nobody's who objected, nothing protected."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, and_, func, not_, select
from sqlalchemy.orm import Session, aliased

from helpdesk.desk import theme_scope
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.message import Direction, Message
from helpdesk.models.theme_report import ThemeReport
from helpdesk.models.ticket import Channel, Ticket
from helpdesk.privacy import access, objections, protection
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics.counting import organisations
from helpdesk.themes.values import Document

MOST: Final = 100_000  # messages of a report: the newest
_PIECE: Final = 500
_WHO: Final = func.coalesce(Customer.part_of_id, Customer.id)  # who has several records is one person
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


@dataclass(slots=True)
class Material:
    """What is analysed; `whose` says who wrote each message, `names` are people's, to be taken out."""

    documents: list[Document] = field(default_factory=list, repr=False)
    whose: dict[str, int] = field(default_factory=dict, repr=False)
    names: set[str] = field(default_factory=set, repr=False)
    left_out: Mapping[int, int] = field(default_factory=dict, repr=False)
    """Messages that are not read, of each customer."""
    beyond: Mapping[int, int] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Written:
    """A message that is meant: whose, when, under which name, in which matter."""

    id: int
    customer_id: int
    at: datetime
    name: str = field(repr=False)
    ticket_id: int
    is_opening: bool
    """An email before which nothing was written in its ticket: its subject is its writer's own."""


def collected(session: Session, report: ThemeReport, zone: ZoneInfo) -> Material:
    """Read it all, a piece at a time; the run is an event for each piece, and names no person."""
    is_meant, is_open = _is_meant(report, zone), _may_be_counted()
    found = Material()
    chosen = (
        select(
            Message.id,
            _WHO.label("who"),
            Message.at,
            Message.from_name,
            Message.ticket_id,
            and_(Ticket.channel == Channel.EMAIL, Message.id == _opening()),
        )
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Customer, Customer.id == Message.customer_id)
        .where(is_meant)
        .order_by(Message.at.desc(), Message.id.desc())
    )
    found.left_out = _of_each(session, chosen.where(not_(is_open)).subquery())
    rows = [_Written(*row) for row in session.execute(chosen.where(is_open).limit(MOST))]
    if len(rows) == MOST:
        found.beyond = _of_each(session, chosen.where(is_open).offset(MOST).subquery())
    first = {row.ticket_id: str(row.id) for row in rows}  # the newest come first: the oldest stays
    accounts = organisations(session)
    for piece in _pieces(rows):
        texts = access.new_texts(session, [row.id for row in piece], by=Machine.THEMES, for_report=report.id)
        for row in piece:
            found.names.update(_names(row.name))
            subject, text = texts.get(row.id, ("", ""))
            if text := text.strip():
                account = accounts.get(row.customer_id, "")
                document = Document(
                    str(row.id),
                    text,
                    str(row.customer_id),
                    None if not account or account.startswith("customer ") else account,
                    row.at.astimezone(zone).date(),
                    None if first[row.ticket_id] == str(row.id) else first[row.ticket_id],
                    subject if row.is_opening else "",
                )
                found.documents.append(document)
                found.whose[document.id] = row.customer_id
    for name in session.scalars(select(Agent.name)):
        found.names.update(_names(name))
    return found


def _of_each(session: Session, rows: Subquery) -> dict[int, int]:
    return {who: count for who, count in session.execute(select(rows.c.who, func.count()).group_by(rows.c.who))}  # noqa: C416  rows


def _is_meant(report: ThemeReport, zone: ZoneInfo) -> ColumnElement[bool]:
    """What people wrote in the period, in the scope: not machines, and not what is spam or thrown away."""
    return and_(
        Message.direction == Direction.RECEIVED,
        Message.customer_id.is_not(None),
        Message.is_automatic.is_(False),
        Message.erased_at.is_(None),
        Message.at >= _midnight(report.since or date.min, zone),
        Message.at < _midnight((report.until or date.max - timedelta(days=2)) + timedelta(days=1), zone),
        theme_scope.is_within(theme_scope.of_text(report.scope)),
    )


def _opening() -> ScalarSelect[int]:
    """The first message of the ticket, whoever wrote it."""
    one = aliased(Message)
    return select(func.min(one.id)).where(one.ticket_id == Message.ticket_id).scalar_subquery()


def _may_be_counted() -> ColumnElement[bool]:
    gone = select(Customer.id).where(Customer.erased_at.is_not(None))
    return and_(
        Message.customer_id.not_in(objections.left_out()),
        Ticket.customer_id.not_in(objections.left_out()),
        Message.customer_id.not_in(gone),
        Message.customer_id.not_in(select(Customer.id).where(Customer.is_protected)),
        protection.is_unprotected(),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _names(name: str) -> Iterator[str]:
    return (word.lower() for word in _WORD.findall(name))


def _pieces(rows: Sequence[_Written]) -> Iterator[Sequence[_Written]]:
    return (rows[start : start + _PIECE] for start in range(0, len(rows), _PIECE))
