"""When a team works: weekly hours, holidays and own days as one value, and what time means to those who wait.

Everything is computed between moments in UTC, so that a day of 23 or 25 hours is as long as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = 24 * 60
LONGEST_WAIT: Final = 1100  # days looked ahead for the next one that is open

Span = tuple[int, int]  # minutes since midnight by the clock on the wall: from, to
Hours = tuple[Span, ...]


class NeverOpen(ValueError):
    """Nobody works in the years to come, so nothing can be said about business days."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours of one team. `week` begins on Monday; a day in `own` goes before holiday and week."""

    zone: ZoneInfo
    week: tuple[Hours, ...]
    country: str = ""
    region: str = ""
    own: Mapping[date, Hours] = field(default_factory=dict)
    _known: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody works at this moment; the minute of closing is closed."""
        return any(opens <= moment < closes for opens, closes in self._around(moment))

    def is_business_day(self, day: date) -> bool:
        """Whether the team works on a day at all, by its own clock."""
        return bool(self.open_on(day))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The time worked between two moments; nothing when the second is not after the first."""
        total = timedelta(0)
        for opens, closes in self._from(start, until=end):
            total += max(timedelta(0), min(closes, end) - max(opens, start))
        return total

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The first moment by which so much time has been worked. Raises NeverOpen."""
        left = worked
        for opens, closes in self._from(start):
            begins = max(opens, start)
            if closes > begins and closes - begins >= left:
                return begins + left
            left -= max(timedelta(0), closes - begins)
        raise NeverOpen("nobody works in the years to come")

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself when somebody works then, else when they begin again. Raises NeverOpen."""
        return self.after(moment, timedelta(0))

    def add_days(self, moment: datetime, days: int) -> datetime:
        """The same time by the wall's clock, so many business days later. Raises NeverOpen."""
        local = moment.astimezone(self.zone)
        day, left, looked = local.date(), days, 0
        while left > 0:
            day, looked = day + timedelta(days=1), looked + 1
            if looked > LONGEST_WAIT + 7 * days:
                raise NeverOpen("nobody works in the years to come")
            left -= self.is_business_day(day)
        return datetime.combine(day, local.time(), self.zone).astimezone(UTC)

    def open_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """From when to when somebody works on a day, in UTC, in order and without overlap."""
        if day not in self._known:
            self._known[day] = tuple(self._spans(day))
        return self._known[day]

    def closed_days(self, start: date, days: int) -> list[tuple[date, str]]:
        """The holidays and own closed days among these days, with their names where they have one."""
        among = (start + timedelta(days=number) for number in range(days))
        return [(day, self.holiday(day) or "") for day in among if self._is_exception(day)]

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday, when the day is one."""
        return holidays_of(self.country, self.region, day.year).get(day) if self.country else None

    def _is_exception(self, day: date) -> bool:
        return not self.is_business_day(day) and (day in self.own or self.holiday(day) is not None)

    def _hours(self, day: date) -> Hours:
        if day in self.own:
            return self.own[day]
        return () if self.holiday(day) is not None else self.week[day.weekday()]

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        ended = None
        for opens, closes in self._hours(day):
            begins, ends = self._moment(day, opens), self._moment(day, closes)
            begins = max(begins, ended or begins)  # an hour that the clock leaves out is not worked twice
            if ends > begins:
                yield begins, ends
                ended = ends

    def _moment(self, day: date, minutes: int) -> datetime:
        if minutes == DAY:
            return self._moment(day + timedelta(days=1), 0)
        return datetime.combine(day, time(minutes // 60, minutes % 60), self.zone).astimezone(UTC)

    def _around(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(self.zone).date()
        for near in (day - timedelta(days=1), day):
            yield from self.open_on(near)

    def _from(self, start: datetime, *, until: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        last = until.astimezone(self.zone).date() if until else day + timedelta(days=LONGEST_WAIT)
        while day <= last:
            yield from self.open_on(day)
            day += timedelta(days=1)


@lru_cache(maxsize=512)
def holidays_of(country: str, region: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year; the library that knows them is loaded by whoever asks first."""
    import holidays  # noqa: PLC0415  slow to load, and most processes never ask

    return dict(holidays.country_holidays(country, subdiv=region or None, years=year).items())


@lru_cache(maxsize=1)
def places() -> Mapping[str, tuple[str, ...]]:
    """The countries whose holidays are known, each with its regions."""
    import holidays  # noqa: PLC0415  as above

    found = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(regions) for country, regions in sorted(found.items())}


def read_hours(text: str) -> Hours:
    """Hours as people write them: “9-12, 13:00-17:30”. Raises ValueError where it is no such thing."""
    spans = sorted(_span(part) for part in text.replace("\u2013", "-").split(",") if part.strip())
    if any(closes > opens for (_opens, closes), (opens, _closes) in pairwise(spans)):
        raise ValueError("hours overlap")
    return tuple(spans)


def write_hours(hours: Hours) -> str:
    """The hours as `read_hours` understands them."""
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in hours)


def _span(text: str) -> Span:
    opens, _dash, closes = text.partition("-")
    span = (_minutes(opens), _minutes(closes))
    if not 0 <= span[0] < span[1] <= DAY:
        raise ValueError("hours end before they begin")
    return span


def _minutes(text: str) -> int:
    hour, _colon, minute = text.strip().partition(":")
    if not (hour.isdecimal() and (minute or "0").isdecimal() and int(minute or 0) < 60):
        raise ValueError("no time of day")
    return int(hour) * 60 + int(minute or 0)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
