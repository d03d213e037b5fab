"""Leases: one holder at a time, taken over when the holder fell silent."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class Lease(Base, kw_only=True):
    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
