"""Feedback: who agreed to be written to about what they told."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class ContactConsent(Base, kw_only=True):
    """A box that somebody ticked beside their feedback: they may be written to about it."""

    __tablename__ = "contact_consent"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
