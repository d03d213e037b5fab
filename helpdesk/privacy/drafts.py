"""The gate to drafts: what an agent began to write is read by nobody but its writer."""

from collections.abc import Collection

from sqlalchemy import Select
from sqlalchemy.orm import Session

from helpdesk.mail import writing
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft, DraftFile
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.readers import Reader
from helpdesk.storage import drafts
from helpdesk.storage.drafts import DraftFileBody, DraftText

__all__ = ["DraftFileBody", "DraftText", "read", "write"]


def write(session: Session, draft: Draft, said: DraftText) -> None:
    drafts.keep(session, draft.id, said)


def read(session: Session, draft: Draft, *, by: Agent) -> DraftText:
    """What a draft says: to its writer alone, whoever may read the ticket. Raises AccessDenied."""
    _let_writer_through(session, draft, by)
    return drafts.text_of(session, draft.id)


def beginnings(session: Session, ticket_ids: Collection[int], *, by: Agent) -> dict[int, str]:
    """How one's own last draft on each of these tickets begins, for a list; nobody else's is among them."""
    return drafts.beginnings(session, ticket_ids, by.id)


def write_file(session: Session, file: DraftFile, *, name: str, body: bytes) -> None:
    drafts.keep_file(session, file.id, name, body)


def read_file(session: Session, file: DraftFile, *, by: Agent) -> DraftFileBody:
    _let_writer_through(session, session.get_one(Draft, file.draft_id), by)
    return drafts.file_body(session, file.id)


def file_names(session: Session, draft: Draft, *, by: Agent) -> dict[int, str]:
    _let_writer_through(session, draft, by)
    return drafts.file_names(session, draft.id)


def copy_file(session: Session, file: DraftFile, to: Draft, *, by: Agent) -> DraftFile:
    """The same file beside another draft of its writer. Raises AccessDenied."""
    _let_writer_through(session, session.get_one(Draft, file.draft_id), by)
    return drafts.copy_file(session, file, to.id)


def drop_file(session: Session, file: DraftFile) -> list[bytes]:
    """Remove a file from beside its draft; returns as `drop` does."""
    return access.let_go(session, drafts.drop_file(session, file.id))


def drop(session: Session, draft_ids: Collection[int]) -> list[bytes]:
    """Remove drafts with their files; returns the large ones that nobody holds now.

    They leave the folder with `access.remove_file`, or when it is next looked through.
    """
    return access.let_go(session, drafts.drop(session, draft_ids))


def join(session: Session, kept: Draft, other: Draft, *, by: Agent) -> None:
    """Put what another draft of the same writer says under this one, with its files, and remove the other."""
    one, two = (read(session, draft, by=by) for draft in (kept, other))
    html = None
    if one.html or two.html:
        html = f"{one.html or writing.as_html(one.text)}<div><br></div>{two.html or writing.as_html(two.text)}"
    text = f"{one.text.rstrip()}\n\n{two.text.lstrip()}".strip()
    drafts.keep(session, kept.id, DraftText(text, html, one.fields))
    drafts.move_files(session, other.id, kept.id)
    drafts.drop(session, [other.id])


def naming(addresses: Collection[str]) -> Select[int]:
    """The new emails, on no ticket yet, that are to one of these addresses or name it."""
    return drafts.naming(addresses)


def take_back(session: Session, message: Message, draft: Draft, fields: str, *, by: Reader) -> None:
    """Make what a message says a draft again, and leave nothing of it on the message."""
    said = access.read(session, message, by=by)
    html = said.new_html or said.html
    for content_id, file_id in drafts.take_files(session, message.id, draft.id).items():
        html = html and html.replace(f"cid:{content_id}", writing.picture(file_id))
    drafts.keep(session, draft.id, DraftText(said.new_text, html, fields))
    drafts.empty_message(session, message.id)


def _let_writer_through(session: Session, draft: Draft, by: Agent) -> None:
    ticket = session.get_one(Ticket, draft.ticket_id) if draft.ticket_id is not None else None
    customer_id = ticket.customer_id if ticket else None
    if draft.agent_id != by.id or by.is_disabled:
        raise AccessDenied("draft", draft.id, draft.ticket_id, customer_id)
    audit.record(
        session,
        "draft.read",
        by=by,
        on=("draft", draft.id),
        subject_id=customer_id,
        basis="a draft of one's own",
        facts={"ticket": draft.ticket_id},
        is_reading_of_content=True,
    )
