"""Merges of tickets, each of which can be undone, and links between tickets that belong together."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base
from helpdesk.models.ticket import Status


class Merge(Base, kw_only=True):
    """One ticket's messages and notes were put on another; what it was before is kept for the way back."""

    __tablename__ = "merge"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    source_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    status_before: Mapped[Status]
    closed_before: Mapped[datetime | None] = mapped_column(default=None)
    awaited_us: Mapped[bool]
    target_before: Mapped[str | None] = mapped_column(
        Text, default=None
    )  # how the other one stood, see desk/standing.py
    target_after: Mapped[str | None] = mapped_column(Text, default=None)
    merged_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class LinkKind(enum.StrEnum):
    RELATED = "related"
    SPLIT = "split"  # the second began as a message of the first


class TicketLink(Base, kw_only=True):
    """Two tickets that belong together, the older one first."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    first_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(default=LinkKind.RELATED)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
