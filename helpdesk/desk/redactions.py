"""Blacking out words of a message or a note, its whole text, its files: for good, and only by who may."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk.tickets import preview_of
from helpdesk.languages import N_, Refusal
from helpdesk.models.agent import Agent
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.outbound_email import ON_THE_WAY, Delivery, OutboundEmail
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, redactions, retention
from helpdesk.privacy.redactions import Places
from helpdesk.storage import jobs

__all__ = ["Places"]

_FEWEST: Final = 2  # signs: of one alone, there is too much everywhere
LONGEST: Final = 2_000


class NotRedacted(Refusal):
    """Nothing was blacked out; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to go: these words, or the whole text; and which of the message's files."""

    words: str = field(default="", repr=False)
    is_whole: bool = False
    files: Sequence[int] = ()


def may(session: Session, ticket: Ticket, *, by: Agent) -> bool:
    """Who may black out, of what they may read."""
    return by.may(Permission.REDACT) and bool(access.readable_ids(session, [ticket.id], by=by))


def files(session: Session, piece: Message | Note) -> Sequence[Attachment]:
    """What came or went with a message, in its order; a note has none."""
    if isinstance(piece, Note):
        return ()
    chosen = select(Attachment).where(Attachment.message_id == piece.id)
    return session.scalars(chosen.order_by(Attachment.position)).all()


def look(session: Session, piece: Message | Note, wanted: Wanted, *, by: Agent) -> Places:
    """Where the words stand, before anything goes. Raises NotRedacted, AccessDenied."""
    ticket = session.get_one(Ticket, piece.ticket_id)
    _check(session, ticket, piece, wanted)
    if wanted.is_whole or not wanted.words.strip():
        return Places()
    return _standing(redactions.places(session, ticket, wanted.words, by=by))


def redact(session: Session, piece: Message | Note, wanted: Wanted, *, by: Agent) -> None:
    """Black out what is wanted; there is no way back. Words go wherever they stand on the ticket.

    Raises NotRedacted, AccessDenied.
    """
    ticket = session.get_one(Ticket, piece.ticket_id)
    session.refresh(ticket, with_for_update=True)
    _check(session, ticket, piece, wanted)
    found = Places()
    if wanted.is_whole:
        redactions.black_out_whole(session, ticket, piece, by=by)
    elif wanted.words.strip():
        found = _standing(redactions.black_out(session, ticket, wanted.words, by=by))
    gone = _take_files(session, ticket, piece, wanted, by=by)
    access.renew_preview(session, ticket, shorten=preview_of)
    facts: dict[str, object] = {
        "note" if isinstance(piece, Note) else "message": piece.id,
        "is_whole": wanted.is_whole,
        "messages": len(found.messages),
        "notes": len(found.notes),
        "drafts": len(found.drafts),
        "values": len(found.fields),
        "files": gone,
    }
    audit.record(
        session, "ticket.redact", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts
    )
    jobs.announce(session, ticket.id)


def _standing(found: Places) -> Places:
    """Raises NotRedacted where there is nothing to black out."""
    if found.messages or found.notes or found.drafts or found.fields or found.is_in_subject:
        return found
    if found.files:
        raise NotRedacted(N_("These words stand in files only, where nothing is blacked out: choose the files."))
    raise NotRedacted(N_("These words do not stand on this ticket: copy them as they are written."))


def _take_files(session: Session, ticket: Ticket, piece: Message | Note, wanted: Wanted, *, by: Agent) -> int:
    if isinstance(piece, Note):
        return 0
    theirs = {row.id for row in files(session, piece)}
    gone = theirs if wanted.is_whole else theirs & set(wanted.files)
    if gone:
        redactions.take_files(session, ticket, piece, gone, by=by)
    return len(gone)


def _check(session: Session, ticket: Ticket, piece: Message | Note, wanted: Wanted) -> None:
    if not (wanted.is_whole or wanted.words.strip() or wanted.files):
        raise NotRedacted(N_("Say what is to go: some words, the whole text, or a file."))
    if not wanted.is_whole and wanted.words.strip() and not _FEWEST <= len(wanted.words.strip()) <= LONGEST:
        raise NotRedacted(N_("Choose between two and %(most)s characters, or the whole text."), most=LONGEST)
    if isinstance(piece, Message) and piece.erased_at is not None:
        raise NotRedacted(N_("Nothing is left of this message."))
    if retention.waits_for_a_request(session, ticket):
        raise NotRedacted(N_("A request over this person's data is open: nothing of theirs goes until it is ended."))
    if wanted.is_whole and isinstance(piece, Message) and _is_on_its_way(session, piece):
        raise NotRedacted(N_("This answer has not left yet: take it back instead."))


def _is_on_its_way(session: Session, message: Message) -> bool:
    of_it = select(Delivery.id).join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
    waiting = of_it.where(OutboundEmail.message_id == message.id, Delivery.state.in_(ON_THE_WAY))
    return session.scalar(waiting.limit(1)) is not None
