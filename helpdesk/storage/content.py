"""Content in and out of its tables. Nobody calls this but the gate (privacy/access.py)."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.models.base import Id
from helpdesk.models.content.draft_content import DraftFileContent
from helpdesk.models.content.message_content import AttachmentContent, MessageContent, NoteContent, PageContent
from helpdesk.models.content.raw_email import RawEmail
from helpdesk.models.content.search_text import SearchText
from helpdesk.models.content.ticket_content import TicketContent
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.snooze import Snooze
from helpdesk.storage import files, later
from helpdesk.storage.one_of import numbers, one_of
from helpdesk.storage.together import Question, Together
from helpdesk.storage.words import as_indexed, words

_HEAD_BYTES = 256 * 1024  # of an email, where its header is
_TICKET = bindparam("ticket_id", type_=Id)
_TEXTS = Together(
    {
        "messages": Question(
            select(MessageContent)
            .join(Message, Message.id == MessageContent.message_id)
            .where(Message.ticket_id == _TICKET),
            number=MessageContent.message_id,
        ),
        "subject": Question(
            select(TicketContent).where(TicketContent.ticket_id == _TICKET), said=TicketContent.subject, is_row=False
        ),
        "notes": Question(
            select(NoteContent).join(Note, Note.id == NoteContent.note_id).where(Note.ticket_id == _TICKET),
            number=NoteContent.note_id,
            said=NoteContent.text,
            is_row=False,
        ),
        "names": Question(
            select(AttachmentContent)
            .join(Attachment, Attachment.id == AttachmentContent.attachment_id)
            .join(Message, Message.id == Attachment.message_id)
            .where(Message.ticket_id == _TICKET),
            number=AttachmentContent.attachment_id,
            said=AttachmentContent.name,
            is_row=False,
        ),
    }
)
_NEW_PREVIEW = (
    update(TicketContent.__table__)  # type: ignore[arg-type]
    .where(TicketContent.ticket_id == bindparam("of_ticket"))
    .values(preview=bindparam("new_preview"))
)

_WHY_ASLEEP = (
    select(NoteContent.text)
    .join(Note, Note.id == NoteContent.note_id)
    .join(Snooze, Snooze.note_id == Note.id)
    .where(Snooze.ticket_id == TicketContent.ticket_id, Note.ticket_id == TicketContent.ticket_id)
    .scalar_subquery()
)
_GLIMPSES = select(
    TicketContent.ticket_id, TicketContent.subject, TicketContent.preview, _WHY_ASLEEP.label("why")
).where(one_of(TicketContent.ticket_id, numbers("tickets")))

FileMissing = files.FileMissing  # for those who catch it, and may not open files


@dataclass(frozen=True, slots=True)
class MessageText:
    """What one message says. `text` is whole, quotes included; `new_text` what is new; HTML is sanitised.

    `new_html` is the HTML without what is folded; None where nothing is.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    new_text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    html_policy: int = 0
    new_html: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a list shows of a ticket: its subject and the beginning of its last message."""

    subject: str = field(repr=False)
    preview: str = field(repr=False)
    asleep_because: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TicketText:
    """All that was written on one ticket, by the ids of its messages, notes and attachments."""

    subject: str = field(repr=False)
    messages: Mapping[int, MessageText] = field(repr=False)
    notes: Mapping[int, str] = field(repr=False)
    attachment_names: Mapping[int, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    name: str = field(repr=False)
    body: bytes = field(repr=False)
    content_id: str = field(default="", repr=False)


def glimpses(session: Session, ticket_ids: Collection[int]) -> dict[int, Glimpse]:
    later.settle(session)
    rows = session.execute(_GLIMPSES, {"tickets": ticket_ids})
    return {ticket_id: Glimpse(subject, preview, why or "") for ticket_id, subject, preview, why in rows}


def ticket_text(session: Session, ticket_id: int) -> TicketText:
    later.settle(session)
    found = _TEXTS.ask(session, ticket_id=ticket_id)
    return TicketText(
        next((one.said for one in found["subject"]), ""),
        {one.number: _message_text(one.row) for one in found["messages"]},
        {one.number: one.said for one in found["notes"]},
        {one.number: one.said for one in found["names"]},
    )


def ticket_subject(session: Session, ticket_id: int) -> str:
    later.settle(session)
    return session.scalar(select(TicketContent.subject).where(TicketContent.ticket_id == ticket_id)) or ""


def message_text(session: Session, message_id: int) -> MessageText:
    """What a message says; nothing, of one that was erased."""
    later.settle(session)
    content = session.get(MessageContent, message_id)
    return MessageText("", "", "") if content is None else _message_text(content)


def fetch_ahead(session: Session, message_ids: Collection[int]) -> Sequence[object]:
    """The rows of these messages: while somebody keeps them, `message_text` needs no statement."""
    return session.scalars(select(MessageContent).where(MessageContent.message_id.in_(message_ids))).all()


def new_texts(session: Session, message_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """The subject of each of these messages, and what is new in it."""
    rows = session.execute(
        select(MessageContent.message_id, MessageContent.subject, MessageContent.new_text).where(
            MessageContent.message_id.in_(message_ids)
        )
    )
    return {row.message_id: (row.subject, row.new_text) for row in rows}


def attachment_file(session: Session, attachment_id: int) -> AttachmentFile:
    later.settle(session)
    content = session.get_one(AttachmentContent, attachment_id)
    return AttachmentFile(content.name, files.get(session, content.digest), content.content_id or "")


def raw_email(session: Session, inbound_email_id: int) -> bytes:
    later.settle(session)
    return files.get(session, session.get_one(RawEmail, inbound_email_id).digest)


def keep_raw_email(session: Session, inbound_email_id: int, raw: bytes) -> None:
    later.add(session, RawEmail, inbound_email_id=inbound_email_id, digest=files.put(session, raw))


def keep_ticket(session: Session, ticket_id: int, *, subject: str, preview: str) -> None:
    later.add(session, TicketContent, ticket_id=ticket_id, subject=subject, preview=preview)


def keep_subject(session: Session, ticket_id: int, subject: str) -> None:
    """Another subject than the one it came with; it is found by both, for its messages keep theirs."""
    later.settle(session)
    session.execute(update(TicketContent).where(TicketContent.ticket_id == ticket_id).values(subject=subject))
    loose = SearchText.message_id.is_(None) & SearchText.note_id.is_(None)
    session.execute(delete(SearchText).where(SearchText.ticket_id == ticket_id, loose))
    index(session, ticket_id, subject)


def keep_preview(session: Session, ticket_id: int, preview: str) -> None:
    later.put(session, _NEW_PREVIEW, {"of_ticket": ticket_id, "new_preview": preview})


def keep_message(session: Session, message: Message, text: MessageText, *, found_by: str) -> None:
    """Keep what a message says, and make it findable by its subject and by the given text."""
    later.add(
        session,
        MessageContent,
        message_id=message.id,
        subject=text.subject,
        text=text.text,
        new_text=text.new_text,
        html=text.html,
        new_html=text.new_html,
        html_policy=text.html_policy,
    )
    index(session, message.ticket_id, f"{text.subject}\n{found_by}", message_id=message.id)


def move_message(session: Session, message_id: int, ticket_id: int, to_id: int) -> None:
    """Let what a message says be found on the ticket it is on now, and be that one's preview."""
    later.settle(session)
    session.execute(update(SearchText).where(SearchText.message_id == message_id).values(ticket_id=to_id))
    keep_preview(session, to_id, glimpses(session, [ticket_id])[ticket_id].preview)
    keep_preview(session, ticket_id, "")


