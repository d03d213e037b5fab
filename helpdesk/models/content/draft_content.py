"""What a draft says, and the files that will go with it."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class DraftContent(Base, kw_only=True):
    """`fields` is JSON: to whom, how, and what is done after sending."""

    __tablename__ = "draft_content"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    text: Mapped[str] = mapped_column(repr=False)
    html: Mapped[str | None] = mapped_column(default=None, repr=False)
    fields: Mapped[str] = mapped_column(default="{}", repr=False)


class DraftFileContent(Base, kw_only=True):
    __tablename__ = "draft_file_content"

    draft_file_id: Mapped[int] = mapped_column(ForeignKey("draft_file.id"), primary_key=True)
    name: Mapped[str] = mapped_column(repr=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary, ForeignKey("stored_file.digest"), index=True, repr=False)
