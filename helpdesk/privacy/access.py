"""The gate: the only way to what customers and agents wrote. Each reading has a basis and leaves an event."""

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from typing import overload

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from helpdesk.mail import senders, thread
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, door, merged, protection
from helpdesk.privacy.basis import bases_to_read, basis_to_read, readable
from helpdesk.privacy.door import AccessDenied, PurposeNeeded
from helpdesk.privacy.merged import TakenAlong
from helpdesk.privacy.readers import MACHINE_BASIS, Machine, Reader
from helpdesk.privacy.theme_telling import is_few
from helpdesk.storage import content
from helpdesk.storage import search as search_index
from helpdesk.storage.content import AttachmentFile, FileMissing, Glimpse, MessageText, TicketText
from helpdesk.storage.search import Phrase

__all__ = [
    "AccessDenied",
    "AttachmentFile",
    "FileMissing",
    "Glimpse",
    "MessageText",
    "Phrase",
    "PurposeNeeded",
    "TicketText",
    "glimpse",
    "read",
]


@overload
def read(session: Session, thing: Ticket, *, by: Reader) -> TicketText: ...
@overload
def read(session: Session, thing: Message, *, by: Reader) -> MessageText: ...
@overload
def read(session: Session, thing: Attachment, *, by: Reader) -> AttachmentFile: ...
@overload
def read(session: Session, thing: InboundEmail, *, by: Reader) -> bytes: ...


def read(
    session: Session, thing: Ticket | Message | Attachment | InboundEmail, *, by: Reader
) -> TicketText | MessageText | AttachmentFile | bytes:
    """The content of a ticket (all of it), a message, an attachment or a raw email.

    Raises AccessDenied where the reader has no basis. Leaves one event, which names reader, thing,
    data subject and basis; the same reading within five minutes is covered by the first.
    """
    if isinstance(thing, Ticket):
        along = merged.permitted(session, thing, by=by) if isinstance(by, Agent) else None
        door.let_through(session, "ticket", thing.id, thing, by, along.basis if along else None)
        return _with_taken_along(session, along) if along else content.ticket_text(session, thing.id)
    if isinstance(thing, Message):
        door.let_through_message(session, "message", thing.id, thing, by)
        return content.message_text(session, thing.id)
    if isinstance(thing, Attachment):
        door.let_through_message(session, "attachment", thing.id, session.get_one(Message, thing.message_id), by)
        return content.attachment_file(session, thing.id)
    door.let_through_email(session, thing, by)
    return content.raw_email(session, thing.id)


def subject(session: Session, ticket: Ticket, *, by: Reader) -> str:
    """The subject of a ticket alone: a reading of the ticket like any other. Raises AccessDenied."""
    door.let_through(session, "ticket", ticket.id, ticket, by)
    return content.ticket_subject(session, ticket.id)


def glimpse(session: Session, tickets: Iterable[Ticket], *, by: Agent, view: str) -> dict[int, Glimpse]:
    """Subject and preview of those tickets that are readable, by ticket id: the others are left out.

    A preview is a reading: one `list.read` event an agent and view in five minutes names the tickets shown;
    a ticket not yet in one gets a further event.
    """
    basis_of = open_bases(session, tickets, by=by)
    if not basis_of:
        return {}
    fresh = sorted(basis_of.keys() - audit.covered_tickets(session, by, view))
    for basis in sorted({basis_of[ticket_id] for ticket_id in fresh}):
        shown = [ticket_id for ticket_id in fresh if basis_of[ticket_id] == basis]
        facts: dict[str, object] = {"view": view, "tickets": shown}
        audit.record(session, "list.read", by=by, on=("list", None), basis=basis, facts=facts)
    return content.glimpses(session, basis_of.keys())


def readable_ids(session: Session, ticket_ids: Iterable[int], *, by: Agent) -> set[int]:
    """Which of these tickets the agent has a basis to read: an answer without any content."""
    return set(session.scalars(select(Ticket.id).where(Ticket.id.in_(list(ticket_ids)), readable(session, by))))


def open_bases(session: Session, tickets: Iterable[Ticket], *, by: Agent) -> dict[int, str]:
    """By what right the agent may be shown what is written on these tickets, by id; not where it is protected."""
    return bases_to_read(session, list(tickets), by, among=protection.is_open_to(by))


def search(
    session: Session, phrases: Sequence[Phrase], *, by: Agent, among: ColumnElement[bool], limit: int
) -> list[int]:
    """The tickets, among those the condition names, whose readable content holds all phrases: the newest first.

    A search is a reading: its event keeps the terms among the erasable words of the trail.
    """
    is_readable = and_(readable(session, by), protection.is_open_to(by))
    found = search_index.tickets_with(session, phrases, among=and_(among, is_readable), limit=limit)
    terms = " ".join(" ".join(phrase.tokens) for phrase in phrases)
    audit.record(session, "search", by=by, on=("list", None), facts={"tickets": found}, words=terms)
    return found


