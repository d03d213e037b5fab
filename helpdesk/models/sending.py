"""Sendings: how an agent's answer was sent, when it leaves, and what it did with the ticket, for the way back."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class Mode(enum.StrEnum):
    """To whom an agent writes."""

    ALL = "all"
    SENDER = "sender"
    FORWARD = "forward"
    NEW = "new"


class Sending(Base, kw_only=True):
    """One answer of an agent in the outbox. Until it leaves it can be taken back, and the ticket is as before."""

    __tablename__ = "sending"
    __table_args__ = (
        Index("ix_sending_agent", "agent_id", "leaves_at"),
        Index("ix_sending_key", "agent_id", "key"),
        Index(
            "ix_sending_later",
            "ticket_id",
            sqlite_where=text("is_later AND taken_back_at IS NULL"),
            postgresql_where=text("is_later AND taken_back_at IS NULL"),
        ),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    key: Mapped[str | None] = mapped_column(default=None)  # of the editor it left from
    mode: Mapped[Mode]
    leaves_at: Mapped[datetime]
    is_later: Mapped[bool] = mapped_column(default=False)  # put off to a moment somebody chose
    stood_before: Mapped[str]  # JSON: how the ticket stood, and how the answer left it (desk/standing.py)
    stood_after: Mapped[str]
    forwarded_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), default=None)  # None: the last one
    actions: Mapped[str] = mapped_column(default="[]")  # JSON: what saved replies did with the ticket
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)
