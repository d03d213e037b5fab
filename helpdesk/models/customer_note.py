"""What a team noted about a customer: who and when. The words: models/content/customer_note_content.py."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Kind(enum.StrEnum):
    NOTE = "note"
    ORGANISATION = "organisation"  # where they write from; one a customer, and every team's


class CustomerNote(Base, kw_only=True):
    """`team_id` is the team of the ticket it was written beside: a note is that team's, as its tickets are."""

    __tablename__ = "customer_note"
    __table_args__ = (Index("ix_customer_note_customer", "customer_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    kind: Mapped[Kind] = mapped_column(default=Kind.NOTE)
    at: Mapped[datetime] = mapped_column(default_factory=clock.now)
