"""Senders whose emails are held: blocked by somebody who looked at one of them."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class BlockedSender(Base, kw_only=True):
    """An address, or with a leading @ everybody at a domain, in lower case."""

    __tablename__ = "blocked_sender"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    address: Mapped[str] = mapped_column(unique=True)
    blocked_by_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    blocked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
