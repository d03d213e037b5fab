"""The mail ledger for admins: every email that was fetched, what became of it and why, without a word of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.ticket import Ticket

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines of the ledger: of a mailbox, with an outcome, fetched on a day of the desk's calendar."""

    mailbox_id: int | None = None
    outcome: Outcome | None = None
    day: date | None = None


def page(session: Session, asked: Asked, zone: ZoneInfo, *, before: int | None = None) -> Sequence[InboundEmail]:
    """The newest first, a page and one more."""
    chosen = _chosen(asked, zone)
    if before is not None:
        chosen = chosen.where(InboundEmail.id < before)
    return session.scalars(chosen.order_by(InboundEmail.id.desc()).limit(PAGE + 1)).all()


def visible_tickets(session: Session, emails: Sequence[InboundEmail], *, by: Agent) -> set[int]:
    """Of the tickets these emails landed on, those this agent may know of."""
    ids = {email.ticket_id for email in emails if email.ticket_id is not None}
    return set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), inbox.is_visible(by)))) if ids else set()


def _chosen(asked: Asked, zone: ZoneInfo) -> Select[InboundEmail]:
    chosen = select(InboundEmail)
    if asked.mailbox_id is not None:
        chosen = chosen.where(InboundEmail.mailbox_id == asked.mailbox_id)
    if asked.outcome is not None:
        chosen = chosen.where(InboundEmail.outcome == asked.outcome)
    if asked.day is not None:
        begins = datetime.combine(asked.day, time(), zone)
        ends = datetime.combine(asked.day + timedelta(days=1), time(), zone)
        chosen = chosen.where(InboundEmail.fetched_at >= begins, InboundEmail.fetched_at < ends)
    return chosen
