"""Search text: one row a message, note or subject, in the words of our own tokeniser."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class SearchText(Base, kw_only=True):
    """`words` are tokens with spaces between on SQLite (FTS5 reads them from here), a tsvector on PostgreSQL."""

    __tablename__ = "search_text"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), default=None, index=True)
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"), default=None, index=True)
    words: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"), repr=False)


class SearchRenewal(Base, kw_only=True):
    """Rows below this id have their words as they were folded before; without one all are made anew."""

    __tablename__ = "search_renewal"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    below_id: Mapped[int]
