"""The subject of a ticket, and a preview of its last message."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class TicketContent(Base, kw_only=True):
    __tablename__ = "ticket_content"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(repr=False)
    preview: Mapped[str] = mapped_column(default="", repr=False)