def require(session: Session, ticket: Ticket, *, by: Agent) -> str:
    """The basis on which an agent may work on a ticket's content, without reading any. Raises AccessDenied."""
    basis = basis_to_read(session, ticket, by)
    if basis is None:
        raise AccessDenied("ticket", ticket.id, ticket.id, ticket.customer_id)
    door.purpose(session, "ticket", ticket.id, ticket, by)
    return basis


def with_subject_like(session: Session, tickets: Sequence[Ticket], subject: str, *, by: Machine) -> set[int]:
    """Which of these tickets have the same subject, "Re:" and the like aside: none is handed out."""
    wanted = thread.normalised_subject(subject)
    if not tickets or not wanted:
        return set()
    compared = [ticket.id for ticket in tickets]
    facts: dict[str, object] = {"tickets": compared}
    audit.record(session, "subject.compare", by=by, on=("list", None), basis=MACHINE_BASIS[by], facts=facts)
    glimpses = content.glimpses(session, compared)
    return {number for number, seen in glimpses.items() if thread.normalised_subject(seen.subject) == wanted}


def emails_to_compare(session: Session, emails: Sequence[InboundEmail], *, by: Machine) -> dict[int, bytes]:
    """The bytes of these emails, for a machine that compares them and hands out none: one event names them all."""
    compared = [email.id for email in emails]
    on_tickets = sorted({email.ticket_id for email in emails if email.ticket_id is not None})
    facts: dict[str, object] = {"emails": compared, "tickets": on_tickets}
    audit.record(session, "email.compare", by=by, on=("raw_email", None), basis=MACHINE_BASIS[by], facts=facts)
    found: dict[int, bytes] = {}
    for email_id in compared:
        with suppress(FileMissing, NoResultFound):  # erased, or never more than a row
            found[email_id] = content.raw_email(session, email_id)
    return found


def fetch_ahead(session: Session, messages: Sequence[Message]) -> Sequence[object]:
    """Get what these messages say from the database in one statement; `read` hands each out, and to nobody else."""
    return content.fetch_ahead(session, [message.id for message in messages])


def keep_raw_email(session: Session, email: InboundEmail, raw: bytes) -> None:
    """Keep the bytes of a fetched email; its row must be flushed."""
    content.keep_raw_email(session, email.id, raw)


def write_ticket(session: Session, ticket: Ticket, *, subject: str, preview: str) -> None:
    content.keep_ticket(session, ticket.id, subject=subject, preview=preview)


def write_subject(session: Session, ticket: Ticket, subject: str) -> None:
    content.keep_subject(session, ticket.id, subject)


def write_preview(session: Session, ticket: Ticket, preview: str) -> None:
    content.keep_preview(session, ticket.id, preview)


def write_message(session: Session, message: Message, text: MessageText, *, found_by: str) -> None:
    content.keep_message(session, message, text, found_by=found_by)


def renew_preview(session: Session, ticket: Ticket, *, shorten: Callable[[str], str]) -> None:
    """Let a ticket's preview be the beginning of its last message."""
    content.keep_preview(session, ticket.id, shorten(content.last_text(session, ticket.id)))


def move_message(session: Session, message: Message, to: Ticket) -> None:
    """Put a message on another ticket, and let it be found there."""
    before, message.ticket_id = message.ticket_id, to.id
    session.flush()
    content.move_message(session, message.id, before, to.id)


def move_writing(
    session: Session, messages: Sequence[Message], notes: Sequence[Note], to: Ticket, *, shorten: Callable[[str], str]
) -> None:
    """Put messages and notes on another ticket, let them be found there, and renew the previews on both sides."""
    sides = {message.ticket_id for message in messages} | {to.id}
    rows: list[Message | Note] = [*messages, *notes]
    for row in rows:
        row.ticket_id = to.id
    session.flush()
    content.move_writing(session, [message.id for message in messages], [note.id for note in notes], to.id)
    for ticket_id in sides:
        content.keep_preview(session, ticket_id, shorten(content.last_text(session, ticket_id)))


def write_note(session: Session, note: Note, text: str) -> None:
    content.keep_note(session, note, text)


def write_attachment(
    session: Session, attachment: Attachment, *, name: str, body: bytes, content_id: str | None = None
) -> None:
    content.keep_attachment(session, attachment.id, name=name, body=body, content_id=content_id)


def holding(session: Session, ticket_ids: Sequence[int], phrases: Sequence[str], *, by: Machine) -> set[int]:
    """Which of these tickets hold one of the phrases, in the words of the search; one event names them."""
    if not ticket_ids:
        return set()
    facts: dict[str, object] = {"tickets": list(ticket_ids)}
    audit.record(session, "phrase.compare", by=by, on=("list", None), basis=MACHINE_BASIS[by], facts=facts)
    return search_index.holding(session, ticket_ids, [Phrase.of(phrase) for phrase in phrases])


