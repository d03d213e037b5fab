"""What stands in a custom field of a ticket."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class FieldValue(Base, kw_only=True):
    """`folded` is the value as a search compares it, whatever its case."""

    __tablename__ = "field_value"
    __table_args__ = (Index("ix_field_value_folded", "field_id", "folded"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"), primary_key=True)
    value: Mapped[str] = mapped_column(repr=False)
    folded: Mapped[str] = mapped_column(repr=False)
