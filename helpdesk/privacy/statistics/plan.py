"""What is published, and what each number may tell of one customer's whole month."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from helpdesk.models.statistic import Cadence, Metric, Unit

METHOD: Final = 1  # the version of how things are counted; it is published with each number
MILLION: Final = 1_000_000
PRESETS: Final = {"strict": 1, "balanced": 2, "open": 4}

# parts of the budget as measured; what is switched on beside them makes everybody's part smaller
SHARES: Final[Mapping[Metric, int]] = {
    Metric.TICKETS: 25,
    Metric.CUSTOMERS: 10,
    Metric.CHANNEL: 10,
    Metric.TAG: 30,
    Metric.FIRST_REPLY: 25,
}
EXTRAS: Final[Mapping[Metric, int]] = {
    Metric.WEEKDAY: 10,
    Metric.HOUR: 15,
    Metric.LANGUAGE: 15,
    Metric.RESOLUTION: 25,
    Metric.REOPENED: 10,
    Metric.THEME: 25,
}

# where a month has several periods, its customers are counted once for all of them: little noise, so little budget
_IN_PARTS: Final = {Metric.CUSTOMERS: 3, Metric.TAG: 37}

# at the largest epsilon a small desk's shares are precise enough, and the count with eight times their noise is not
_OPEN: Final = {Metric.TICKETS: 35, Metric.CHANNEL: 8, Metric.TAG: 24, Metric.FIRST_REPLY: 23}

# the most tickets of one customer's month that are counted, and in how many periods of a month the customer is
_TICKETS: Final = {Cadence.QUARTERLY: 8, Cadence.MONTHLY: 8, Cadence.WEEKLY: 12, Cadence.DAILY: 12}
_PERIODS: Final = {Cadence.QUARTERLY: 1, Cadence.MONTHLY: 1, Cadence.WEEKLY: 2, Cadence.DAILY: 2}


@dataclass(frozen=True, slots=True)
class Usage:
    """The desk's choice: whether statistics are published, how strictly, of whom, and what beside the five."""

    key: ClassVar[str] = "statistics"

    is_on: bool = True
    since: str = ""  # the first month that is published, such as 2026-10; empty: the one in which the job first runs
    epsilon: int = PRESETS["balanced"]
    unit: str = Unit.CUSTOMER.value
    extras: tuple[str, ...] = ()
    send_to: str = ""  # nowhere


@dataclass(frozen=True, slots=True)
class Query:
    """One metric: its part of the budget, and how much one customer's month can change it, over all periods."""

    metric: Metric
    epsilon: int  # in millionths
    contributions: int

    @property
    def scale(self) -> float:
        """The noise that makes the metric tell no more than its part; a hair more, so that rounding never matters."""
        return self.contributions * MILLION / self.epsilon * (1 + 1e-9)


@dataclass(frozen=True, slots=True)
class Plan:
    """How one month is published."""

    cadence: Cadence
    unit: Unit
    allowed: int  # epsilon in millionths
    queries: Sequence[Query]

    def query(self, metric: Metric) -> Query:
        return next(one for one in self.queries if one.metric is metric)

    @property
    def periods(self) -> int:
        """In how many periods of a month one customer is counted."""
        return _PERIODS[self.cadence]


def of(usage: Usage, cadence: Cadence) -> Plan:
    """The plan of a month that begins with these settings; the parts never add up to more than the whole."""
    allowed = max(1, usage.epsilon) * MILLION
    parts = {**_shares(usage, cadence), **{metric: EXTRAS[metric] for metric in extras(usage)}}
    whole = sum(parts.values())
    queries = [
        Query(metric, allowed * part // whole, _contributions(metric, cadence)) for metric, part in parts.items()
    ]
    return Plan(cadence, Unit(usage.unit), allowed, queries)


def extras(usage: Usage) -> list[Metric]:
    """What is switched on beside the five; a word that this version does not know counts for nothing."""
    return [metric for metric in EXTRAS if metric.value in usage.extras]


def cost(usage: Usage, more: Metric) -> int:
    """By how many per cent the noise of every other number grows when this one is switched on too."""
    parts = sum(SHARES.values()) + sum(EXTRAS[metric] for metric in extras(usage) if metric is not more)
    return math.ceil(100 * EXTRAS[more] / parts)


def _shares(usage: Usage, cadence: Cadence) -> Mapping[Metric, int]:
    """The parts of the five: each of these adds up to the same whole."""
    if _PERIODS[cadence] > 1:
        return {**SHARES, **_IN_PARTS}
    return {**SHARES, **_OPEN} if usage.epsilon >= PRESETS["open"] else SHARES


def _contributions(metric: Metric, cadence: Cadence) -> int:
    if metric is Metric.TICKETS:
        return _TICKETS[cadence]
    return 1 if metric is Metric.CUSTOMERS else _PERIODS[cadence]
