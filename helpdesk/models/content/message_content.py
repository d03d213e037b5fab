"""What a message or a note says, and the files that came with it."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class MessageContent(Base, kw_only=True):
    """`text` is the whole readable text, quotes included; `new_text` what is new in it; HTML is sanitised."""

    __tablename__ = "message_content"

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(repr=False)
    text: Mapped[str] = mapped_column(repr=False)
    new_text: Mapped[str] = mapped_column(repr=False)
    html: Mapped[str | None] = mapped_column(default=None, repr=False)
    new_html: Mapped[str | None] = mapped_column(default=None, repr=False)  # None: nothing of it is folded
    html_policy: Mapped[int] = mapped_column(default=0)


class NoteContent(Base, kw_only=True):
    __tablename__ = "note_content"

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id"), primary_key=True)
    text: Mapped[str] = mapped_column(repr=False)


class AttachmentContent(Base, kw_only=True):
    __tablename__ = "attachment_content"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    name: Mapped[str] = mapped_column(repr=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("stored_file.digest"), index=True, repr=False)
    content_id: Mapped[str | None] = mapped_column(default=None, repr=False)
    text: Mapped[str | None] = mapped_column(default=None, repr=False)  # extracted later, for the search


class PageContent(Base, kw_only=True):
    """One page of a file, or its picture, as a small JPEG that the limited child made."""

    __tablename__ = "page_content"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
