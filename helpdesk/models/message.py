"""Messages: the emails of a ticket's conversation, in and out, and the agents' notes beside them."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Direction(enum.StrEnum):
    RECEIVED = "received"
    SENT = "sent"


class Verdict(enum.StrEnum):
    """What our own MX said of the sender (RFC 8601)."""

    PASS = "pass"  # noqa: S105  the RFC's word
    FAIL = "fail"
    NONE = "none"


class Message(Base, kw_only=True):
    """One email of a ticket's conversation. What it says is content (models/content/message_content.py)."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_ticket", "ticket_id", "id"),
        Index("ix_message_rfc_message_id", "rfc_message_id"),
        Index("ix_message_at", "at", "id"),
        Index(
            "ix_message_origin",
            "origin_ticket_id",
            sqlite_where=text("origin_ticket_id IS NOT NULL"),
            postgresql_where=text("origin_ticket_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    direction: Mapped[Direction]
    from_email: Mapped[str]
    from_name: Mapped[str] = mapped_column(default="")
    rfc_message_id: Mapped[str | None] = mapped_column(default=None)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), default=None, index=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None, index=True)
    inbound_email_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_email.id"), default=None, index=True)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    verdict: Mapped[Verdict] = mapped_column(default=Verdict.NONE)
    screened_as: Mapped[str] = mapped_column(default="ordinary")
    is_automatic: Mapped[bool] = mapped_column(default=False)
    protection: Mapped[str | None] = mapped_column(default=None)  # signed or encrypted, and how
    has_html: Mapped[bool] = mapped_column(default=False)
    blocked_count: Mapped[int] = mapped_column(default=0)
    blocked_hosts: Mapped[str] = mapped_column(default="")  # of remote content, with spaces
    origin_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)  # before a merge
    taken_back_at: Mapped[datetime | None] = mapped_column(default=None)  # it never left: an empty cover
    defects: Mapped[str] = mapped_column(default="")  # what was wrong with the email, in words, a line each
    erased_at: Mapped[datetime | None] = mapped_column(default=None)


class MessageAddress(Base, kw_only=True):
    """One address on a message's To, Cc or Reply-To."""

    __tablename__ = "message_address"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    field: Mapped[str]
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(default="")


class Attachment(Base, kw_only=True):
    """A file that came or goes with a message. Its name and bytes are content."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_waiting", "id", sqlite_where=text("page_count IS NULL"),
            postgresql_where=text("page_count IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    position: Mapped[int]
    media_type: Mapped[str]
    size: Mapped[int]
    is_inline: Mapped[bool] = mapped_column(default=False)
    page_count: Mapped[int | None] = mapped_column(default=None)  # pages to see; None: nobody looked at it yet


class Note(Base, kw_only=True):
    """A remark among agents; it lives in tables of its own and is never sent."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_ticket", "ticket_id", "id"), Index("ix_note_key", "agent_id", "key"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    key: Mapped[str | None] = mapped_column(default=None)  # of the editor it was written in
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    origin_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)  # before a merge
