"""What came to a ticket since somebody looked at it: written since, or brought by a merge, whatever its age."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.models.merge import Merge
from helpdesk.models.message import Message, Note
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import merged
from helpdesk.storage.once import once


class Seen(NamedTuple):
    """The last message, note and merge that somebody had before them."""

    message: int = 0
    note: int = 0
    merge: int = 0


def latest(session: Session, ticket: Ticket) -> Seen:
    """What there is to be seen of a ticket now."""

    def ask() -> tuple[int, int]:
        message = select(func.max(Message.id)).where(Message.ticket_id == ticket.id)
        note = select(func.max(Note.id)).where(Note.ticket_id == ticket.id)
        both = select(func.coalesce(message.scalar_subquery(), 0), func.coalesce(note.scalar_subquery(), 0))
        last_message, last_note = session.execute(both).one()
        return last_message, last_note

    last_message, last_note = once(session, ("latest", ticket.id), ask)
    return Seen(last_message, last_note, latest_merge(session, ticket))


def latest_merge(session: Session, ticket: Ticket) -> int:
    """The last merge that brought something here and was not undone; 0 where there is none."""
    if not ticket.merged_count:
        return 0
    last = select(func.max(Merge.id)).where(Merge.target_id == ticket.id, Merge.undone_at.is_(None))
    return once(session, (Merge, ticket.id), lambda: session.scalar(last) or 0)


def since(session: Session, ticket: Ticket, seen: Seen) -> tuple[int, int]:
    """How many messages and notes somebody has not had before them."""
    is_new, is_new_note = Message.id > seen.message, Note.id > seen.note
    if brought := _brought(session, ticket, seen.merge):
        is_new = is_new | Message.origin_ticket_id.in_(brought)
        is_new_note = is_new_note | Note.origin_ticket_id.in_(brought)
    messages = select(func.count()).where(Message.ticket_id == ticket.id, is_new, Message.taken_back_at.is_(None))
    notes = select(func.count()).where(Note.ticket_id == ticket.id, is_new_note)
    return session.scalar(messages) or 0, session.scalar(notes) or 0


def _brought(session: Session, ticket: Ticket, seen: int) -> set[int]:
    """The tickets whose messages and notes came here by merges after this one."""
    if latest_merge(session, ticket) <= seen:
        return set()
    later = select(Ticket).join(Merge, Merge.source_id == Ticket.id)
    chosen = later.where(Merge.target_id == ticket.id, Merge.id > seen, Merge.undone_at.is_(None))
    return {number for source in session.scalars(chosen) for number in merged.family(session, source)}
