"""Accuracy of the published statistics on simulated desks of 5, 20, 100 and 500 tickets a day, beside the limits."""

import hashlib
import math
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bench import simulated_desks
from bench.simulated_desks import TAGS, Simulated
from helpdesk.models.statistic import Cadence, Metric, StatisticTally
from helpdesk.models.ticket import Channel
from helpdesk.privacy.statistics import categories, counting, intervals, noise, periods, plan
from helpdesk.privacy.statistics.counting import Counted, Owner, Span
from helpdesk.privacy.statistics.periods import Period
from helpdesk.privacy.statistics.plan import Plan, Usage

ZONE = ZoneInfo("UTC")
FIRST = date(2026, 1, 1)
DRAWS = 200  # of the noise, for each period that was counted


@dataclass(frozen=True, slots=True)
class Limit:
    """A row of the design's table: mean error of tickets, customers, the worst channel's share, and a tag."""

    tickets: float  # in per cent, at epsilon 2
    strict: float  # at epsilon 1
    open: float  # at epsilon 4
    channel: float  # in points of per cent
    tag: float  # in customers
    top: float  # how many of the three largest tags are published as such, in per cent
    customers: float | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    a_day: int
    tickets: int  # a month
    cadence: Cadence
    worlds: int  # simulated months: what a month happens to be like moves the figures more than noise does
    limit: Limit


DESKS = (
    Desk(5, 140, Cadence.MONTHLY, 24, Limit(14, 23, 6, 13, 1.6, 78, 8)),
    Desk(20, 560, Cadence.MONTHLY, 24, Limit(5, 7, 5, 4, 1.6, 94, 2)),
    Desk(100, 2_800, Cadence.WEEKLY, 16, Limit(6, 8, 6, 4, 3.0, 96)),
    Desk(500, 14_000, Cadence.WEEKLY, 6, Limit(8, 7, 7, 1, 3.5, 100)),
    Desk(500, 14_000, Cadence.DAILY, 4, Limit(9, 13, 8, 8, 3.5, 91)),
)


@dataclass(slots=True)
class Errors:
    """What was off, draw by draw."""

    tickets: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    customers: list[float] = field(default_factory=list)
    channel: list[float] = field(default_factory=list)
    tag: list[float] = field(default_factory=list)
    top: list[float] = field(default_factory=list)
    median: list[float] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)  # the interval holds what is true


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    values: Sequence[float]  # one for each simulated month
    limit: float | None
    is_more_better: bool = False

    @property
    def value(self) -> float:
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float:
        """How far the mean may be off because so many months were simulated and no more: two standard errors."""
        return 2 * statistics.stdev(self.values) / math.sqrt(len(self.values))

    @property
    def beyond(self) -> float:
        """How far it is past its limit; limits are rounded, so that half of their last digit is within."""
        if self.limit is None:
            return 0.0
        past = self.limit - self.value if self.is_more_better else self.value - self.limit
        return max(0.0, past - (0.05 if self.name == "tag" else 0.5))

    @property
    def is_missed(self) -> bool:
        """Past it by more than the choice of months can explain."""
        return self.beyond > self.spread

    @property
    def verdict(self) -> str:
        if self.is_missed:
            return "MISSED"
        return "past it, within ±" if self.beyond else ""


def main() -> int:
    table = Table("tickets a day", "published", "number", "measured", "limit", "", box=None, pad_edge=False)
    missed = 0
    for one in DESKS:
        for measured in measure(one):
            table.add_row(
                str(one.a_day), one.cadence.value, measured.name, f"{measured.value:.1f} ± {measured.spread:.1f}",
                "" if measured.limit is None else f"{measured.limit:g}", measured.verdict,
            )  # fmt: skip
            missed += measured.is_missed
        table.add_section()
    Console(width=100).print(table)
    print(f"{missed} limits are missed." if missed else "No limit is missed.")
    return 1 if missed else 0


def measure(desk: Desk) -> list[Measured]:
    found = [_measure_world(desk, number) for number in range(desk.worlds)]
    limit = desk.limit

    def each(of: Callable[[Errors], Sequence[float]], times: float = 1) -> list[float]:
        return [times * statistics.fmean(of(world)) for world in found]

    return [
        Measured("tickets, epsilon 2, %", each(lambda world: world.tickets[2]), limit.tickets),
        Measured("tickets, epsilon 1, %", each(lambda world: world.tickets[1]), limit.strict),
        Measured("tickets, epsilon 4, %", each(lambda world: world.tickets[4]), limit.open),
        Measured("customers, %", each(lambda world: world.customers), limit.customers),
        Measured("worst channel, points", each(lambda world: world.channel), limit.channel),
        Measured("tag", each(lambda world: world.tag), limit.tag),
        Measured("top three tags, %", each(lambda world: world.top, 100), limit.top, is_more_better=True),
        Measured("median reply, factor", each(lambda world: world.median), None),
        Measured("inside their interval, %", each(lambda world: world.covered, 100), 95, is_more_better=True),
    ]


def _measure_world(desk: Desk, number: int) -> Errors:
    """One month of a desk that never was; each has customers, tags and hours of its own."""
    first, errors = FIRST, Errors()
    for _month in range(number % 12):
        first = periods.following(first)
    tickets = simulated_desks.month(first, desk.tickets, seed=1000 * desk.a_day + number)
    _measure_month(desk, first, tickets, errors)
    return errors


