"""Erasures: one person's data taken away, and the tombstones that keep it from coming back."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class ErasureState(enum.StrEnum):
    RUNNING = "running"
    DONE = "done"


class Erasure(Base, kw_only=True):
    """One erasure from its begin to its certificate; nothing in it is personal."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index(
            "ix_erasure_unfinished",
            "id",
            sqlite_where=text("state = 'running' OR scrubbed_at IS NULL"),
            postgresql_where=text("state = 'running' OR scrubbed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)  # None: from the command line
    by_role: Mapped[str] = mapped_column(default="")
    state: Mapped[ErasureState] = mapped_column(default=ErasureState.RUNNING)
    policy_version: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    counts: Mapped[str] = mapped_column(default="{}")  # JSON: how many of what
    files_left: Mapped[str] = mapped_column(default="")  # SHA-256 of files that still lie in the folder
    scrubbed_at: Mapped[datetime | None] = mapped_column(default=None)  # when the free pages were written over


class Tombstone(Base, kw_only=True):
    """That an address was erased, as a keyed digest: what it wrote before that moment is not taken in again."""

    __tablename__ = "tombstone"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
