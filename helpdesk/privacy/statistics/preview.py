"""What the next release would look like in size and error: from what was published before, so it costs nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Metric, StatisticRelease
from helpdesk.privacy.statistics import categories, intervals
from helpdesk.privacy.statistics.plan import Query
from helpdesk.privacy.statistics.releases import Due


@dataclass(frozen=True, slots=True)
class Expected:
    """One metric of the next release: how far noise will move each count, and how that compares with the last one."""

    metric: Metric
    plus_or_minus: int
    size: int | None  # of the whole metric, as it was published last; scaled to the length of the next period
    counts: int
    hidden: int | None  # how many counts of the last release would be below the floor


def expected(session: Session, due: Due) -> list[Expected]:
    """Every metric of the plan, in its order."""
    return [_expected(session, due, query) for query in due.plan.queries]


def _expected(session: Session, due: Due, query: Query) -> Expected:
    half = intervals.half_width(query.scale)
    tags: Sequence[str] = categories.tags(session)
    number = len(categories.of(query.metric, tags))
    last = session.scalar(
        select(StatisticRelease)
        .where(StatisticRelease.metric == query.metric)
        .order_by(StatisticRelease.ends_on.desc())
        .limit(1)
    )
    if last is None:
        return Expected(query.metric, half, None, number, None)
    part = due.period.days / (last.ends_on - last.begins_on).days
    if query.metric is Metric.CUSTOMERS and due.plan.periods > 1:
        part = 1  # counted for the whole month
    counts = [max(0, one) * part for one in json.loads(last.noisy)]
    return Expected(query.metric, half, round(sum(counts)), number, sum(one < half for one in counts))
