"""The tags on tickets, and the words there are."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.tag import Tag, TicketTag


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


def names(session: Session) -> Sequence[str]:
    """Every tag's name, for suggestions."""
    return session.scalars(select(Tag.name).order_by(Tag.name).limit(500)).all()