def move_writing(session: Session, message_ids: Collection[int], note_ids: Collection[int], to_id: int) -> None:
    """Let what messages and notes say be found on the ticket they are on now."""
    moved = or_(SearchText.message_id.in_(message_ids), SearchText.note_id.in_(note_ids))
    session.execute(update(SearchText).where(moved).values(ticket_id=to_id))


def last_text(session: Session, ticket_id: int) -> str:
    """What the last message of a ticket says anew; nothing where it has none."""
    later.settle(session)
    last = (
        select(MessageContent)
        .join(Message, Message.id == MessageContent.message_id)
        .where(Message.ticket_id == ticket_id)
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(1)
    )
    content = session.scalar(last)
    return (content.new_text or content.text) if content else ""


def keep_note(session: Session, note: Note, text: str) -> None:
    later.add(session, NoteContent, note_id=note.id, text=text)
    index(session, note.ticket_id, text, note_id=note.id)


def keep_attachment(
    session: Session, attachment_id: int, *, name: str, body: bytes, content_id: str | None = None
) -> None:
    digest = files.put(session, body)
    values = {"attachment_id": attachment_id, "name": name, "digest": digest, "content_id": content_id, "text": None}
    later.add(session, AttachmentContent, **values)


def keep_preview_of_file(session: Session, attachment: Attachment, *, text: str, pages: Sequence[bytes]) -> None:
    """Keep what can be seen of a file, and let its message be found by its text; nothing, where it was erased."""
    kept = session.get(AttachmentContent, attachment.id, with_for_update=True)
    if kept is None:
        attachment.page_count = 0
        return
    kept.text = text
    session.add_all(
        PageContent(attachment_id=attachment.id, number=at, picture=page) for at, page in enumerate(pages, 1)
    )
    if text.strip():
        ticket_id = session.get_one(Message, attachment.message_id).ticket_id
        index(session, ticket_id, text, message_id=attachment.message_id)


def page(session: Session, attachment_id: int, number: int) -> bytes | None:
    found = session.get(PageContent, (attachment_id, number))
    return None if found is None else found.picture


