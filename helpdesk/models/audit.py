"""The audit trail: who touched whose data, when, by what right. Rows are added, never changed."""

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base

_REFUSED: Final = "action LIKE '%.refused'"


class AuditEvent(Base, kw_only=True):
    """One reading, change, refusal or login.

    `core` holds it whole, in canonical JSON with opaque ids only; the other columns repeat what is searched for.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_object", "object_kind", "object_id", "id"),
        Index("ix_audit_event_actor", "actor_kind", "actor_id", "action", "at"),
        Index("ix_audit_event_subject", "subject_id", "id"),
        Index("ix_audit_event_refused", "id", sqlite_where=text(_REFUSED), postgresql_where=text(_REFUSED)),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    action: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[int | None] = mapped_column(default=None)
    subject_id: Mapped[int | None] = mapped_column(default=None)  # the customer whose data it is
    basis: Mapped[str] = mapped_column(default="")
    core: Mapped[bytes] = mapped_column(LargeBinary, repr=False)


class AuditPayload(Base, kw_only=True):
    """Personal words of an event, erasable: the event's core commits to their salted hash."""

    __tablename__ = "audit_payload"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    body: Mapped[str] = mapped_column(repr=False)


class AuditShown(Base, kw_only=True):
    """Which tickets a list or a search showed something of: so that each one's record can name the event."""

    __tablename__ = "audit_shown"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)


class AuditUnsealed(Base, kw_only=True):
    """Events that wait for the sealer: added by the database with each event, taken away when it is linked."""

    __tablename__ = "audit_unsealed"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)


class AuditLink(Base, kw_only=True):
    """One link of the hash chain; sequences have no gap. Rows are added, never changed."""

    __tablename__ = "audit_link"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), unique=True)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpoint(Base, kw_only=True):
    """The signed head of the trail at one size (a C2SP tlog checkpoint), to be kept outside of our reach."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    chain_hash: Mapped[bytes] = mapped_column(LargeBinary)
    frontier: Mapped[bytes] = mapped_column(LargeBinary, repr=False)  # of the Merkle tree, to go on from
    note: Mapped[str] = mapped_column(repr=False)
    mailed_at: Mapped[datetime | None] = mapped_column(default=None)
