"""Published versions of the operator's privacy policy: the parameters that the code runs on."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class PolicyVersion(Base, kw_only=True):
    """policy.toml as it was published; the newest is in force. Rows are added, never changed."""

    __tablename__ = "policy_version"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    published_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    effective_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    body: Mapped[str] = mapped_column(repr=False)  # the file, as text
