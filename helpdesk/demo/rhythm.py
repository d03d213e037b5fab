"""When people write: customers through day and week, the staff in office hours."""

import random
from datetime import datetime, timedelta, tzinfo

DAYS = 91
_WEEKDAYS = (13, 12, 11, 11, 10, 5, 4)
_HOURS = (1, 0, 0, 0, 0, 1, 3, 7, 12, 15, 14, 12, 10, 11, 12, 12, 11, 10, 9, 9, 10, 9, 6, 3)
OPENS, CLOSES = timedelta(hours=8, minutes=30), timedelta(hours=17, minutes=30)


def moment(throw: random.Random, now: datetime, zone: tzinfo, *, within: int = DAYS) -> datetime:
    """A moment of the last days, usually three months: rather lately, rather on a Monday, rather in the morning."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=back) for back in range(within)]
    weights = [_WEEKDAYS[day.weekday()] * (1 + 0.5 * (within - back) / within) for back, day in enumerate(days)]
    day = throw.choices(days, weights)[0]
    hour = throw.choices(range(24), _HOURS)[0]
    return day + timedelta(hours=hour, seconds=throw.randint(0, 3599))


def at_work(after: datetime, hours: float) -> datetime:
    """So many working hours later; what comes in the evening waits for the morning."""
    left = timedelta(hours=hours)
    here = after
    while True:
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        opens, closes = midnight + OPENS, midnight + CLOSES
        if here.weekday() < 5 and here < closes:
            here = max(here, opens)
            if here + left <= closes:
                return here + left
            left -= closes - here
        here = midnight + timedelta(days=1)


def awake(after: datetime, hours: float) -> datetime:
    """So many hours later, but not between eleven and seven."""
    then = after + timedelta(hours=hours)
    if then.hour >= 23 or then.hour < 7:
        then = then.replace(hour=7) + timedelta(days=1 if then.hour >= 23 else 0, minutes=then.minute)
    return then
