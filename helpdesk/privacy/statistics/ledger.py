"""The budget ledger: what each month's plan allows, and what of it is spent. What is spent can't be spent again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import (
    Cadence,
    Metric,
    StatisticBudget,
    StatisticRelease,
    StatisticSpending,
    Unit,
)
from helpdesk.privacy.statistics.periods import Period
from helpdesk.privacy.statistics.plan import Plan, Query


class BudgetExceeded(Exception):
    """A month would tell more of a customer than it may."""


class AlreadySpent(Exception):
    """Some of these days were published for this metric before: they can't be published again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold, in words for an operator."""

    where: str
    words: str


def plan_of(session: Session, month: str) -> Plan | None:
    """The plan by which a month is spent; None: nothing of it is yet."""
    row = session.get(StatisticBudget, month)
    return None if row is None else read(row)


def read(row: StatisticBudget) -> Plan:
    body = json.loads(row.plan)
    queries = [Query(Metric(name), epsilon, most) for name, (epsilon, most) in body["queries"].items()]
    return Plan(Cadence(body["cadence"]), Unit(body["unit"]), row.allowed, queries)


def charge(session: Session, period: Period, plan: Plan, metrics: Sequence[Metric]) -> None:
    """Spend what these metrics cost on every month of the period.

    A metric's part of a month is spent whole with its first period; later periods of that month cost nothing more,
    because `contributions` bounds what a customer's month changes in all of them together.
    Raises AlreadySpent, BudgetExceeded.
    """
    for metric in metrics:
        _refuse_overlap(session, period, metric)
    for month in period.months:
        budget = session.get(StatisticBudget, month) or _opened(session, month, plan)
        if read(budget) != plan:
            raise BudgetExceeded(f"{month} is spent by another plan already")
        for metric in metrics:
            _spend(session, budget, plan.query(metric), period)
    session.flush()


def faults(session: Session) -> list[Fault]:
    """Everything that does not add up: it should find nothing, ever."""
    budgets = {row.month: row for row in session.scalars(select(StatisticBudget))}
    spent: dict[str, int] = dict.fromkeys(budgets, 0)
    spendings: dict[tuple[str, Metric], StatisticSpending] = {}
    found: list[Fault] = []
    for row in session.scalars(select(StatisticSpending)):
        spendings[row.month, row.metric] = row
        if row.month not in budgets:
            found.append(Fault(row.month, f"{row.metric} is spent without a budget"))
        spent[row.month] = spent.get(row.month, 0) + row.epsilon
    for month, budget in budgets.items():
        if spent[month] != budget.spent:
            found.append(Fault(month, f"the ledger says {budget.spent}, its lines {spent[month]}"))
        if spent[month] > budget.allowed:
            found.append(Fault(month, f"{spent[month]} of {budget.allowed} millionths are spent"))
    ends: dict[Metric, StatisticRelease] = {}
    for release in session.scalars(select(StatisticRelease).order_by(StatisticRelease.begins_on)):
        before = ends.get(release.metric)
        if before is not None and release.begins_on < before.ends_on:
            found.append(Fault(release.period, f"{release.metric} was published twice for the same days"))
        ends[release.metric] = release
        found += _unpaid(release, spendings)
    return found


def _unpaid(release: StatisticRelease, spendings: dict[tuple[str, Metric], StatisticSpending]) -> list[Fault]:
    """A release is paid for by a line of each of its months, with noise no smaller than that line needs."""
    found = []
    for month in Period(release.cadence, release.begins_on, release.ends_on).months:
        line = spendings.get((month, release.metric))
        if line is None or line.epsilon != release.epsilon or line.contributions != release.contributions:
            found.append(Fault(release.period, f"{release.metric} is not paid for in {month}"))
    if release.scale < Query(release.metric, release.epsilon, release.contributions).scale:
        found.append(Fault(release.period, f"{release.metric} has less noise than its part of the budget needs"))
    return found


def _refuse_overlap(session: Session, period: Period, metric: Metric) -> None:
    overlapping = select(StatisticRelease.period).where(
        StatisticRelease.metric == metric,
        StatisticRelease.begins_on < period.ends_on,
        StatisticRelease.ends_on > period.begins_on,
    )
    if (before := session.scalar(overlapping.limit(1))) is not None:
        raise AlreadySpent(f"{metric.value} of {period.name} was published with {before}")


def _opened(session: Session, month: str, plan: Plan) -> StatisticBudget:
    body = {
        "cadence": plan.cadence.value,
        "unit": plan.unit.value,
        "queries": {one.metric.value: [one.epsilon, one.contributions] for one in plan.queries},
    }
    budget = StatisticBudget(month=month, allowed=plan.allowed, plan=json.dumps(body))
    session.add(budget)
    return budget


def _spend(session: Session, budget: StatisticBudget, query: Query, period: Period) -> None:
    if session.get(StatisticSpending, (budget.month, query.metric)) is not None:
        return
    if budget.spent + query.epsilon > budget.allowed:
        raise BudgetExceeded(f"{budget.month}: {query.metric.value} would go beyond {budget.allowed} millionths")
    budget.spent += query.epsilon
    session.add(
        StatisticSpending(
            month=budget.month, metric=query.metric, epsilon=query.epsilon, contributions=query.contributions,
            period=period.name,
        )
    )  # fmt: skip
