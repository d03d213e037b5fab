"""Objections: customers who said no to being analysed, or whose data may only be kept, and since when."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base

_IN_FORCE = text("ended_at IS NULL")


class Wish(enum.StrEnum):
    """What was asked for; either way nothing is reckoned from the customer's tickets."""

    OBJECTION = "objection"
    RESTRICTION = "restriction"


class Objection(Base, kw_only=True):
    """One wish of one customer, in force until it is withdrawn."""

    __tablename__ = "objection"
    __table_args__ = (
        Index(
            "ix_objection_in_force", "customer_id", "wish", unique=True, sqlite_where=_IN_FORCE,
            postgresql_where=_IN_FORCE,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    wish: Mapped[Wish]
    noted_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
