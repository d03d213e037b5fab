"""The tickets behind a theme: those an agent may read, and what can be said of all of them in numbers.

That a ticket is of a theme was learned from what is written there: who may not read it is not told.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, joinedload

from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.message import Message
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.theme_report import ThemeMessage, ThemeReport
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import basis, protection
from helpdesk.privacy.theme_telling import CUSTOMERS

PAGE: Final = 50
_WHO: Final = func.coalesce(Customer.part_of_id, Customer.id)  # who has several records is one person
_MEASURED: Final = 2_000  # of the newest tickets: enough for a median


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all tickets of a theme, whoever asks: numbers that five customers stand behind, or none."""

    tickets: int
    first_reply_hours: float | None
    reopened_share: float | None
    tags: Sequence[tuple[str, int]]


def of_theme(report: ThemeReport, numbers: Sequence[int]) -> Select[int]:
    """The ids of the tickets with a message of these themes; only the newest report of a series knows them."""
    return (
        select(Message.ticket_id)
        .join(ThemeMessage, ThemeMessage.message_id == Message.id)
        .where(ThemeMessage.report_id == report.id, ThemeMessage.number.in_(numbers))
        .distinct()
    )


def are_known(session: Session, report: ThemeReport) -> bool:
    """Whether this report still knows which tickets it counted."""
    return session.scalar(select(ThemeMessage.id).where(ThemeMessage.report_id == report.id).limit(1)) is not None


def is_open(session: Session, by: Agent) -> ColumnElement[bool]:
    """The tickets this agent could open and read now, as a condition on Ticket."""
    return and_(basis.readable(session, by), protection.is_open_to(by))


def listed(
    session: Session, report: ThemeReport, numbers: Sequence[int], *, by: Agent, before: int | None = None
) -> Sequence[Ticket]:
    """The newest of them that this agent may read, one more than a page."""
    chosen = select(Ticket).where(Ticket.id.in_(of_theme(report, numbers)), is_open(session, by))
    if before is not None:
        chosen = chosen.where(Ticket.id < before)
    return session.scalars(
        chosen.options(joinedload(Ticket.customer), joinedload(Ticket.assignee))
        .order_by(Ticket.id.desc())
        .limit(PAGE + 1)
    ).all()


def ids(session: Session, report: ThemeReport, numbers: Sequence[int], *, by: Agent) -> Sequence[int]:
    """All of them that this agent may read."""
    chosen = select(Ticket.id).where(Ticket.id.in_(of_theme(report, numbers)), is_open(session, by))
    return session.scalars(chosen.order_by(Ticket.id)).all()


def beyond(session: Session, report: ThemeReport, numbers: Sequence[int], *, by: Agent) -> int:
    """How many of them this agent may not read."""
    is_of_it = Ticket.id.in_(of_theme(report, numbers))
    counted = select(func.count()).select_from(Ticket)
    all_, open_ = (
        session.scalar(counted.where(*conditions)) or 0
        for conditions in ([is_of_it], [is_of_it, is_open(session, by)])
    )
    return all_ - open_


def figures(session: Session, report: ThemeReport, numbers: Sequence[int]) -> Figures:
    """Reply times, reopenings and tags; nothing that fewer than five customers stand behind."""
    is_of_it = Ticket.id.in_(of_theme(report, numbers))
    rows = session.execute(
        select(Ticket.id, _WHO.label("who"), Ticket.opened_at, Ticket.first_reply_at)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(is_of_it)
        .order_by(Ticket.id.desc())
        .limit(_MEASURED)
    ).all()
    replied = [(row.who, row.first_reply_at - row.opened_at) for row in rows if row.first_reply_at is not None]
    hours = [took.total_seconds() / 3600 for _, took in replied]
    is_enough = len({who for who, _ in replied}) >= CUSTOMERS
    reopened = _reopened(session, is_of_it)
    return Figures(
        tickets=session.scalar(select(func.count()).select_from(Ticket).where(is_of_it)) or 0,
        first_reply_hours=statistics.median(hours) if is_enough else None,
        reopened_share=None if reopened is None or not rows else reopened / len(rows),
        tags=_tags(session, is_of_it),
    )


def _reopened(session: Session, is_of_it: ColumnElement[bool]) -> int | None:
    newest = select(Ticket.id).where(is_of_it).order_by(Ticket.id.desc()).limit(_MEASURED).subquery()
    found = session.execute(
        select(func.count(Ticket.id.distinct()), func.count(_WHO.distinct()))
        .join(newest, newest.c.id == Ticket.id)
        .join(Customer, Customer.id == Ticket.customer_id)
        .join(AuditEvent, AuditEvent.object_id == Ticket.id)
        .where(AuditEvent.object_kind == "ticket", AuditEvent.action == "ticket.reopen")
    ).one()
    return found[0] if found[1] == 0 or found[1] >= CUSTOMERS else None


def _tags(session: Session, is_of_it: ColumnElement[bool]) -> Sequence[tuple[str, int]]:
    customers = func.count(_WHO.distinct())
    rows = session.execute(
        select(Tag.name, customers)
        .join(TicketTag, TicketTag.tag_id == Tag.id)
        .join(Ticket, Ticket.id == TicketTag.ticket_id)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(is_of_it)
        .group_by(Tag.name)
        .having(customers >= CUSTOMERS)
        .order_by(customers.desc(), Tag.name)
        .limit(10)
    )
    return [(name, count) for name, count in rows]
