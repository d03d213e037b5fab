"""Drafts in and out of their tables, and back from a message that never left. Nobody calls this but the gate."""

from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.models.content.draft_content import DraftContent, DraftFileContent
from helpdesk.models.content.message_content import AttachmentContent, MessageContent
from helpdesk.models.content.search_text import SearchText
from helpdesk.models.draft import Draft, DraftFile
from helpdesk.models.message import Attachment, MessageAddress
from helpdesk.storage import files


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


def keep_file(session: Session, draft_file_id: int, name: str, body: bytes) -> None:
    digest = files.put(session, body)
    session.add(DraftFileContent(draft_file_id=draft_file_id, name=name, digest=digest))


def file_names(session: Session, draft_id: int) -> dict[int, str]:
    rows = session.execute(
        select(DraftFileContent.draft_file_id, DraftFileContent.name)
        .join(DraftFile, DraftFile.id == DraftFileContent.draft_file_id)
        .where(DraftFile.draft_id == draft_id)
    )
    return dict(rows.tuples().all())


def file_body(session: Session, draft_file_id: int) -> DraftFileBody:
    row = session.get_one(DraftFileContent, draft_file_id)
    return DraftFileBody(row.name, files.get(session, row.digest))


def drop_file(session: Session, draft_file_id: int) -> None:
    session.execute(delete(DraftFileContent).where(DraftFileContent.draft_file_id == draft_file_id))
    session.execute(delete(DraftFile).where(DraftFile.id == draft_file_id))


def drop(session: Session, draft_id: int) -> None:
    of_it = select(DraftFile.id).where(DraftFile.draft_id == draft_id)
    session.execute(delete(DraftFileContent).where(DraftFileContent.draft_file_id.in_(of_it)))
    session.execute(delete(DraftFile).where(DraftFile.draft_id == draft_id))
    session.execute(delete(DraftContent).where(DraftContent.draft_id == draft_id))
    session.execute(delete(Draft).where(Draft.id == draft_id))


def take_files(session: Session, message_id: int, draft_id: int) -> None:
    """Put the files of a message beside a draft: the same bytes, under the same names."""
    rows = session.execute(
        select(Attachment, AttachmentContent)
        .join(AttachmentContent, AttachmentContent.attachment_id == Attachment.id)
        .where(Attachment.message_id == message_id)
        .order_by(Attachment.position)
    )
    for attachment, content in rows.tuples().all():
        row = DraftFile(
            draft_id=draft_id,
            media_type=attachment.media_type,
            size=attachment.size,
            content_id=content.content_id or "",
        )
        session.add(row)
        session.flush()
        session.add(DraftFileContent(draft_file_id=row.id, name=content.name, digest=content.digest))


def empty_message(session: Session, message_id: int) -> None:
    """Leave nothing of what a message said: not its text, its files, its words in the search, its recipients."""
    of_it = select(Attachment.id).where(Attachment.message_id == message_id)
    session.flush()
    session.execute(delete(AttachmentContent).where(AttachmentContent.attachment_id.in_(of_it)))
    session.execute(delete(Attachment).where(Attachment.message_id == message_id))
    session.execute(delete(MessageContent).where(MessageContent.message_id == message_id))
    session.execute(delete(SearchText).where(SearchText.message_id == message_id))
    session.execute(delete(MessageAddress).where(MessageAddress.message_id == message_id))
