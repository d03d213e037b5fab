"""The gate to blacking out: words of a message or a note go for good, wherever they stand on its ticket.

Their source goes too, and what is left says nothing of them: no form of the letter, no raw email, no found word.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.models.acknowledgement import Acknowledgement
from helpdesk.models.agent import Agent
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.storage import redactions
from helpdesk.storage.redactions import BLACK, Places

__all__ = ["BLACK", "Places"]


def places(session: Session, ticket: Ticket, words: str, *, by: Agent) -> Places:
    """Where words stand on a ticket: ids, no word of it. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    return redactions.places(session, ticket.id, words)


def black_out(session: Session, ticket: Ticket, words: str, *, by: Agent) -> Places:
    """Black out these words wherever they stand on a ticket; returns where that was. Raises AccessDenied."""
    found = places(session, ticket, words, by=by)
    redactions.black_out(session, ticket.id, words, found)
    told = session.get(Acknowledgement, ticket.id)
    if told is not None:
        told.subject, told.text = (redactions.covered(text, words) for text in (told.subject, told.text))
    _forget_sources(session, found.messages)
    return found


def black_out_whole(session: Session, ticket: Ticket, piece: Message | Note, *, by: Agent) -> None:
    """Black out all that a message or a note says. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    if isinstance(piece, Note):
        return redactions.black_out_whole_note(session, ticket.id, piece.id)
    redactions.black_out_whole(session, ticket.id, piece.id)
    return _forget_sources(session, [piece.id])


def take_files(
    session: Session, ticket: Ticket, message: Message, attachment_ids: Collection[int], *, by: Agent
) -> None:
    """Take files of a message away, and the email they came in. Raises AccessDenied.

    Large ones leave the folder when it is next looked through.
    """
    access.require(session, ticket, by=by)
    redactions.take_files(session, attachment_ids)
    _forget_sources(session, [message.id])
    left = select(Attachment.id).join(Message).where(Message.ticket_id == ticket.id, Attachment.is_inline.is_(False))
    ticket.has_attachments = session.scalar(left.limit(1)) is not None


def _forget_sources(session: Session, message_ids: Sequence[int]) -> None:
    """The emails they came as hold the same words: they go, and with them what could be read from them again."""
    came_as = select(Message.inbound_email_id).where(
        Message.id.in_(message_ids), Message.inbound_email_id.is_not(None)
    )
    access.erase_raw_emails(session, [one for one in session.scalars(came_as) if one is not None])
    session.execute(
        update(Message)
        .where(Message.id.in_(message_ids))
        .values(inbound_email_id=None, has_html=False, blocked_count=0, blocked_hosts="")
        .execution_options(synchronize_session="fetch")
    )
