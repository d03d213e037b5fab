"""Settings: what admins choose for the whole desk, and agents for themselves, a row for each group of them."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Setting(Base, kw_only=True):
    """The chosen values of one group, as JSON; a group without a row has its defaults (privacy/settings)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(default="{}")
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class AgentSetting(Base, kw_only=True):
    """What one agent chose for their own work, as JSON, a row for each group."""

    __tablename__ = "agent_setting"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(default="{}")
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
