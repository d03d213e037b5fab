"""The one source of time, so that a test (or the seed of the demo) can stop it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_stopped: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _stopped or datetime.now(UTC)  # noqa: TID251  this is the one place that asks the machine


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
