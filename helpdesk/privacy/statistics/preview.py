"""What the next release would look like in size and error: from what was published before, so it costs nothing."""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Metric, StatisticRelease
from helpdesk.privacy.statistics import categories, document, intervals
from helpdesk.privacy.statistics.document import Json
from helpdesk.privacy.statistics.plan import METHOD, Query
from helpdesk.privacy.statistics.releases import Due


@dataclass(frozen=True, slots=True)
class Expected:
    """One metric of the next release: how far noise will move each count, and how that compares with the last one."""

    metric: Metric
    plus_or_minus: int
    size: int | None  # of the whole metric, as it was published last; scaled to the length of the next period
    counts: int
    hidden: int | None  # how many counts of the last release would be below the floor


MADE_UP: Final = 100  # tickets a month, where nothing was published yet
_MONTH: Final = 30
_CUSTOMERS: Final = 0.7  # for each ticket, where that was not published yet


def simulated(session: Session, due: Due) -> Json:
    """The next release as it may look: sizes as they were published last, and made-up noise of the plan's strength.

    Nothing of it is counted and nothing spent. It is the same each time it is looked at, so that nobody takes a
    second look for a second draw.
    """
    throw = random.Random(due.period.name)  # noqa: S311  a drawing: nothing is hidden by it
    rows = [_simulated(session, due, query, throw) for query in due.plan.queries if query.metric in due.metrics]
    return document.release_of(rows)


def expected(session: Session, due: Due) -> list[Expected]:
    """Every metric of the plan, in its order."""
    return [_expected(session, due, query) for query in due.plan.queries]


def _expected(session: Session, due: Due, query: Query) -> Expected:
    half = intervals.half_width(query.scale)
    tags: Sequence[str] = categories.tags(session)
    number = len(categories.of(query.metric, tags, list(categories.themes(session))))
    last = _last(session, query.metric)
    if last is None:
        return Expected(query.metric, half, None, number, None)
    counts = [max(0, one) * _part(due, last) for one in json.loads(last.noisy)]
    return Expected(query.metric, half, round(sum(counts)), number, sum(one < half for one in counts))


def _simulated(session: Session, due: Due, query: Query, throw: random.Random) -> StatisticRelease:
    names = categories.of(query.metric, categories.tags(session), list(categories.themes(session)))
    noisy = [round(size + _noise(query.scale, throw)) for size in _sizes(session, due, query.metric, names)]
    return StatisticRelease(
        period=due.period.name, metric=query.metric, cadence=due.period.cadence, begins_on=due.period.begins_on,
        ends_on=due.period.ends_on, begins_at=due.begins_at, ends_at=due.ends_at, unit=due.plan.unit,
        epsilon=query.epsilon, contributions=query.contributions, scale=query.scale, method=METHOD,
        categories=json.dumps(names), noisy=json.dumps(noisy),
    )  # fmt: skip


def _sizes(session: Session, due: Due, metric: Metric, names: Sequence[str]) -> list[float]:
    """What was published of each category, for as many days; what is new shares the customers evenly."""
    last = _last(session, metric)
    if last is not None:
        known = dict(zip(json.loads(last.categories), json.loads(last.noisy), strict=True))
        return [max(0, known.get(name, 0)) * _part(due, last) for name in names]
    tickets = _last(session, Metric.TICKETS)
    whole = (
        MADE_UP * due.period.days / _MONTH
        if tickets is None
        else max(0, sum(json.loads(tickets.noisy))) * _part(due, tickets)
    )
    return [whole if metric is Metric.TICKETS else whole * _CUSTOMERS / len(names)] * len(names)


def _last(session: Session, metric: Metric) -> StatisticRelease | None:
    found = select(StatisticRelease).where(StatisticRelease.metric == metric)
    return session.scalar(found.order_by(StatisticRelease.ends_on.desc()).limit(1))


def _part(due: Due, last: StatisticRelease) -> float:
    """By how much the next period is longer; customers of a month in parts are counted for the whole month."""
    is_whole_month = last.metric is Metric.CUSTOMERS and due.plan.periods > 1
    return 1 if is_whole_month else due.period.days / (last.ends_on - last.begins_on).days


def _noise(scale: float, throw: random.Random) -> float:
    return scale * math.log(1 - throw.random()) * throw.choice((-1, 1))
