"""Staff forwards: a ticket that came as a colleague's email, around the letter of somebody else."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Reading(enum.StrEnum):
    """Who is taken for the customer."""

    OFFERED = "offered"  # the colleague, as From says; the author is offered
    AUTHOR = "author"
    DECLINED = "declined"


class StaffForward(Base, kw_only=True):
    __tablename__ = "staff_forward"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    author_email: Mapped[str]
    author_name: Mapped[str] = mapped_column(default="")
    colleague_email: Mapped[str]
    colleague_name: Mapped[str] = mapped_column(default="")
    reading: Mapped[Reading]
    made_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
