"""The words of what was noted about a customer."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class CustomerNoteContent(Base, kw_only=True):
    __tablename__ = "customer_note_content"

    note_id: Mapped[int] = mapped_column(ForeignKey("customer_note.id"), primary_key=True)
    text: Mapped[str] = mapped_column(repr=False)
