"""What left from an editor before: the same words from it once more, after a lost answer, are the same email."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import drafts, editor, people
from helpdesk.desk.editor import Written
from helpdesk.models.agent import Agent
from helpdesk.models.message import Attachment, Message, MessageAddress, Note
from helpdesk.models.sending import Sending
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied


def email(session: Session, key: str, *, by: Agent) -> Message | None:
    """The last email that left from this editor and was not taken back."""
    chosen = (
        select(Message)
        .join(Sending, Sending.message_id == Message.id)
        .where(Sending.agent_id == by.id, Sending.key == key, Sending.taken_back_at.is_(None))
    )
    return session.scalar(chosen.order_by(Message.id.desc()).limit(1)) if key else None


def says(session: Session, message: Message, written: Written, *, by: Agent, subject: str | None = None) -> bool:
    """Whether what stands in an editor is this email, already sent: its words, its people and its files."""
    try:
        said = access.read(session, message, by=by)
    except AccessDenied:
        return False
    _html, text = editor.formatted(written, {})
    same = (said.new_text or said.text).strip() == text.strip()
    if not same or (subject is not None and " ".join(subject.split())[:400] != said.subject):
        return False
    return _has_people(session, message, written) and _has_files(session, message, written, by)


def covers(session: Session, key: str, text: str, *, by: Agent) -> bool:
    """Whether what left from this editor begins with these words: to keep them was overtaken by sending them."""
    if not text.strip():
        return False
    sent = email(session, key, by=by)
    try:
        if sent is not None:
            return access.read(session, sent, by=by).text.startswith(text.strip())
        left = _last_note(session, key, by)
        return left is not None and _said(session, left, by).startswith(text.strip())
    except AccessDenied:
        return False


def note(session: Session, key: str, text: str, *, by: Agent, subject: str | None = None) -> Note | None:
    """The last note from this editor, if it says these words, under this subject."""
    found = _last_note(session, key, by)
    if found is None:
        return None
    try:
        said = access.read(session, session.get_one(Ticket, found.ticket_id), by=by)
    except AccessDenied:
        return None
    is_same = said.notes.get(found.id) == text.strip() and subject in {None, said.subject}
    return found if is_same else None


def _last_note(session: Session, key: str, by: Agent) -> Note | None:
    chosen = select(Note).where(Note.agent_id == by.id, Note.key == key).order_by(Note.id.desc()).limit(1)
    return session.scalar(chosen) if key else None


def _said(session: Session, note: Note, by: Agent) -> str:
    return access.read(session, session.get_one(Ticket, note.ticket_id), by=by).notes.get(note.id, "")


def _has_people(session: Session, message: Message, written: Written) -> bool:
    if written.to is None:
        return True
    own = people.own_addresses(session)
    given = {one.email.strip().lower() for one in (*written.to, *(written.cc or ()), *written.bcc)} - own
    chosen = select(MessageAddress.email).where(
        MessageAddress.message_id == message.id, MessageAddress.field.in_(("to", "cc", "bcc"))
    )
    return given == set(session.scalars(chosen))


def _has_files(session: Session, message: Message, written: Written, by: Agent) -> bool:
    """The draft's files went with it and are on no draft any more; what a form brings along it brings again."""
    sizes: Sequence[int] = session.scalars(select(Attachment.size).where(Attachment.message_id == message.id)).all()
    brought = [len(file.payload) for file in written.files]
    if drafts.files_of(session, written.beside or (), by=by):
        return False
    return all(sizes.count(size) >= brought.count(size) for size in brought)
