"""What a row of a list is marked with: its tags, a draft of its reader, and until when it sleeps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, cast, null, select, union_all
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.snooze import Snooze
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Marks:
    tags: dict[int, list[str]] = field(default_factory=dict)  # by ticket, by name
    asleep: dict[int, datetime] = field(default_factory=dict)
    drafts: set[int] = field(default_factory=set)  # the tickets this agent has begun to answer


def on(session: Session, tickets: Sequence[Ticket], *, by: Agent) -> Marks:
    """The marks of all these tickets, in one statement."""
    ids = [ticket.id for ticket in tickets]
    no_moment = cast(null(), Snooze.until.type)
    tagged = select(TicketTag.ticket_id, Tag.name, no_moment).join(Tag, Tag.id == TicketTag.tag_id)
    begun = select(Draft.ticket_id, null(), no_moment).where(Draft.agent_id == by.id, Draft.ticket_id.in_(ids))
    parts: list[Select[Any]] = [tagged.where(TicketTag.ticket_id.in_(ids)), begun]
    if asleep := [ticket.id for ticket in tickets if ticket.status is Status.SNOOZED]:
        until: Any = select(Snooze.ticket_id, null(), Snooze.until)
        parts.append(until.where(Snooze.ticket_id.in_(asleep), Snooze.until.is_not(None)))
    found = Marks()
    rows: Sequence[Any] = session.execute(union_all(*parts)).all()
    for ticket_id, tag, wakes_at in rows:
        if wakes_at is not None:
            found.asleep[ticket_id] = wakes_at
        elif tag is None:
            found.drafts.add(ticket_id)
        else:
            found.tags.setdefault(ticket_id, []).append(tag)
    for names in found.tags.values():
        names.sort()
    return found
