"""Custom fields: what a desk wants to know of its tickets besides. Their values: models/content/field_value.py."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class FieldKind(enum.StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    CHECKBOX = "checkbox"


class CustomField(Base, kw_only=True):
    """`key` names it in a search and never changes; without a team it is on every ticket."""

    __tablename__ = "custom_field"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FieldKind]
    choices: Mapped[str] = mapped_column(default="")  # one a line
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), default=None)
    position: Mapped[int] = mapped_column(default=0)
    is_personal: Mapped[bool] = mapped_column(default=True)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def words(self) -> list[str]:
        """What can be chosen."""
        return self.choices.splitlines()
