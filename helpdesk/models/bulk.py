"""Bulk actions: one verb on many tickets, asked for once, done in pieces, and taken back while that is offered."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base

_UNDER_WAY = "finished_at IS NULL OR (undo_asked_at IS NOT NULL AND undone_at IS NULL)"


class Verb(enum.StrEnum):
    """What can be done with many tickets at once."""

    ASSIGN = "assign"
    TEAM = "team"
    TAG = "tag"
    UNTAG = "untag"
    PRIORITY = "priority"
    FIELD = "field"
    CLOSE = "close"
    REOPEN = "reopen"
    WAIT = "wait"
    SNOOZE = "snooze"
    MERGE = "merge"
    SPAM = "spam"
    TRASH = "trash"
    RESTORE = "restore"


class ItemState(enum.StrEnum):
    """What became of one of the tickets."""

    WAITING = "waiting"
    DONE = "done"
    ALREADY = "already"  # it was so before
    REFUSED = "refused"  # its agent may not, or no longer, or it can't be done
    PUT_BACK = "put_back"
    CHANGED_SINCE = "changed_since"  # so it was left alone by the undo


class Bulk(Base, kw_only=True):
    """What one agent asked to be done with many tickets; `key` is what their form said, so that twice is once."""

    __tablename__ = "bulk"
    __table_args__ = (
        UniqueConstraint("agent_id", "key"),
        Index("ix_bulk_under_way", "moved_at", sqlite_where=text(_UNDER_WAY), postgresql_where=text(_UNDER_WAY)),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    key: Mapped[str]
    verb: Mapped[Verb]
    argument: Mapped[str] = mapped_column(default="")
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    already: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    put_back: Mapped[int] = mapped_column(default=0)
    changed_since: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    moved_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    undo_asked_at: Mapped[datetime | None] = mapped_column(default=None)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class BulkItem(Base, kw_only=True):
    """One of the tickets: how it was before and after, as far as the verb touches it (JSON; states and ids only)."""

    __tablename__ = "bulk_item"
    __table_args__ = (Index("ix_bulk_item_state", "bulk_id", "state", "position"),)

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, index=True)
    position: Mapped[int]
    state: Mapped[ItemState] = mapped_column(default=ItemState.WAITING)
    before: Mapped[str | None] = mapped_column(default=None)
    after: Mapped[str | None] = mapped_column(default=None)
