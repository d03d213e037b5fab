"""What a row of a list is marked with: its tags, and a draft of its reader."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import null, select, union_all
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Marks:
    tags: dict[int, list[str]] = field(default_factory=dict)  # by ticket, by name
    drafts: set[int] = field(default_factory=set)  # the tickets this agent has begun to answer


def on(session: Session, tickets: Sequence[Ticket], *, by: Agent) -> Marks:
    """The marks of all these tickets, in one statement."""
    ids = [ticket.id for ticket in tickets]
    tagged = select(TicketTag.ticket_id, Tag.name).join(Tag, Tag.id == TicketTag.tag_id)
    begun = select(Draft.ticket_id, null()).where(Draft.agent_id == by.id, Draft.ticket_id.in_(ids))
    found = Marks()
    rows: Sequence[Any] = session.execute(union_all(tagged.where(TicketTag.ticket_id.in_(ids)), begun)).all()
    for ticket_id, tag in rows:
        if tag is None:
            found.drafts.add(ticket_id)
        else:
            found.tags.setdefault(ticket_id, []).append(tag)
    for names in found.tags.values():
        names.sort()
    return found
