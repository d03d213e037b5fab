"""Saved views: searches that somebody looks at again and again, under a name; their own, or shared with everybody."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class SavedView(Base, kw_only=True):
    """What is searched for, never what is found: each reader finds what they may see."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    name: Mapped[str]
    words: Mapped[str] = mapped_column(repr=False)
    is_shared: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)  # among its owner's
    saved_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
