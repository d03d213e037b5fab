"""Words that are blacked out, for good, wherever they stand on a ticket. Nobody calls this but the gate."""

import html
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from helpdesk.models.content.draft_content import DraftContent
from helpdesk.models.content.field_value import FieldValue
from helpdesk.models.content.message_content import AttachmentContent, MessageContent, NoteContent, PageContent
from helpdesk.models.content.search_text import SearchText
from helpdesk.models.content.ticket_content import TicketContent
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.draft import Draft
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.storage import content, custom_fields, indexing, later

BLACK: Final = "█████"  # as long whatever it covers
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Places:
    """Where these words stand, by ids; no word of it."""

    messages: Sequence[int] = ()
    notes: Sequence[int] = ()
    drafts: Sequence[int] = ()
    fields: Sequence[int] = ()  # those that somebody typed into: what is chosen from a list is the desk's own words
    files: Sequence[int] = field(default=())  # whose name or text holds them; nothing is blacked out in those
    is_in_subject: bool = False


def places(session: Session, ticket_id: int, words: str) -> Places:
    """Where words stand on a ticket, whatever their case and however their lines break; in a quotation too."""
    later.settle(session)
    holds = _pattern(words).search
    said = select(MessageContent).join(Message, Message.id == MessageContent.message_id)
    noted = select(NoteContent).join(Note, Note.id == NoteContent.note_id)
    begun = select(DraftContent).join(Draft, Draft.id == DraftContent.draft_id)
    filed = select(AttachmentContent).join(Attachment, Attachment.id == AttachmentContent.attachment_id)
    filed = filed.join(Message, Message.id == Attachment.message_id)
    subject = content.ticket_subject(session, ticket_id)
    return Places(
        [row.message_id for row in session.scalars(said.where(Message.ticket_id == ticket_id)) if _says(row, holds)],
        [row.note_id for row in session.scalars(noted.where(Note.ticket_id == ticket_id)) if holds(row.text)],
        [
            row.draft_id
            for row in session.scalars(begun.where(Draft.ticket_id == ticket_id))
            if holds(row.text) or holds(_bare(row.html))
        ],
        [row.field_id for row in session.scalars(_typed(ticket_id)) if holds(f"{row.value}\n{row.replaced or ''}")],
        [
            row.attachment_id
            for row in session.scalars(filed.where(Message.ticket_id == ticket_id))
            if holds(f"{row.name}\n{row.text or ''}")
        ],
        holds(subject) is not None,
    )


def black_out(session: Session, ticket_id: int, words: str, found: Places) -> None:
    """Put black in the place of these words, and let the search forget them. The form of a letter goes with them."""
    cover = _covers(words)
    for message_id in found.messages:
        row = session.get_one(MessageContent, message_id)
        _write(session, ticket_id, row, cover(row.subject), cover(row.text), cover(row.new_text))
    for note_id in found.notes:
        _write_note(session, ticket_id, note_id, cover(session.get_one(NoteContent, note_id).text))
    for draft_id in found.drafts:
        draft = session.get_one(DraftContent, draft_id)
        draft.text, draft.html = cover(draft.text), None
    for value in session.scalars(_typed(ticket_id).where(FieldValue.field_id.in_(found.fields))).all():
        _write_field(session, value, cover(value.value))
    if found.is_in_subject:
        subject = session.get_one(TicketContent, ticket_id).subject
        content.keep_subject(session, ticket_id, cover(subject))


def black_out_whole(session: Session, ticket_id: int, message_id: int) -> None:
    """The whole text of a message; its subject stays, for the ticket has it too."""
    row = session.get_one(MessageContent, message_id)
    _write(session, ticket_id, row, row.subject, BLACK, BLACK)


def black_out_whole_note(session: Session, ticket_id: int, note_id: int) -> None:
    _write_note(session, ticket_id, note_id, BLACK)


def take_files(session: Session, attachment_ids: Collection[int]) -> list[bytes]:
    """Take files away, with their pages and their text; returns the digests of what nobody else holds."""
    its = AttachmentContent.attachment_id.in_(attachment_ids)
    held = session.scalars(select(AttachmentContent.digest).where(its)).all()
    messages = session.scalars(select(Attachment.message_id).where(Attachment.id.in_(attachment_ids))).all()
    session.execute(delete(PageContent).where(PageContent.attachment_id.in_(attachment_ids)))
    session.execute(delete(AttachmentContent).where(its))
    session.execute(delete(Attachment).where(Attachment.id.in_(attachment_ids)))
    for message_id in set(messages):
        _index(session, session.get_one(Message, message_id).ticket_id, message_id)
    return content.let_go(session, held)


def _write(session: Session, ticket_id: int, row: MessageContent, subject: str, text: str, new_text: str) -> None:
    row.subject, row.text, row.new_text = subject, text, new_text
    row.html = row.new_html = None  # words may lie in it in pieces, or where nobody sees them
    _index(session, ticket_id, row.message_id)


def _write_note(session: Session, ticket_id: int, note_id: int, text: str) -> None:
    session.get_one(NoteContent, note_id).text = text
    session.execute(delete(SearchText).where(SearchText.note_id == note_id))
    content.index(session, ticket_id, text, note_id=note_id)


def _typed(ticket_id: int) -> Select[FieldValue]:
    kinds = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE)
    typed = select(FieldValue).join(CustomField, CustomField.id == FieldValue.field_id)
    return typed.where(FieldValue.ticket_id == ticket_id, CustomField.kind.in_(kinds))


def _write_field(session: Session, row: FieldValue, value: str) -> None:
    """A number or a date with black in it is none: such a field is empty then."""
    if value == row.value:  # only what stood there before held them
        row.replaced = None
    is_text = session.get_one(CustomField, row.field_id).kind is FieldKind.TEXT
    custom_fields.keep(session, row.ticket_id, row.field_id, value if is_text or value == row.value else "")


def _index(session: Session, ticket_id: int, message_id: int) -> None:
    """A message is found by what it says from now on, and by the files it still has."""
    session.flush()
    session.execute(delete(SearchText).where(SearchText.message_id == message_id))
    for text in indexing.texts_of(session, [message_id])[message_id]:
        content.index(session, ticket_id, text, message_id=message_id)


def _says(row: MessageContent, holds: Callable[[str], re.Match[str] | None]) -> bool:
    return any(holds(text) for text in (row.subject, row.text, row.new_text, _bare(row.html)))


def _bare(text: str | None) -> str:
    """The words of HTML, and those of its attributes, as a reader would find them."""
    return "" if not text else f"{html.unescape(_TAG.sub('', text))}\n{html.unescape(text)}"


def covered(text: str, words: str) -> str:
    return _pattern(words).sub(BLACK, text)


def _covers(words: str) -> Callable[[str], str]:
    pattern = _pattern(words)
    return lambda text: pattern.sub(BLACK, text)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(r"[\s>]+".join(re.escape(part) for part in words.split()), re.IGNORECASE)
