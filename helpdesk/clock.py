"""The one source of time, so that a test (or the seed of the demo) can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

NIGHT: Final = 3  # the hour of the nightly work, in the desk's own time

_stopped: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _stopped or datetime.now(UTC)  # noqa: TID251  this is the one place that asks the machine


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """When the nightly work was last due: at three, of today or of yesterday."""
    here = now.astimezone(zone)
    today = here.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return today if here >= today else today - timedelta(days=1)


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    return last_night(now, zone) + timedelta(days=1)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Stop the clock of this process at an aware moment, for all its threads."""
    if moment.tzinfo is None:
        raise ValueError("stop the clock at an aware moment: a naive one says nothing")
    global _stopped  # noqa: PLW0603  one clock a process is what is meant
    before, _stopped = _stopped, moment.astimezone(UTC)
    try:
        yield
    finally:
        _stopped = before
