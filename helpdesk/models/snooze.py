"""Snoozes: tickets put aside until a moment, until the customer writes, or until whichever comes first."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Snooze(Base, kw_only=True):
    """The sleep of one ticket; the row goes when it wakes."""

    __tablename__ = "snooze"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    until: Mapped[datetime | None] = mapped_column(default=None, index=True)
    ends_on_reply: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    # the note that says why; a list shows it to who may read the ticket
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id", ondelete="SET NULL"), default=None, index=True)
