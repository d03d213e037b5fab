"""Filter rules for mail that comes in, and which emails each acted on."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class FilterRule(Base, kw_only=True):
    """What an admin wants done with which emails (mail/filtering.py). One that was removed stays, for what it did."""

    __tablename__ = "filter_rule"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    position: Mapped[int]
    conditions: Mapped[str]  # JSON
    actions: Mapped[str]  # JSON
    needs_all: Mapped[bool] = mapped_column(default=True)
    stops: Mapped[bool] = mapped_column(default=False)
    is_on: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)


class FilterHit(Base, kw_only=True):
    """One rule acted on one email; where that became a ticket, the ticket tells."""

    __tablename__ = "filter_hit"
    __table_args__ = (Index("ix_filter_hit_rule", "rule_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    rule_id: Mapped[int] = mapped_column(ForeignKey("filter_rule.id"))
    inbound_email_id: Mapped[int] = mapped_column(ForeignKey("inbound_email.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None, index=True)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
