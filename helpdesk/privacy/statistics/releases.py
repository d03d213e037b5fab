"""Releases: which period is due, its counts with noise, and the one time it is kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import (
    Cadence,
    Metric,
    StatisticRelease,
    StatisticSending,
    StatisticTally,
)
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.privacy.statistics import cadence, counting, ledger, noise, periods, plan
from helpdesk.privacy.statistics.counting import Counted, Mark, Span
from helpdesk.privacy.statistics.periods import Period
from helpdesk.privacy.statistics.plan import METHOD, Plan, Usage
from helpdesk.storage.db import hold

_IN_PARTS: Final = (Cadence.WEEKLY, Cadence.DAILY)


@dataclass(frozen=True, slots=True)
class Due:
    """A period that is over and was not published yet."""

    period: Period
    plan: Plan
    metrics: Sequence[Metric]
    begins_at: datetime
    ends_at: datetime


def due(session: Session, usage: Usage, *, night: date, zone: ZoneInfo) -> Due | None:
    """The oldest period that was over when this night began; None: nothing is to be done."""
    found = following(session, usage, zone)
    return found if found is not None and found.period.ends_on <= night else None


def following(session: Session, usage: Usage, zone: ZoneInfo) -> Due | None:
    """The next period to be published, over or not; None where statistics are off or have not begun."""
    if not usage.is_on or not usage.since:
        return None
    last = newest(session)
    since = periods.month_named(usage.since)
    if last is not None and last.ends_on > since and (whole := _whole_month(session, last)) is not None:
        return whole
    begins_on = since if last is None else max(since, last.ends_on)
    month = periods.month_of(begins_on)
    spent_by = ledger.plan_of(session, periods.name_of(month))
    chosen = spent_by or plan.of(usage, cadence.of_month(session, month))
    period = periods.at(chosen.cadence, begins_on)
    is_next = last is not None and last.ends_on == begins_on
    return Due(
        period,
        chosen,
        [one.metric for one in chosen.queries if one.metric is not Metric.CUSTOMERS or chosen.periods == 1],
        last.ends_at if last is not None and is_next else periods.midnight(begins_on, zone),
        periods.midnight(period.ends_on, zone),
    )


def count(session: Session, found: Due, zone: ZoneInfo, *, mark: Mark) -> Counted:
    """What is true of the period; nobody is shown it."""
    span = Span(found.begins_at, found.ends_at, found.period.months, zone)
    return counting.count(session, span, found.plan, found.metrics, mark=mark)


def draw(found: Due, counted: Counted) -> dict[Metric, list[int]]:
    """The counts with their noise. Until `keep` has committed nobody has seen them, so nothing is spent yet."""
    return {metric: noise.draw(found.plan.query(metric), counted.counts[metric]) for metric in found.metrics}


def keep(
    session: Session, found: Due, counted: Counted, noisy: Mapping[Metric, Sequence[int]], *, send: bool, by: Reader
) -> bool:
    """Publish a period and spend what it costs, in one transaction; False: another did, and this is thrown away.

    Raises BudgetExceeded, AlreadySpent.
    """
    hold(session, "statistics")
    period = found.period
    known = select(StatisticRelease.id).where(
        StatisticRelease.period == period.name, StatisticRelease.metric.in_(found.metrics)
    )
    if session.scalar(known.limit(1)) is not None:
        return False
    ledger.charge(session, period, found.plan, found.metrics)
    for metric in found.metrics:
        query = found.plan.query(metric)
        session.add(
            StatisticRelease(
                period=period.name, metric=metric, cadence=period.cadence, begins_on=period.begins_on,
                ends_on=period.ends_on, begins_at=found.begins_at, ends_at=found.ends_at, unit=found.plan.unit,
                epsilon=query.epsilon, contributions=query.contributions, scale=query.scale, method=METHOD,
                categories=json.dumps(list(counted.categories[metric]), ensure_ascii=False),
                noisy=json.dumps(list(noisy[metric])),
            )
        )  # fmt: skip
    _keep_tallies(session, period, counted)
    if send:
        session.merge(StatisticSending(period=period.name))
    facts: dict[str, object] = {"period": period.name, "metrics": [metric.value for metric in found.metrics]}
    audit.record(session, "statistics.release", by=by, on=("statistics", None), facts=facts)
    session.flush()
    return True


def begin(session: Session, *, now: datetime, zone: ZoneInfo) -> Usage:
    """The settings in force; the first time the month is kept with which publishing begins: the one it is now."""
    usage = settings.of(session, Usage)
    if usage.is_on and not usage.since:
        hold(session, "statistics")
        usage = replace(usage, since=f"{now.astimezone(zone):%Y-%m}")
        settings.change(session, usage, by=Machine.STATISTICS)
    return usage


def has_tallies(session: Session, *, before: str) -> bool:
    """Whether there are tallies of months before this one: looked at before anything is locked."""
    return session.scalar(select(StatisticTally.month).where(StatisticTally.month < before).limit(1)) is not None


def forget_tallies(session: Session, *, before: str) -> None:
    """Where publishing is off, no later period of those months is counted: begun again, it begins with its month."""
    hold(session, "statistics")
    if not settings.of(session, Usage).is_on:
        session.execute(delete(StatisticTally).where(StatisticTally.month < before))


def newest(session: Session) -> StatisticRelease | None:
    """The last row of the tickets, which every period has."""
    rows = select(StatisticRelease).where(StatisticRelease.metric == Metric.TICKETS)
    return session.scalar(rows.order_by(StatisticRelease.ends_on.desc()).limit(1))


def _whole_month(session: Session, last: StatisticRelease) -> Due | None:
    """Customers of a month that was published in parts: counted once, for all of it."""
    month = periods.month_of(last.begins_on)
    if last.cadence not in _IN_PARTS or last.ends_on != periods.following(month):
        return None
    spent_by = ledger.plan_of(session, periods.name_of(month))
    first = session.scalar(
        select(func.min(StatisticRelease.begins_at)).where(
            StatisticRelease.metric == Metric.TICKETS, StatisticRelease.begins_on >= month
        )
    )
    published = select(StatisticRelease.id).where(
        StatisticRelease.metric == Metric.CUSTOMERS, StatisticRelease.begins_on >= month
    )
    if spent_by is None or first is None or session.scalar(published.limit(1)) is not None:
        return None
    whole = periods.at(Cadence.MONTHLY, month)
    return Due(whole, spent_by, [Metric.CUSTOMERS], first, last.ends_at)


def _keep_tallies(session: Session, period: Period, counted: Counted) -> None:
    """Remember how much of each month is used up, and forget it when the month is over."""
    for (name, mark), (times, tickets) in counted.tallies.items():
        session.merge(StatisticTally(month=name, mark=mark, periods=times, tickets=tickets))
    session.flush()
    month = periods.month_of(period.begins_on)
    is_over = period.ends_on == periods.following(month)
    kept = periods.name_of(periods.following(month) if is_over else month)
    session.execute(delete(StatisticTally).where(StatisticTally.month < kept))
