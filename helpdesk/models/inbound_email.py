"""The mail ledger: every email ever fetched, and what became of it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Outcome(enum.StrEnum):
    """What became of one fetched email; `stored` waits to be read, all others are final until somebody acts."""

    STORED = "stored"
    NEW_TICKET = "new_ticket"
    APPENDED = "appended"
    FILED = "filed"  # on its ticket, without reopening it: an automatic reply, a receipt
    BOUNCE = "bounce"
    HELD = "held"
    QUARANTINED = "quarantined"
    ALREADY_RECEIVED = "already_received"
    TOO_LARGE = "too_large"
    OWN = "own"  # our own email, come back
    PUT_ASIDE = "put_aside"  # by somebody who looked at it
    ERASED = "erased"  # with the person who wrote it; its fingerprint stays, so that it is not taken in again


class Ruling(enum.StrEnum):
    """What somebody who looked at a waiting email decided; it is carried out when the email is read again."""

    NEW_TICKET = "new_ticket"
    ON_ITS_TICKET = "on_its_ticket"  # the writer joins it
    RELEASED = "released"  # file it as if nothing had held it


class InboundEmail(Base, kw_only=True):
    """One UID of one folder. Its bytes are content (models/content/raw_email.py)."""

    __tablename__ = "inbound_email"
    __table_args__ = (
        UniqueConstraint("mailbox_id", "folder", "uidvalidity", "uid"),
        Index("ix_inbound_email_sha256", "mailbox_id", "sha256"),
        Index("ix_inbound_email_fetched_at", "fetched_at", "id"),
        Index(
            "ix_inbound_email_waiting",
            "mailbox_id",
            "id",
            sqlite_where=text("outcome IN ('stored', 'held', 'quarantined', 'too_large')"),
            postgresql_where=text("outcome IN ('stored', 'held', 'quarantined', 'too_large')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailbox.id"))
    folder: Mapped[str]
    uidvalidity: Mapped[int]
    uid: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    size: Mapped[int]
    arrived_at: Mapped[datetime]  # the server's INTERNALDATE
    fetched_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.STORED)
    reason: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)  # of one too large: when its sender was looked at
    ruling: Mapped[Ruling | None] = mapped_column(default=None)
    aside_from: Mapped[Outcome | None] = mapped_column(default=None)  # what it was before it was put aside
    block_id: Mapped[int | None] = mapped_column(ForeignKey("blocked_sender.id"), default=None, index=True)
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
    # where it landed; of a held email, the ticket it points to
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None, index=True)
