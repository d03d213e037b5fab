"""Reports of themes: what many customers wrote about in a period, in numbers; words only where enough said them."""

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base

LEFT_OUT = -2
BEYOND = -3

_AT_WORK = text("state IN ('waiting', 'running')")


class ReportState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ThemeReport(Base, kw_only=True):
    """One analysis over one scope and period. Reports of the same scope are one series: themes keep their numbers."""

    __tablename__ = "theme_report"
    __table_args__ = (
        Index("ix_theme_report_at_work", "id", sqlite_where=_AT_WORK, postgresql_where=_AT_WORK),
        Index("ix_theme_report_series", "scope", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    scope: Mapped[str]  # canonical JSON of desk/theme_scope.Scope: numbers and enumerations
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)  # nobody: by the clock
    is_weekly: Mapped[bool] = mapped_column(default=False)  # the clock's: nobody chose its scope and days
    state: Mapped[ReportState] = mapped_column(default=ReportState.WAITING)
    step: Mapped[str] = mapped_column(default="")
    share: Mapped[float] = mapped_column(default=0.0)  # of the work that is done
    attempts: Mapped[int] = mapped_column(default=0)
    is_to_stop: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    moved_at: Mapped[datetime] = mapped_column(default_factory=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    since: Mapped[date | None] = mapped_column(default=None)
    until: Mapped[date | None] = mapped_column(default=None)
    trouble: Mapped[str] = mapped_column(default="")
    method: Mapped[str] = mapped_column(default="")
    weeks: Mapped[str] = mapped_column(default="[]")  # their first days
    merged: Mapped[str] = mapped_column(default="{}")  # JSON: a theme of the last report, and which one it went into
    next_number: Mapped[int] = mapped_column(default=0)  # of a theme that is new in this series
    messages: Mapped[int] = mapped_column(default=0)
    customers: Mapped[int] = mapped_column(default=0)
    themed: Mapped[int] = mapped_column(default=0)
    suppressed: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)  # messages of who objected, and of what is protected
    beyond: Mapped[int] = mapped_column(default=0)  # older messages than a report takes in
    languages: Mapped[str] = mapped_column(default="{}")
    not_themed: Mapped[str] = mapped_column(default="{}")


class ReportTheme(Base, kw_only=True):
    """One theme of one report, as it was found; a group is what the page shows as one, with themes within it.

    Below nought is what is in none, was left out, or is older than a report takes in: never shown, kept so that it
    shrinks with an erasure like the others.
    """

    __tablename__ = "report_theme"
    __table_args__ = (UniqueConstraint("report_id", "is_group", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("theme_report.id", ondelete="CASCADE"))
    number: Mapped[int]
    is_group: Mapped[bool]
    within: Mapped[int]  # the number of its group; of a group its own
    language: Mapped[str]
    name: Mapped[str]
    name_said_by: Mapped[int]  # customers at the least, of each part of the name
    terms: Mapped[str]  # JSON: [[term, customers who said it], ...]
    messages: Mapped[int]
    customers: Mapped[int]
    weekly: Mapped[str]  # JSON: messages of each week of the report
    told_weekly: Mapped[str] = mapped_column(
        default="[]"
    )  # of a group: as privacy/theme_telling.py lets them be shown
    is_suppressed: Mapped[bool]
    trend: Mapped[str]
    ratio: Mapped[float | None]
    split_from: Mapped[int | None] = mapped_column(default=None)


class ThemeShare(Base, kw_only=True):
    """How much of a theme is one customer's: it goes with them, and the theme's numbers shrink by it."""

    __tablename__ = "theme_share"
    __table_args__ = (
        Index("ix_theme_share_customer", "customer_id"),
        UniqueConstraint("report_theme_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    report_theme_id: Mapped[int] = mapped_column(ForeignKey("report_theme.id", ondelete="CASCADE"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    messages: Mapped[int]
    weekly: Mapped[str]


class ThemeMessage(Base, kw_only=True):
    """Which message is of which theme, in the newest report of a series; -1: of none."""

    __tablename__ = "theme_message"
    __table_args__ = (
        UniqueConstraint("report_id", "message_id"),
        Index("ix_theme_message_theme", "report_id", "number", "message_id"),
        Index("ix_theme_message_message", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("theme_report.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    number: Mapped[int]


class ThemeChoice(Base, kw_only=True):
    """What people decided of a theme of a series; later reports remember it."""

    __tablename__ = "theme_choice"
    __table_args__ = (UniqueConstraint("scope", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    scope: Mapped[str]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(default="")  # the desk's own
    is_hidden: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[int | None] = mapped_column(default=None)
    chosen_by_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), default=None)
    chosen_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class ThemeDigest(Base, kw_only=True):
    """One subscriber's email about one report; its words are made when it leaves, from the numbers of that moment."""

    __tablename__ = "theme_digest"
    __table_args__ = (UniqueConstraint("report_id", "agent_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    report_id: Mapped[int] = mapped_column(ForeignKey("theme_report.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    outbound_email_id: Mapped[int] = mapped_column(ForeignKey("outbound_email.id"), index=True)
