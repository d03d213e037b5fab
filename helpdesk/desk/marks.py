"""What a row of a list is marked with: its tags, a draft of its reader, what is under way, until when it sleeps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, bindparam, cast, null, select, union_all
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.base import Id
from helpdesk.models.draft import Draft
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import ON_THE_WAY, Delivery, DeliveryState, OutboundEmail
from helpdesk.models.snooze import Snooze
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Status, Ticket
from helpdesk.storage.one_of import numbers, one_of
from helpdesk.storage.prepared import plain

_TICKETS: Final = numbers("tickets")
_NO_MOMENT: Final = cast(null(), Snooze.until.type)
_MARKS: Final[Executable] = union_all(
    select(TicketTag.ticket_id, Tag.name, _NO_MOMENT)
    .join(Tag, Tag.id == TicketTag.tag_id)
    .where(one_of(TicketTag.ticket_id, _TICKETS)),
    select(Draft.ticket_id, null(), _NO_MOMENT).where(
        Draft.agent_id == bindparam("agent_id", type_=Id),
        one_of(Draft.ticket_id, _TICKETS),
        Draft.discarded_at.is_(None),
    ),
    select(Message.ticket_id, cast(Delivery.state, Tag.name.type), Delivery.due_at)
    .join(OutboundEmail, OutboundEmail.message_id == Message.id)
    .join(Delivery, Delivery.outbound_email_id == OutboundEmail.id)
    .where(one_of(Message.ticket_id, _TICKETS), Delivery.state.in_(map(plain, ON_THE_WAY))),
    select(Snooze.ticket_id, null(), Snooze.until).where(
        one_of(Snooze.ticket_id, numbers("asleep")), Snooze.until.is_not(None)
    ),
)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An answer that is with nobody yet: as what it waits, and when it is tried."""

    state: DeliveryState
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    tags: dict[int, list[str]] = field(default_factory=dict)  # by ticket, by name
    asleep: dict[int, datetime] = field(default_factory=dict)
    drafts: set[int] = field(default_factory=set)  # the tickets this agent has begun to answer
    under_way: dict[int, UnderWay] = field(default_factory=dict)  # an answer that is delayed, else waits


def on(session: Session, tickets: Sequence[Ticket], *, by: Agent) -> Marks:
    """The marks of all these tickets, in one statement."""
    asleep = [ticket.id for ticket in tickets if ticket.status is Status.SNOOZED]
    asked = {"tickets": [ticket.id for ticket in tickets], "asleep": asleep, "agent_id": by.id}
    found = Marks()
    rows: Sequence[Any] = session.execute(_MARKS, asked).all()
    for ticket_id, word, at in rows:
        if at is not None and word is not None:
            _worse(found, ticket_id, UnderWay(DeliveryState(word), at))
        elif at is not None:
            found.asleep[ticket_id] = at
        elif word is None:
            found.drafts.add(ticket_id)
        else:
            found.tags.setdefault(ticket_id, []).append(word)
    for names in found.tags.values():
        names.sort()
    return found


def _worse(found: Marks, ticket_id: int, one: UnderWay) -> None:
    """Of several, the one to be told of: what a mail server put off before what waits, and the later one."""
    known = found.under_way.get(ticket_id)
    if known is None or _rank(one) > _rank(known):
        found.under_way[ticket_id] = one


def _rank(one: UnderWay) -> tuple[bool, datetime]:
    return one.state is DeliveryState.DEFERRED, one.due_at
