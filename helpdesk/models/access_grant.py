"""Access grants: permission to read beyond ordinary handling — to whom, what, what for, until when, given by whom."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Scope(enum.StrEnum):
    """How far a grant reaches; `scope_id` names the one (none for the whole desk)."""

    TICKET = "ticket"
    CUSTOMER = "customer"
    TEAM = "team"
    DESK = "desk"


class Purpose(enum.StrEnum):
    """What reading is for; asked of whoever wants a grant, and at a protected ticket."""

    ANSWER = "answer"
    BUG = "bug"
    QUALITY = "quality"
    REQUEST = "request"  # of the person itself
    SECURITY = "security"
    LEGAL = "legal"
    FEEDBACK = "feedback"


class Approver(enum.StrEnum):
    """Who decides, as the operator's policy says."""

    CUSTOMER = "customer"
    ADMIN = "admin"
    TWO_PEOPLE = "two_people"


class GrantState(enum.StrEnum):
    REQUESTED = "requested"
    ACTIVE = "active"
    DENIED = "denied"
    LAPSED = "lapsed"  # nobody decided in time
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"  # given back by who held it
    MUST_REVIEW = "must_review"  # break-glass that is over
    RATIFIED = "ratified"
    CONDEMNED = "condemned"


class AccessGrant(Base, kw_only=True):
    """One grant from request to end; an extension is a new grant with this one as its parent."""

    __tablename__ = "access_grant"
    __table_args__ = (
        Index(
            "ix_access_grant_live",
            "agent_id",
            "expires_at",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_access_grant_scope", "scope", "scope_id", "id"),
        Index("ix_access_grant_state", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    scope: Mapped[Scope]
    scope_id: Mapped[int | None] = mapped_column(default=None)
    may_export: Mapped[bool] = mapped_column(default=False)
    purpose: Mapped[Purpose]
    approver: Mapped[Approver]
    state: Mapped[GrantState] = mapped_column(default=GrantState.REQUESTED)
    is_break_glass: Mapped[bool] = mapped_column(default=False)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"), default=None)
    policy_version: Mapped[int] = mapped_column(default=0)

    asked_minutes: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    lapses_at: Mapped[datetime]
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    first_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
    decided_by_customer: Mapped[bool] = mapped_column(default=False)
    # the customer's mailed link: its secret is made of the nonce and the key file, kept as a hash, used once
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
    secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, unique=True, repr=False)
    customer_told_at: Mapped[datetime | None] = mapped_column(default=None)


class GrantReason(Base, kw_only=True):
    """Why it was asked for, in the asker's words: personal, erasable, never in the trail's core."""

    __tablename__ = "grant_reason"

    grant_id: Mapped[int] = mapped_column(ForeignKey("access_grant.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(repr=False)
    case_reference: Mapped[str] = mapped_column(default="", repr=False)


class StatedPurpose(Base, kw_only=True):
    """What an agent said a protected ticket is read for; it holds for the rest of the working day."""

    __tablename__ = "stated_purpose"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    purpose: Mapped[Purpose]
    stated_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
