"""Readings again of all that waits: asked for once, done in pieces, with how far they are."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Rereading(Base, kw_only=True):
    """What one agent asked to be read again; the emails up to `last_id` were begun."""

    __tablename__ = "rereading"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    total: Mapped[int]
    up_to_id: Mapped[int]  # what came later was read by the same program
    last_id: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    moved_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
