"""What stands in a custom field of a ticket."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class FieldValue(Base, kw_only=True):
    """`folded` is the value as a search compares it, whatever its case.

    `replaced` is what an action on many tickets put this value in the place of, for its undo; `kept_at` says of what
    stands here since when, so that the undo knows whether it is still its own.
    """

    __tablename__ = "field_value"
    __table_args__ = (Index("ix_field_value_folded", "field_id", "folded"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"), primary_key=True)
    value: Mapped[str] = mapped_column(repr=False)
    folded: Mapped[str] = mapped_column(repr=False)
    kept_at: Mapped[datetime | None] = mapped_column(default_factory=clock.now)
    replaced: Mapped[str | None] = mapped_column(default=None, repr=False)
