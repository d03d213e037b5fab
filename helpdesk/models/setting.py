"""Settings: what admins choose for the whole desk in the browser, a row for each group of them."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Setting(Base, kw_only=True):
    """The chosen values of one group, as JSON; a group without a row has its defaults (privacy/settings)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(default="{}")
    changed_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
