"""The search's rows made anew from what they were made of, when letters are folded otherwise than before."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Final

from sqlalchemy import ColumnElement, LargeBinary, Row, Text, cast, func, select, update
from sqlalchemy.orm import Session, aliased

from helpdesk.models.content.message_content import AttachmentContent, MessageContent, NoteContent
from helpdesk.models.content.search_text import SearchRenewal, SearchText
from helpdesk.models.content.ticket_content import TicketContent
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.storage.once import learnt, once
from helpdesk.storage.together import Question
from helpdesk.storage.words import as_indexed, words

_LOOKED_AT: Final = 2_000  # rows of one piece
_MOST: Final = 50  # of them made anew
_Earlier: Final = aliased(Message)
_FIRST: Final = select(func.min(_Earlier.id)).where(_Earlier.ticket_id == Message.ticket_id).scalar_subquery()

# asked with what each page asks
RENEWAL: Final = Question(select(SearchRenewal), number=SearchRenewal.id, is_row=False)

Indexed = Row[int, int, int | None, int | None]  # its id, and the ids of its ticket, its message or its note


def is_being_renewed(session: Session) -> bool:
    """Whether rows are left whose letters are folded as they were before: their odd words may be missed."""
    return once(session, SearchRenewal, lambda: session.scalar(select(SearchRenewal.id).limit(1)) is not None)


def learn(session: Session, *, is_being_renewed: bool) -> None:
    """The answer came with others."""
    learnt(session, SearchRenewal, is_being_renewed)


def next_rows(session: Session) -> list[Indexed] | None:
    """Of the next rows, the newest first, those that may have to be made anew; None when all are.

    Words of plain letters are the same however they are folded: such rows are passed over.
    """
    renewal = session.scalar(select(SearchRenewal).with_for_update())
    if renewal is None:
        return None
    below = select(SearchText.id).where(SearchText.id < renewal.below_id)
    ids = session.scalars(below.order_by(SearchText.id.desc()).limit(_LOOKED_AT)).all()
    if not ids:
        session.delete(renewal)
        return None
    stretch = select(SearchText.id, SearchText.ticket_id, SearchText.message_id, SearchText.note_id).where(
        SearchText.id.between(ids[-1], ids[0]), _is_odd(session)
    )
    found = list(session.execute(stretch.order_by(SearchText.id.desc()).limit(_MOST)))
    renewal.below_id = found[-1].id if len(found) == _MOST else ids[-1]
    return found


def renew(session: Session, rows: Sequence[Indexed]) -> None:
    """Fold anew what these rows were made of. Of what was erased nothing is there, and nothing is made."""
    dialect = session.get_bind().dialect.name
    for row_id, text in chain(_of_subjects(session, rows), _of_notes(session, rows), _of_messages(session, rows)):
        anew = as_indexed(words(text), dialect)
        session.execute(update(SearchText).where(SearchText.id == row_id).values(words=anew))


def _is_odd(session: Session) -> ColumnElement[bool]:
    """Whether other letters are among its words than those that everybody has."""
    if session.get_bind().dialect.name == "sqlite":
        return func.length(cast(SearchText.words, LargeBinary)) != func.length(SearchText.words)
    written = cast(SearchText.words, Text)
    return func.octet_length(written) != func.length(written)


def _of_subjects(session: Session, rows: Sequence[Indexed]) -> Iterator[tuple[int, str]]:
    loose = {row.ticket_id: row.id for row in rows if row.message_id is None and row.note_id is None}
    said = select(TicketContent.ticket_id, TicketContent.subject).where(TicketContent.ticket_id.in_(loose))
    return ((loose[ticket_id], subject) for ticket_id, subject in session.execute(said))


def _of_notes(session: Session, rows: Sequence[Indexed]) -> Iterator[tuple[int, str]]:
    notes = {row.note_id: row.id for row in rows if row.note_id is not None}
    said = select(NoteContent.note_id, NoteContent.text).where(NoteContent.note_id.in_(notes))
    return ((notes[note_id], text) for note_id, text in session.execute(said))


def _of_messages(session: Session, rows: Sequence[Indexed]) -> Iterator[tuple[int, str]]:
    """A message's first row is its own, the further ones are of its files; which is which of those is no matter."""
    wanted = {row.id for row in rows}
    messages = {row.message_id for row in rows if row.message_id is not None}
    texts = {message_id: iter(of_it) for message_id, of_it in texts_of(session, messages).items()}
    of_them = select(SearchText.id, Message.id).join(Message, Message.id == SearchText.message_id)
    for row_id, message_id in session.execute(of_them.where(Message.id.in_(messages)).order_by(SearchText.id)):
        text = next(texts.get(message_id, iter(())), None)
        if text is not None and row_id in wanted:
            yield row_id, text


def texts_of(session: Session, message_ids: Collection[int]) -> dict[int, list[str]]:
    """What each message is found by: itself, then the text of each of its files."""
    files: dict[int, list[AttachmentContent]] = defaultdict(list)
    attached = select(Attachment.message_id, AttachmentContent).join(
        AttachmentContent, AttachmentContent.attachment_id == Attachment.id
    )
    for message_id, file in session.execute(
        attached.where(Attachment.message_id.in_(message_ids)).order_by(Attachment.position, Attachment.id)
    ):
        files[message_id].append(file)
    written = select(Message, MessageContent, _FIRST).join(MessageContent, MessageContent.message_id == Message.id)
    return {
        message.id: [
            _found_by(message, said, files[message.id], is_first=message.id == first),
            *(file.text for file in files[message.id] if file.text and file.text.strip()),
        ]
        for message, said, first in session.execute(written.where(Message.id.in_(message_ids)))
    }


def _found_by(message: Message, said: MessageContent, files: Sequence[AttachmentContent], *, is_first: bool) -> str:
    """As it was when it came (desk/received.py): of an email its sender and the names of its files too."""
    new = said.new_text or said.text
    if message.direction is Direction.SENT:
        return f"{said.subject}\n{new}"
    sender = f"{message.from_name} {message.from_email}"
    return "\n".join([said.subject, sender, " ".join(file.name for file in files), said.text if is_first else new])
