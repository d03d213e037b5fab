"""What a row of a list is marked with: its tags, a draft of its reader, what is under way, until when it sleeps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, cast, null, select, union_all
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import ON_THE_WAY, Delivery, DeliveryState, OutboundEmail
from helpdesk.models.snooze import Snooze
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Status, Ticket


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
    ids = [ticket.id for ticket in tickets]
    no_moment = cast(null(), Snooze.until.type)
    tagged = select(TicketTag.ticket_id, Tag.name, no_moment).join(Tag, Tag.id == TicketTag.tag_id)
    begun = select(Draft.ticket_id, null(), no_moment).where(Draft.agent_id == by.id, Draft.ticket_id.in_(ids))
    parts: list[Select[Any]] = [tagged.where(TicketTag.ticket_id.in_(ids)), begun, _under_way(ids)]
    if asleep := [ticket.id for ticket in tickets if ticket.status is Status.SNOOZED]:
        until: Any = select(Snooze.ticket_id, null(), Snooze.until)
        parts.append(until.where(Snooze.ticket_id.in_(asleep), Snooze.until.is_not(None)))
    found = Marks()
    rows: Sequence[Any] = session.execute(union_all(*parts)).all()
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


def _under_way(ticket_ids: Sequence[int]) -> Select[Any]:
    return (
        select(Message.ticket_id, cast(Delivery.state, Tag.name.type), Delivery.due_at)
        .join(OutboundEmail, OutboundEmail.message_id == Message.id)
        .join(Delivery, Delivery.outbound_email_id == OutboundEmail.id)
        .where(Message.ticket_id.in_(ticket_ids), Delivery.state.in_(ON_THE_WAY))
    )


def _worse(found: Marks, ticket_id: int, one: UnderWay) -> None:
    """Of several, the one to be told of: what a mail server put off before what waits, and the later one."""
    known = found.under_way.get(ticket_id)
    if known is None or _rank(one) > _rank(known):
        found.under_way[ticket_id] = one


def _rank(one: UnderWay) -> tuple[bool, datetime]:
    return one.state is DeliveryState.DEFERRED, one.due_at