def files_of(session: Session, attachment_ids: Collection[int]) -> dict[int, bytes]:
    """The bytes of these files; one that is erased, or lost from its folder, is not among them."""
    later.settle(session)
    rows = session.execute(
        select(AttachmentContent.attachment_id, AttachmentContent.digest).where(
            AttachmentContent.attachment_id.in_(attachment_ids)
        )
    )
    found: dict[int, bytes] = {}
    for attachment_id, digest in rows:
        with suppress(FileMissing):
            found[attachment_id] = files.get(session, digest)
    return found


def erase_messages(session: Session, message_ids: Collection[int], inbound_email_ids: Collection[int]) -> list[bytes]:
    """Take away what these messages say, their files, and the emails they came as.

    Returns the digests of large files that nobody else's message holds: they lie in the folder until
    `files.remove_from_folder` is called, after the commit.
    """
    attachments = select(Attachment.id).where(Attachment.message_id.in_(message_ids))
    held = set(
        session.scalars(select(AttachmentContent.digest).where(AttachmentContent.attachment_id.in_(attachments)))
    )
    session.execute(delete(PageContent).where(PageContent.attachment_id.in_(attachments)))
    session.execute(delete(AttachmentContent).where(AttachmentContent.attachment_id.in_(attachments)))
    session.execute(delete(MessageContent).where(MessageContent.message_id.in_(message_ids)))
    session.execute(delete(SearchText).where(SearchText.message_id.in_(message_ids)))
    return [*let_go(session, held), *erase_raw_emails(session, inbound_email_ids)]


def erase_raw_emails(session: Session, inbound_email_ids: Collection[int]) -> list[bytes]:
    """Take away the bytes of these emails; returns as `erase_messages` does."""
    raws = RawEmail.inbound_email_id.in_(inbound_email_ids)
    held = set(session.scalars(select(RawEmail.digest).where(raws)))
    session.execute(delete(RawEmail).where(raws))
    return let_go(session, held)


def erase_notes(session: Session, note_ids: Collection[int]) -> None:
    session.execute(delete(NoteContent).where(NoteContent.note_id.in_(note_ids)))
    session.execute(delete(SearchText).where(SearchText.note_id.in_(note_ids)))


def erase_tickets(session: Session, ticket_ids: Collection[int]) -> None:
    """Empty the subject and the preview; what is found by the subject goes with it."""
    ours = TicketContent.ticket_id.in_(ticket_ids)
    session.execute(update(TicketContent).where(ours).values(subject="", preview=""))
    loose = SearchText.message_id.is_(None) & SearchText.note_id.is_(None)
    session.execute(delete(SearchText).where(SearchText.ticket_id.in_(ticket_ids), loose))


def mentioning(session: Session, ticket_ids: Collection[int], phrases: Collection[str]) -> list[int]:
    """The messages of these tickets that hold one of the phrases; their ids alone."""
    holds = [
        column.icontains(phrase, autoescape=True)
        for phrase in phrases
        for column in (MessageContent.text, MessageContent.subject)
    ]
    chosen = select(MessageContent.message_id).join(Message).where(Message.ticket_id.in_(ticket_ids), or_(*holds))
    return list(session.scalars(chosen.order_by(MessageContent.message_id))) if holds else []


def loose_raw_emails(session: Session, *, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Emails that are on no ticket as a message, with the beginning of their bytes, in the order of their ids."""
    on_a_ticket = select(Message.id).where(Message.inbound_email_id == RawEmail.inbound_email_id).exists()
    rows = session.execute(
        select(RawEmail.inbound_email_id, RawEmail.digest)
        .where(RawEmail.inbound_email_id > after, ~on_a_ticket)
        .order_by(RawEmail.inbound_email_id)
        .limit(limit)
    )
    return [(email_id, files.get(session, digest)[:_HEAD_BYTES]) for email_id, digest in rows]


def remove_file(session: Session, digest: bytes) -> None:
    """Take a large file that was let go out of the folder, unless the same bytes came again since."""
    files.remove_from_folder(session, digest)


def forgotten_files(session: Session, part: int, *, before: float) -> list[bytes]:
    return files.forgotten(session, part, before=before)


def let_go(session: Session, digests: Collection[bytes]) -> list[bytes]:
    """Of files whose holder went: those that nobody else holds go too; the large ones are left to be unlinked."""
    kept = set(session.scalars(select(AttachmentContent.digest).where(AttachmentContent.digest.in_(digests))))
    kept |= set(session.scalars(select(DraftFileContent.digest).where(DraftFileContent.digest.in_(digests))))
    kept |= set(session.scalars(select(RawEmail.digest).where(RawEmail.digest.in_(digests))))
    return files.forget(session, sorted(set(digests) - kept))


def _message_text(content: MessageContent) -> MessageText:
    return MessageText(
        content.subject, content.text, content.new_text, content.html, content.html_policy, content.new_html
    )


def index(
    session: Session, ticket_id: int, text: str, *, message_id: int | None = None, note_id: int | None = None
) -> None:
    indexed = as_indexed(words(text), session.get_bind().dialect.name)
    later.add(session, SearchText, ticket_id=ticket_id, message_id=message_id, note_id=note_id, words=indexed)
