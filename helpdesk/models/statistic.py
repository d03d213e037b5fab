"""Usage statistics: what was published, what it cost of each month's budget, and the words tickets are counted by.

No column here refers to a person: what is published stays as it is, whoever is erased.
"""

import enum
from datetime import date, datetime

from sqlalchemy import Date, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk import clock
from helpdesk.models.base import Base


class Metric(enum.StrEnum):
    """Every number there can be; the first five are published by default."""

    TICKETS = "tickets"
    CUSTOMERS = "customers"
    CHANNEL = "channel"
    TAG = "tag"
    FIRST_REPLY = "first_reply"
    WEEKDAY = "weekday"
    HOUR = "hour"
    LANGUAGE = "language"
    RESOLUTION = "resolution"
    REOPENED = "reopened"
    THEME = "theme"


class Cadence(enum.StrEnum):
    """How long a period is. A week is a quarter of a calendar month, so that no period belongs to two months."""

    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    WEEKLY = "weekly"
    DAILY = "daily"


class Unit(enum.StrEnum):
    """Whose whole month is hidden."""

    CUSTOMER = "customer"
    ORGANISATION = "organisation"


class StatisticRelease(Base, kw_only=True):
    """One number (or one row of counts) of one period, with its noise: published once, never drawn again."""

    __tablename__ = "statistic_release"
    __table_args__ = (
        UniqueConstraint("period", "metric", name="uq_statistic_release_period_metric"),
        Index("ix_statistic_release_metric", "metric", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    period: Mapped[str]  # 2026-Q3, 2026-10, 2026-10-w2, 2026-10-05
    metric: Mapped[Metric]
    cadence: Mapped[Cadence]
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)  # the first day that is not in it
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    unit: Mapped[Unit]
    epsilon: Mapped[int]  # in millionths, of each month: what the metric may tell of one customer's whole month
    contributions: Mapped[int]  # the most that one customer's whole month can change, over all its periods
    scale: Mapped[float]  # of the discrete Laplace noise
    method: Mapped[int]  # the version of how it is counted
    categories: Mapped[str]  # JSON: what the counts are of, in their order
    noisy: Mapped[str]  # JSON: the counts as they were drawn, before small ones are hidden
    released_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class StatisticBudget(Base, kw_only=True):
    """The ledger: what a month may tell, what of it is spent, and the plan, fixed when it is first touched."""

    __tablename__ = "statistic_budget"

    month: Mapped[str] = mapped_column(primary_key=True)  # 2026-10
    allowed: Mapped[int]  # epsilon in millionths
    spent: Mapped[int] = mapped_column(default=0)
    plan: Mapped[str]  # JSON: cadence, unit, and of each metric epsilon and contributions
    opened_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class StatisticSpending(Base, kw_only=True):
    """One metric's part of a month's budget; it is spent with the first period that counts it, and whole."""

    __tablename__ = "statistic_spending"

    month: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[Metric] = mapped_column(primary_key=True)
    epsilon: Mapped[int]
    contributions: Mapped[int]
    period: Mapped[str]  # with which it was spent
    spent_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class StatisticTally(Base, kw_only=True):
    """How much of one customer's month was counted already, where a month has several periods.

    The mark is a keyed digest, not a customer's number, and every row of a month goes when the month is over.
    """

    __tablename__ = "statistic_tally"

    month: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    periods: Mapped[int]
    tickets: Mapped[int]


class StatisticTag(Base, kw_only=True):
    """A tag that tickets are counted by, put on the list by an admin: tags as such may name a person."""

    __tablename__ = "statistic_tag"

    name: Mapped[str] = mapped_column(primary_key=True)
    added_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class StatisticTheme(Base, kw_only=True):
    """A theme that tickets are counted by: a name to be published, and the words by which a ticket is of it.

    The words are fixed when it is listed. What an analysis finds depends on what everybody wrote, so that one
    customer could move the counts of others: nobody is hidden by that.
    """

    __tablename__ = "statistic_theme"

    name: Mapped[str] = mapped_column(primary_key=True)
    words: Mapped[str]  # a phrase a line
    added_at: Mapped[datetime] = mapped_column(default_factory=clock.now)


class StatisticSending(Base, kw_only=True):
    """The file as it stood after one release, on its way to the address an admin chose."""

    __tablename__ = "statistic_sending"

    period: Mapped[str] = mapped_column(primary_key=True)  # the newest in the file
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(default_factory=clock.now)  # None: sent, or given up
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    trouble: Mapped[str] = mapped_column(default="")
