"""The hours of a team that works by others than the desk's."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.models.base import Base


class TeamHours(Base, kw_only=True):
    """As an admin wrote them: a line for each day of the week, a line for each day of their own."""

    __tablename__ = "team_hours"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    time_zone: Mapped[str] = mapped_column(default="")
    week: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    own_days: Mapped[str] = mapped_column(default="")
