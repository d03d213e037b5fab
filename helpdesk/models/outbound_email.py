"""The outbox: rows that become emails, with the state of each recipient's delivery."""

import enum
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.models.base import Base


class Purpose(enum.StrEnum):
    """Why we write; each purpose has one way to compose its email (desk/compose)."""

    REPLY = "reply"
    GRANT_REQUEST = "grant_request"
    GRANT_NOTICE = "grant_notice"
    TOO_LARGE = "too_large"
    ACKNOWLEDGEMENT = "acknowledgement"
    DELIVERY_FAILED = "delivery_failed"
    TICKET_NOTICE = "ticket_notice"
    CHECKPOINT = "checkpoint"
    RECORD_CODE = "record_code"
    UNUSUAL_READING = "unusual_reading"
    RECORD_DIGEST = "record_digest"
    THEME_DIGEST = "theme_digest"
    CONTACT_PROOF = "contact_proof"
    PASSWORD_RESET = "password_reset"  # noqa: S105  a purpose, no password


class DeliveryState(enum.StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


ON_THE_WAY: Final = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.SENDING)


class SentCopy(enum.StrEnum):
    """The copy in the mailbox's own folder of what was sent."""

    NONE = "none"
    DUE = "due"
    KEPT = "kept"
    FAILED = "failed"


class OutboundEmail(Base, kw_only=True):
    """One email to be sent. Sent again after a crash, it carries the same Message-ID."""

    __tablename__ = "outbound_email"
    __table_args__ = (
        Index("ix_outbound_email_rfc_message_id", "rfc_message_id", unique=True),
        Index(
            "ix_outbound_email_copy_due",
            "id",
            sqlite_where=text("sent_copy = 'due'"),
            postgresql_where=text("sent_copy = 'due'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"), index=True)
    purpose: Mapped[Purpose]
    rfc_message_id: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), default=None, index=True)
    password_reset_id: Mapped[int | None] = mapped_column(ForeignKey("password_reset.id"), default=None)
    access_grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"), default=None)
    checkpoint_size: Mapped[int | None] = mapped_column(ForeignKey("audit_checkpoint.size"), default=None)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"), default=None)
    sent_copy: Mapped[SentCopy] = mapped_column(default=SentCopy.NONE)
    sent_copy_lease: Mapped[datetime | None] = mapped_column(default=None)  # nobody touches it before then
    sent_copy_attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    deliveries: Mapped[list["Delivery"]] = relationship(
        back_populates="outbound_email",
        default_factory=list,
        lazy="raise",
        repr=False,
        order_by="Delivery.id",
    )


class Delivery(Base, kw_only=True):
    """One recipient of one outbound email: queued → sending → accepted | deferred | failed | bounced."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_due",
            "due_at",
            "id",
            sqlite_where=text("state IN ('queued', 'deferred', 'sending')"),
            postgresql_where=text("state IN ('queued', 'deferred', 'sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    outbound_email_id: Mapped[int] = mapped_column(ForeignKey("outbound_email.id"), index=True, init=False)
    outbound_email: Mapped[OutboundEmail] = relationship(back_populates="deliveries", lazy="raise", repr=False)
    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    field: Mapped[str] = mapped_column(default="to")
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.QUEUED)
    due_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    attempts_before: Mapped[int] = mapped_column(default=0)  # before somebody had it tried anew
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    claim: Mapped[str | None] = mapped_column(default=None)  # who is sending it now
    answer: Mapped[str] = mapped_column(default="")  # the mail server's last word
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
