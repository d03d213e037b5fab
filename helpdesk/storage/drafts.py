"""Drafts in and out of their tables, and back from a message that never left. Nobody calls this but the gate."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Select, delete, false, func, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.models.content.draft_content import DraftContent, DraftFileContent
from helpdesk.models.content.message_content import AttachmentContent, MessageContent
from helpdesk.models.content.search_text import SearchText
from helpdesk.models.draft import Draft, DraftFile
from helpdesk.models.message import Attachment, MessageAddress
from helpdesk.storage import files

_BEGINNING = 160  # signs of a draft that a list shows


@dataclass(frozen=True, slots=True)
class DraftText:
    """What a draft says. `fields` is JSON that the desk understands."""

    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    fields: str = field(default="{}", repr=False)


@dataclass(frozen=True, slots=True)
class DraftFileBody:
    name: str = field(repr=False)
    body: bytes = field(repr=False)


def keep(session: Session, draft_id: int, said: DraftText) -> None:
    row = session.get(DraftContent, draft_id)
    if row is None:
        session.add(DraftContent(draft_id=draft_id, text=said.text, html=said.html, fields=said.fields))
        return
    row.text, row.html, row.fields = said.text, said.html, said.fields


def text_of(session: Session, draft_id: int) -> DraftText:
    row = session.get_one(DraftContent, draft_id)
    return DraftText(row.text, row.html, row.fields)


def beginnings(session: Session, ticket_ids: Collection[int], agent_id: int) -> dict[int, str]:
    """How the last draft of this agent on each of these tickets begins; in one statement."""
    rows = session.execute(
        select(Draft.ticket_id, func.substr(DraftContent.text, 1, _BEGINNING))
        .join(DraftContent, DraftContent.draft_id == Draft.id)
        .where(Draft.ticket_id.in_(ticket_ids), Draft.agent_id == agent_id, Draft.discarded_at.is_(None))
        .order_by(Draft.changed_at, Draft.id)
    )
    return {ticket_id: text for ticket_id, text in rows if ticket_id is not None}


def keep_file(session: Session, draft_file_id: int, name: str, body: bytes) -> None:
    digest = files.put(session, body)
    session.add(DraftFileContent(draft_file_id=draft_file_id, name=name, digest=digest))


def file_names(session: Session, draft_id: int) -> dict[int, str]:
    rows = session.execute(
        select(DraftFileContent.draft_file_id, DraftFileContent.name)
        .join(DraftFile, DraftFile.id == DraftFileContent.draft_file_id)
        .where(DraftFile.draft_id == draft_id)
    )
    return {file_id: name for file_id, name in rows}  # noqa: C416  rows are tuples to a human only


def file_body(session: Session, draft_file_id: int) -> DraftFileBody:
    row = session.get_one(DraftFileContent, draft_file_id)
    return DraftFileBody(row.name, files.get(session, row.digest))


def copy_file(session: Session, file: DraftFile, draft_id: int) -> DraftFile:
    """The same bytes under the same name beside another draft."""
    held = session.get_one(DraftFileContent, file.id)
    twin = DraftFile(draft_id=draft_id, media_type=file.media_type, size=file.size, content_id=file.content_id)
    session.add(twin)
    session.flush()
    session.add(DraftFileContent(draft_file_id=twin.id, name=held.name, digest=held.digest))
    session.flush()
    return twin


def drop_file(session: Session, draft_file_id: int) -> list[bytes]:
    """Remove a file from beside its draft; returns the digest of what it held."""
    its = DraftFileContent.draft_file_id == draft_file_id
    held = session.scalars(select(DraftFileContent.digest).where(its)).all()
    session.execute(delete(DraftFileContent).where(its))
    session.execute(delete(DraftFile).where(DraftFile.id == draft_file_id))
    return list(held)


def move_files(session: Session, draft_id: int, to_id: int) -> None:
    session.execute(update(DraftFile).where(DraftFile.draft_id == draft_id).values(draft_id=to_id))
    session.flush()


def drop(session: Session, draft_ids: Collection[int]) -> list[bytes]:
    """Remove drafts with all that belongs to them; returns the digests of what their files held."""
    of_them = select(DraftFile.id).where(DraftFile.draft_id.in_(draft_ids))
    theirs = DraftFileContent.draft_file_id.in_(of_them)
    held = session.scalars(select(DraftFileContent.digest).where(theirs)).all()
    for gone in (
        delete(DraftFileContent).where(theirs),
        delete(DraftFile).where(DraftFile.draft_id.in_(draft_ids)),
        delete(DraftContent).where(DraftContent.draft_id.in_(draft_ids)),
        delete(Draft).where(Draft.id.in_(draft_ids)),
    ):
        session.execute(gone.execution_options(synchronize_session="fetch"))
    return list(held)


def naming(addresses: Collection[str]) -> Select[int]:
    """The drafts on no ticket whose fields or text have one of these addresses."""
    columns = (DraftContent.fields, DraftContent.text)
    named = [column.icontains(address, autoescape=True) for column in columns for address in addresses]
    chosen = select(Draft.id).join(DraftContent, DraftContent.draft_id == Draft.id)
    return chosen.where(Draft.ticket_id.is_(None), or_(false(), *named))


def take_files(session: Session, message_id: int, draft_id: int) -> dict[str, int]:
    """Put the files of a message beside a draft: the same bytes, under the same names. By Content-ID where shown."""
    shown: dict[str, int] = {}
    rows = session.execute(
        select(Attachment, AttachmentContent)
        .join(AttachmentContent, AttachmentContent.attachment_id == Attachment.id)
        .where(Attachment.message_id == message_id)
        .order_by(Attachment.position)
    )
    for attachment, content in rows:
        row = DraftFile(
            draft_id=draft_id,
            media_type=attachment.media_type,
            size=attachment.size,
            content_id=content.content_id or "",
        )
        session.add(row)
        session.flush()
        session.add(DraftFileContent(draft_file_id=row.id, name=content.name, digest=content.digest))
        if content.content_id:
            shown[content.content_id] = row.id
    return shown


def empty_message(session: Session, message_id: int) -> None:
    """Leave nothing of what a message said: not its text, its files, its words in the search, its recipients."""
    of_it = select(Attachment.id).where(Attachment.message_id == message_id)
    session.flush()
    session.execute(delete(AttachmentContent).where(AttachmentContent.attachment_id.in_(of_it)))
    session.execute(delete(Attachment).where(Attachment.message_id == message_id))
    session.execute(delete(MessageContent).where(MessageContent.message_id == message_id))
    session.execute(delete(SearchText).where(SearchText.message_id == message_id))
    session.execute(delete(MessageAddress).where(MessageAddress.message_id == message_id))
