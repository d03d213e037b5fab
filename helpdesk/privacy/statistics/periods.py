"""Periods: quarters, months, parts of a month and days, in the operator's calendar; none belongs to two months."""

import calendar
import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from helpdesk.models.statistic import Cadence

_PARTS: Final = 4  # of a month: seven or eight days each


@dataclass(frozen=True, slots=True)
class Period:
    cadence: Cadence
    begins_on: date
    ends_on: date  # the first day that is not in it

    @property
    def name(self) -> str:
        """As it stands in addresses and in the file: 2026-Q3, 2026-10, 2026-10-w2, 2026-10-05."""
        begins = self.begins_on
        names = {
            Cadence.QUARTERLY: f"{begins.year}-Q{(begins.month + 2) // 3}",
            Cadence.MONTHLY: f"{begins:%Y-%m}",
            Cadence.WEEKLY: f"{begins:%Y-%m}-w{1 + (begins.day - 1) * _PARTS // _days_of(begins)}",
            Cadence.DAILY: begins.isoformat(),
        }
        return names[self.cadence]

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.ends_on - self.begins_on).days

    @property
    def months(self) -> list[str]:
        """The months whose budget it draws on."""
        months, at = [], month_of(self.begins_on)
        while at < self.ends_on:
            months.append(name_of(at))
            at = following(at)
        return months


def at(cadence: Cadence, begins_on: date) -> Period:
    """The period that begins on a day; a quarter or month that is asked for within one begins with it."""
    if cadence is Cadence.DAILY:
        return Period(cadence, begins_on, begins_on + timedelta(days=1))
    if cadence is Cadence.WEEKLY:
        return next(part for part in _parts(month_of(begins_on)) if part.ends_on > begins_on)
    first = month_of(begins_on)
    if cadence is Cadence.MONTHLY:
        return Period(cadence, first, following(first))
    first = first.replace(month=first.month - (first.month - 1) % 3)
    return Period(cadence, first, following(following(following(first))))


def month_of(day: date) -> date:
    return day.replace(day=1)


def following(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def name_of(month: date) -> str:
    return f"{month:%Y-%m}"


def month_named(name: str) -> date:
    """The first day of a month such as 2026-10. Raises ValueError."""
    return date.fromisoformat(f"{name}-01")


def begins_quarter(month: date) -> bool:
    return (month.month - 1) % 3 == 0


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins where the operator is, also on the days when clocks are changed."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _parts(first: date) -> list[Period]:
    """A month in four: as even as days allow."""
    days = _days_of(first)
    cuts = [math.ceil(days * part / _PARTS) for part in range(_PARTS + 1)]
    return [
        Period(Cadence.WEEKLY, first + timedelta(days=begins), first + timedelta(days=ends))
        for begins, ends in pairwise(cuts)
    ]


def _days_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
