"""Acknowledgements: what a customer was told when their ticket was opened, once a ticket."""

import enum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class Acknowledges(enum.StrEnum):
    """When a mailbox acknowledges new tickets."""

    OFF = "off"
    ALWAYS = "always"
    CLOSED = "closed"  # outside of its team's business hours


class Acknowledgement(Base, kw_only=True):
    """The words as they were when it was queued: sent again after a crash, it says the same."""

    __tablename__ = "acknowledgement"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    outbound_email_id: Mapped[int] = mapped_column(
        ForeignKey("outbound_email.id", ondelete="CASCADE"), unique=True, index=True
    )
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