def _measure_month(desk: Desk, first: date, tickets: Sequence[Simulated], errors: Errors) -> None:
    plans = {epsilon: plan.of(Usage(epsilon=epsilon), desk.cadence) for epsilon in (1, 2, 4)}
    with simulated_desks.desk(list(tickets)) as db:
        begins = first
        while begins < periods.following(first):
            period = periods.at(desk.cadence, begins)
            begins = period.ends_on
            with db.transaction() as session:
                counted = counting.count(session, _span(period), plans[2], _metrics(desk), mark=_mark)
                for (name, mark), (times, most) in counted.tallies.items():
                    session.merge(StatisticTally(month=name, mark=mark, periods=times, tickets=most))
            true = [one for one in tickets if period.begins_on <= one.opened_at.date() < period.ends_on]
            if true:
                _measure_period(counted, true, plans, errors)
        if desk.cadence is not Cadence.MONTHLY:
            whole = periods.at(Cadence.MONTHLY, first)
            with db.reading() as session:
                counted = counting.count(session, _span(whole), plans[2], [Metric.CUSTOMERS], mark=_mark)
            _measure_customers(counted, tickets, plans[2], errors)


def _measure_period(counted: Counted, true: Sequence[Simulated], plans: Mapping[int, Plan], errors: Errors) -> None:
    for epsilon, chosen in plans.items():
        for noisy in _draws(chosen, Metric.TICKETS, counted):
            errors.tickets[epsilon].append(100 * abs(max(0, noisy[0]) - len(true)) / len(true))
    if Metric.CUSTOMERS in counted.counts:
        _measure_customers(counted, true, plans[2], errors)
    channels = _by_customer(true, [channel.value for channel in Channel], lambda one: one.channel.value)
    for noisy in _draws(plans[2], Metric.CHANNEL, counted):
        errors.channel.append(100 * _worst_share(channels, noisy))
    tags, scale = counted.counts[Metric.TAG], plans[2].query(Metric.TAG).scale
    for noisy in _draws(plans[2], Metric.TAG, counted):
        errors.tag += [abs(max(0, drawn) - was) for drawn, was in zip(noisy[:-1], tags, strict=False)]
        errors.top.append(_hits(noisy[:-1], tags[:-1]))
        half = intervals.half_width(scale)
        errors.covered += [abs(drawn - was) <= half for drawn, was in zip(noisy, tags, strict=True)]
    _measure_median(counted, true, plans[2], errors)


def _measure_customers(counted: Counted, true: Sequence[Simulated], chosen: Plan, errors: Errors) -> None:
    number = len({one.customer for one in true})
    for noisy in _draws(chosen, Metric.CUSTOMERS, counted):
        errors.customers.append(100 * abs(max(0, noisy[0]) - number) / number)


def _measure_median(counted: Counted, true: Sequence[Simulated], chosen: Plan, errors: Errors) -> None:
    by_customer = defaultdict(list)
    for one in true:
        by_customer[one.customer].append(one.replied_after / timedelta(minutes=1))
    was = statistics.median(each[0] for each in by_customer.values())
    scale = chosen.query(Metric.FIRST_REPLY).scale
    for noisy in _draws(chosen, Metric.FIRST_REPLY, counted):
        found = intervals.median(categories.FIRST_REPLY_WITHIN, noisy, scale)
        if found is not None and found.value:
            errors.median.append(math.exp(abs(math.log(found.value / was))))


def _draws(chosen: Plan, metric: Metric, counted: Counted) -> list[list[int]]:
    """Many draws at once: one call of OpenDP is dearer than a thousand numbers."""
    counts = counted.counts[metric]
    drawn = noise.draw(chosen.query(metric), counts * DRAWS)
    return [drawn[at : at + len(counts)] for at in range(0, len(drawn), len(counts))]


def _by_customer(true: Sequence[Simulated], names: Sequence[str], of: Callable[[Simulated], str]) -> list[float]:
    """The true shares, each customer weighing the same."""
    weight = Counter(one.customer for one in true)
    found: defaultdict[str, float] = defaultdict(float)
    for one in true:
        found[of(one)] += 1 / weight[one.customer]
    return [found[name] / len(weight) for name in names]


def _worst_share(true: Sequence[float], noisy: Sequence[int]) -> float:
    clamped = [max(0, one) for one in noisy]
    whole = sum(clamped) or 1
    return max(abs(one / whole - was) for one, was in zip(clamped, true, strict=True))


def _hits(noisy: Sequence[int], true: Sequence[int]) -> float:
    """How many of the largest three are true ones, as a share; where the true third is tied, any of them will do."""
    third = sorted(true, reverse=True)[2]
    largest = sorted(range(len(true)), key=lambda at: noisy[at], reverse=True)[:3]
    return sum(true[at] >= third for at in largest) / 3


def _metrics(desk: Desk) -> list[Metric]:
    return [metric for metric in plan.SHARES if metric is not Metric.CUSTOMERS or desk.cadence is Cadence.MONTHLY]


def _span(period: Period) -> Span:
    begins, ends = (datetime(one.year, one.month, one.day, tzinfo=UTC) for one in (period.begins_on, period.ends_on))
    return Span(begins, ends, period.months, ZONE)


def _mark(month: str, owner: Owner) -> bytes:
    return hashlib.sha256(f"{month} {owner}".encode()).digest()


if __name__ == "__main__":
    assert len(TAGS) == 12  # noqa: S101  the limits were measured with twelve
    sys.exit(main())
