"""Drafts: what an agent began to write and has not sent. Only who writes a draft reads it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class DraftKind(enum.StrEnum):
    REPLY = "reply"
    NOTE = "note"
    NEW = "new"  # an email that will begin a ticket


class Draft(Base, kw_only=True):
    """One text in one editor. Two editors never write into the same draft: each has a key of its own.

    What it says is content: models/content/draft_content.py, behind the gate.
    """

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("agent_id", "key"),
        Index("ix_draft_ticket", "ticket_id", "agent_id"),
        Index(
            "ix_draft_held",
            "agent_id",
            sqlite_where=text("held_at IS NOT NULL"),
            postgresql_where=text("held_at IS NOT NULL"),
        ),
        Index(
            "ix_draft_discarded",
            "discarded_at",
            sqlite_where=text("discarded_at IS NOT NULL"),
            postgresql_where=text("discarded_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},  # an id that stands in a form names no other draft later
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))  # none yet, of a new email
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    kind: Mapped[DraftKind]
    key: Mapped[str]  # of the editor it is written in
    revision: Mapped[int] = mapped_column(default=1)
    seen_message: Mapped[int] = mapped_column(default=0)  # the last ones its writer had before them
    seen_note: Mapped[int] = mapped_column(default=0)
    seen_merge: Mapped[int] = mapped_column(default=0)
    held_at: Mapped[datetime | None] = mapped_column(default=None)  # it was to leave, and something came first
    discarded_at: Mapped[datetime | None] = mapped_column(default=None)  # it can still be brought back
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class DraftFile(Base, kw_only=True):
    """A file that will go with a draft; its name and bytes are content."""

    __tablename__ = "draft_file"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    media_type: Mapped[str]
    size: Mapped[int]
    content_id: Mapped[str] = mapped_column(default="")  # given: the text shows it