def files_to_look_at(session: Session, attachments: Sequence[Attachment], *, by: Machine) -> dict[int, bytes]:
    """The bytes of several files for a machine; one event names them all."""
    if not attachments:
        return {}
    holders = select(Message.ticket_id).where(Message.id.in_({one.message_id for one in attachments})).distinct()
    facts: dict[str, object] = {
        "attachments": [one.id for one in attachments],
        "tickets": sorted(session.scalars(holders)),  # so that each customer's record names it
    }
    audit.record(session, "file.look", by=by, on=("attachment", None), basis=MACHINE_BASIS[by], facts=facts)
    return content.files_of(session, [one.id for one in attachments])


def write_preview_of_file(session: Session, attachment: Attachment, *, text: str, pages: Sequence[bytes]) -> None:
    content.keep_preview_of_file(session, attachment, text=text, pages=pages)


def page_of(session: Session, attachment: Attachment, number: int, *, by: Agent) -> bytes | None:
    """A page of a file as a picture: a reading of the file. Raises AccessDenied."""
    door.let_through_message(
        session, "attachment", attachment.id, session.get_one(Message, attachment.message_id), by
    )
    return content.page(session, attachment.id, number)


def erase_messages(session: Session, message_ids: Collection[int], inbound_email_ids: Collection[int]) -> list[bytes]:
    """Take away what these messages say; returns the files that `remove_file` takes out of the folder afterwards."""
    return content.erase_messages(session, message_ids, inbound_email_ids)


def erase_raw_emails(session: Session, inbound_email_ids: Collection[int]) -> list[bytes]:
    return content.erase_raw_emails(session, inbound_email_ids)


def erase_notes(session: Session, note_ids: Collection[int]) -> None:
    content.erase_notes(session, note_ids)


def erase_tickets(session: Session, ticket_ids: Collection[int]) -> None:
    content.erase_tickets(session, ticket_ids)


def let_go(session: Session, digests: Collection[bytes]) -> list[bytes]:
    """Forget files whose holder went, unless somebody else holds them; returns the large ones, for `remove_file`."""
    return content.let_go(session, digests)


def remove_file(session: Session, digest: bytes) -> None:
    content.remove_file(session, digest)


def forgotten_files(session: Session, part: int, *, before: float) -> list[bytes]:
    """What `let_go` forgot and nobody removed yet, in one of the folder's 256 parts: digests, no byte of them."""
    return content.forgotten_files(session, part, before=before)


def new_texts(
    session: Session, message_ids: Sequence[int], *, by: Machine, for_report: int
) -> dict[int, tuple[str, str]]:
    """Subject and new text of each of these messages, for a machine that counts what many wrote: one event a run."""
    if not message_ids:
        return {}
    facts: dict[str, object] = {"first": min(message_ids), "last": max(message_ids)}
    if not is_few(len(message_ids)):
        facts["messages"] = len(message_ids)
    audit.record(session, "theme.read", by=by, on=("theme_report", for_report), basis=MACHINE_BASIS[by], facts=facts)
    return content.new_texts(session, message_ids)


def mentioning(session: Session, ticket_ids: Sequence[int], phrases: Collection[str], *, by: Machine) -> list[int]:
    """Which messages of these tickets hold one of the phrases: ids, no word of them. A reading all the same."""
    if not ticket_ids:
        return []
    facts: dict[str, object] = {"tickets": list(ticket_ids)}
    audit.record(session, "mention.look", by=by, on=("list", None), basis=MACHINE_BASIS[by], facts=facts)
    return content.mentioning(session, ticket_ids, phrases)


def loose_emails_from(session: Session, addresses: Collection[str], *, by: Machine) -> list[int]:
    """Which emails that are on no ticket name one of these addresses as their writer."""
    found: list[int] = []
    after = looked_at = 0
    while heads := content.loose_raw_emails(session, after=after, limit=100):
        found += [email_id for email_id, head in heads if senders.writers_of(head) & set(addresses)]
        looked_at, after = looked_at + len(heads), heads[-1][0]
    if looked_at:
        facts: dict[str, object] = {"emails": looked_at, "last": after}
        audit.record(session, "sender.look", by=by, on=("list", None), basis=MACHINE_BASIS[by], facts=facts)
    return found


def _with_taken_along(session: Session, along: TakenAlong) -> TicketText:
    """A merged ticket as it was: with what came from it, and nothing else of where that is now."""
    here, there = (content.ticket_text(session, ticket.id) for ticket in (along.ticket, along.on))
    came = merged.pieces(session, along)
    return TicketText(
        here.subject,
        {**here.messages, **{number: said for number, said in there.messages.items() if number in came.messages}},
        {**here.notes, **{number: said for number, said in there.notes.items() if number in came.notes}},
        {number: name for number, name in there.attachment_names.items() if number in came.attachments},
    )
