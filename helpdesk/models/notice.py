"""Notices: what an agent should know of, kept until they have seen it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class NoticeKind(enum.StrEnum):
    DELIVERY_FAILED = "delivery_failed"
    HELD = "held"  # an answer that was put off, on a ticket that lies among spam or in the trash
    ASSIGNED = "assigned"
    MENTION = "mention"
    CALLED = "called"  # mentioned on a ticket that they may not read: its number, and the way to ask
    NEWS = "news"  # somebody wrote on a ticket that is theirs, or that they follow


class Notice(Base, kw_only=True):
    """One thing to know, by the number of the ticket it is about; nothing of the ticket is in it."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ix_notice_unseen",
            "agent_id",
            "id",
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[NoticeKind]
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
