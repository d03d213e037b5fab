"""What auditors look at besides the trail: unusual reading, and the quarterly review of who may what."""

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class ReadingFlag(Base, kw_only=True):
    """One person read far more on a day than they usually do; once a person and day."""

    __tablename__ = "reading_flag"
    __table_args__ = (UniqueConstraint("agent_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    day: Mapped[date] = mapped_column(Date())
    readings: Mapped[int]
    usual: Mapped[int]  # the median of the days they read on
    raised_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    outbound_email_id: Mapped[int | None] = mapped_column(ForeignKey("outbound_email.id"), default=None, index=True)
    looked_at: Mapped[datetime | None] = mapped_column(default=None)
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)


class Verdict(enum.StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    ENDED = "ended"


class AccessReview(Base, kw_only=True):
    """One quarter's look at every role and live grant; done when a named person signed it off."""

    __tablename__ = "access_review"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    quarter: Mapped[str] = mapped_column(unique=True)  # such as 2026-Q4
    begun_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    due_at: Mapped[datetime]
    signed_at: Mapped[datetime | None] = mapped_column(default=None)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)


class ReviewedAccess(Base, kw_only=True):
    """One role, or one live grant, of one person, as it was when the review began, and what was decided."""

    __tablename__ = "reviewed_access"
    __table_args__ = (Index("ix_reviewed_access_review", "review_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    review_id: Mapped[int] = mapped_column(ForeignKey("access_review.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"), default=None)  # None: it is the role
    role: Mapped[str]
    verdict: Mapped[Verdict] = mapped_column(default=Verdict.OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
