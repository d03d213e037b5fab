"""Requests of people about their own data that came by mail, with the two clocks that run for each."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class RequestOutcome(enum.StrEnum):
    """How a request ended."""

    ERASED = "erased"
    GIVEN = "given"  # they were told or handed what is held
    CORRECTED = "corrected"
    STOPPED = "stopped"  # a use of their data was ended
    REFUSED = "refused"  # with a reason that they were told
    WITHDRAWN = "withdrawn"
    NOT_A_REQUEST = "not_a_request"


class PrivacyRequest(Base, kw_only=True):
    """Somebody asks for a right over their data. What they wrote stays in their message, behind the gate."""

    __tablename__ = "privacy_request"
    __table_args__ = (
        Index(
            "ix_privacy_request_open",
            "outcome_due_at",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    kinds: Mapped[str]  # of mail/privacy_request.RequestKind, the weightiest first, with spaces
    came_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    answer_due_at: Mapped[datetime]
    outcome_due_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)  # None: recognised
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_as: Mapped[RequestOutcome | None] = mapped_column(default=None)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
    note: Mapped[str] = mapped_column(default="", repr=False)  # what was done, in a sentence of whoever did it
