"""Suggestions: the earlier ticket that a new one looks like; offered to an agent, never assumed."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Because(enum.StrEnum):
    """What points to the other ticket; each is something anybody can write into an email."""

    KNOWN_ID = "known_id"
    SUBJECT_TAG = "subject_tag"
    SAME_SUBJECT = "same_subject"


class Answer(enum.StrEnum):
    OPEN = "open"
    JOINED = "joined"  # the ticket's one email is on the other ticket now
    DECLINED = "declined"


class Suggestion(Base, kw_only=True):
    __tablename__ = "suggestion"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    because: Mapped[Because]
    answer: Mapped[Answer] = mapped_column(default=Answer.OPEN)
    made_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
