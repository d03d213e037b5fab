"""Days as people write them in a search: 2026-03-31, 31.3.2026, 31/3, yesterday, gestern, 7d.

Words are read in every language of the desk, whoever asks: a view that is shared says the same to everybody.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from helpdesk import clock

_ISO: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_WRITTEN: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2})?)?", re.ASCII)
_AGO: Final = re.compile(r"(\d{1,4})\s*([a-z]+)", re.ASCII)
_LAST_MONTH: Final = 12
_DAYS_AGO: Final = {"today": 0, "yesterday": 1, "heute": 0, "gestern": 1, "vorgestern": 2}
_DAYS: Final = {
    **dict.fromkeys(("d", "day", "days", "t", "tag", "tage", "tagen"), 1),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), 7),
}
_MONTHS: Final = {
    **dict.fromkeys(("m", "month", "months", "monat", "monate", "monaten"), 1),
    **dict.fromkeys(("y", "year", "years", "j", "jahr", "jahre", "jahren"), 12),
}


@dataclass(frozen=True, slots=True)
class Days:
    """Where a reader's days begin, and whether they write the month first where strokes stand between.

    With dots between the day comes first, whoever writes.
    """

    zone: ZoneInfo = ZoneInfo("UTC")  # noqa: RUF009  it never changes
    is_month_first: bool = False

    def beginning(self, said: str) -> datetime | None:
        """When the day begins that is meant, or the month or the year; None where it is none."""
        meant = self.meant(said)
        try:
            return datetime.combine(meant, time(), tzinfo=self.zone).astimezone(UTC) if meant else None
        except OverflowError:
            return None

    def meant(self, said: str) -> date | None:
        today, said = clock.now().astimezone(self.zone).date(), said.strip().lower()
        try:
            if found := _ISO.fullmatch(said):
                return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
            if found := _WRITTEN.fullmatch(said):
                return self._written(found, today)
            if said in _DAYS_AGO:
                return today - timedelta(days=_DAYS_AGO[said])
            return _ago(said, today)
        except (ValueError, OverflowError):
            return None

    def _written(self, found: re.Match[str], today: date) -> date:
        """Without a year the last such day. What can be no month is the day."""
        day, month = int(found[1]), int(found[3])
        if self.is_month_first and found[2] != ".":
            day, month = month, day
        if month > _LAST_MONTH:
            day, month = month, day
        if found[4]:
            return date(int(found[4]) + (0 if len(found[4]) > 2 else 2000), month, day)  # 31.3.26
        this_year = date(today.year, month, day)
        return this_year if this_year <= today else date(today.year - 1, month, day)


def _ago(said: str, today: date) -> date | None:
    found = _AGO.fullmatch(said)
    number, unit = (int(found[1]), found[2]) if found else (0, "")
    if unit in _DAYS:
        return today - timedelta(days=number * _DAYS[unit])
    if unit not in _MONTHS:
        return None
    year, month = divmod(today.year * 12 + today.month - 1 - number * _MONTHS[unit], 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
