"""The tags on tickets, and the words there are."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BindParameter, Exists, Select, exists, select
from sqlalchemy.orm import Session

from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Ticket
from helpdesk.storage.once import once

_MOST_NAMES: Final = 500


def on_tickets(session: Session, ticket_ids: Iterable[int]) -> dict[int, list[Tag]]:
    """The tags of each ticket, by name; a ticket without any is left out."""
    rows = session.execute(
        select(TicketTag.ticket_id, Tag)
        .join(Tag, Tag.id == TicketTag.tag_id)
        .where(TicketTag.ticket_id.in_(list(ticket_ids)))
        .order_by(Tag.name)
    )
    found: dict[int, list[Tag]] = {}
    for ticket_id, tag in rows:
        found.setdefault(ticket_id, []).append(tag)
    return found


def on_ticket(session: Session, ticket: Ticket) -> tuple[list[Tag], list[str]]:
    """The tags of a ticket, and the names of all there are, for suggestions: in one statement."""
    return once(session, (Tag, ticket.id), lambda: _on_ticket(session, ticket))


def known(ticket_id: int | BindParameter[int]) -> Select[Any]:
    """All tags, those on a ticket first; no more than can be offered."""
    return select(Tag).order_by(is_on(ticket_id).desc(), Tag.name).limit(_MOST_NAMES)


def is_on(ticket_id: int | BindParameter[int]) -> Exists:
    """Whether a tag is on a ticket, as a condition on Tag."""
    return exists().where(TicketTag.tag_id == Tag.id, TicketTag.ticket_id == ticket_id)


def _on_ticket(session: Session, ticket: Ticket) -> tuple[list[Tag], list[str]]:
    found = session.execute(known(ticket.id).add_columns(is_on(ticket.id))).all()
    return [tag for tag, is_so in found if is_so], sorted(tag.name for tag, _ in found)
