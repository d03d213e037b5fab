"""Saved replies and macros: reusable text, and what is done with the ticket; and signatures."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class SavedReply(Base, kw_only=True):
    """A reusable text with variables. Of a team, or of one agent alone; with neither it is the whole desk's."""

    __tablename__ = "saved_reply"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    text: Mapped[str]
    actions: Mapped[str] = mapped_column(default="[]")  # JSON: of a macro, what is done with the ticket
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), default=None, index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None, index=True)
    used_count: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class Signature(Base, kw_only=True):
    """What stands under an answer: a mailbox's, an agent's, or an agent's at one mailbox."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("mailbox_id", "agent_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    text: Mapped[str]
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailbox.id"), default=None)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
