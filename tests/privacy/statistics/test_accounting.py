"""What each number tells is what OpenDP says it tells, and the parts never add up to more than the whole."""

import math

import opendp.prelude as dp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Cadence, Metric, StatisticBudget, StatisticRelease, StatisticSpending
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import intervals, ledger, noise, periods, plan, releases
from helpdesk.privacy.statistics.ledger import AlreadySpent, BudgetExceeded
from helpdesk.privacy.statistics.noise import TooMuchTold
from helpdesk.privacy.statistics.plan import MILLION, PRESETS, Query, Usage
from tests.privacy.statistics import small
from tests.privacy.statistics.small import due, month, released

ALL = tuple(metric.value for metric in plan.EXTRAS)


@pytest.mark.parametrize("cadence", list(Cadence))
@pytest.mark.parametrize("epsilon", PRESETS.values())
@pytest.mark.parametrize("extras", [(), ALL, ALL[:2]])
def test_every_query_tells_its_part_by_opendps_accounting_and_all_together_the_whole(cadence, epsilon, extras):
    chosen = plan.of(Usage(epsilon=epsilon, extras=extras), cadence)

    told = [small.exactly(query) for query in chosen.queries]

    assert len(chosen.queries) == 5 + len(extras)
    assert all(one * MILLION <= query.epsilon for one, query in zip(told, chosen.queries, strict=True))
    assert sum(told) <= epsilon
    assert sum(told) > epsilon * 0.999  # nothing is wasted either


def test_opendps_own_composition_agrees():
    dp.enable_features("contrib")
    chosen = plan.of(Usage(), Cadence.MONTHLY)
    one_unit = [noise.measurement(query) for query in chosen.queries if query.contributions == 1]

    together = dp.c.make_composition(one_unit)

    assert together.map(1) <= sum(query.epsilon for query in chosen.queries if query.contributions == 1) / MILLION


def test_the_default_parts_are_those_that_were_measured():
    parts = {one.metric: one.epsilon / (2 * MILLION) for one in plan.of(Usage(), Cadence.MONTHLY).queries}

    assert parts == {
        Metric.TICKETS: 0.25, Metric.CUSTOMERS: 0.10, Metric.CHANNEL: 0.10, Metric.TAG: 0.30,
        Metric.FIRST_REPLY: 0.25,
    }  # fmt: skip


@pytest.mark.parametrize("cadence", list(Cadence))
@pytest.mark.parametrize("epsilon", PRESETS.values())
def test_the_five_are_all_of_the_budget_whatever_their_parts(cadence: Cadence, epsilon: int):
    assert sum(one.epsilon for one in plan.of(Usage(epsilon=epsilon), cadence).queries) == epsilon * MILLION


def test_noise_that_is_too_small_for_its_part_is_never_drawn(monkeypatch: pytest.MonkeyPatch):
    query = Query(Metric.TAG, 600_000, 1)
    monkeypatch.setattr(Query, "scale", property(lambda one: one.contributions * MILLION / one.epsilon * 0.99))

    with pytest.raises(TooMuchTold):
        noise.draw(query, [1, 2, 3])


@pytest.mark.parametrize("scale", [0.4, 1.667, 5.0, 16.0, 96.0])
def test_an_interval_is_as_wide_as_opendp_says_and_holds_95_of_100_draws(scale: float):
    half = intervals.half_width(scale)
    by_opendp = dp.discrete_laplacian_scale_to_accuracy(scale, 0.05)

    drawn = noise.draw(Query(Metric.TAG, math.ceil(MILLION / scale), 1), [0] * 20_000)

    assert abs(half - by_opendp) <= 1
    assert sum(abs(one) <= half for one in drawn) / len(drawn) > 0.94


def test_a_month_spends_its_plan_and_no_more(session: Session):
    released(session, due(month()))

    budget = session.get(StatisticBudget, "2026-10")
    assert budget is not None
    assert (budget.spent, budget.allowed) == (2 * MILLION, 2 * MILLION)
    assert ledger.faults(session) == []


@pytest.mark.parametrize("cadence", [Cadence.MONTHLY, Cadence.WEEKLY, Cadence.DAILY, Cadence.QUARTERLY])
def test_what_is_spent_cant_be_spent_again_by_any_cadence(session: Session, cadence: Cadence):
    released(session, due(month()))

    with pytest.raises((AlreadySpent, BudgetExceeded)):
        ledger.charge(session, month(cadence), plan.of(Usage(), cadence), [Metric.TICKETS])


def test_a_plan_that_costs_more_than_the_month_has_is_refused(session: Session):
    chosen = plan.of(Usage(), Cadence.MONTHLY)
    greedy = plan.Plan(chosen.cadence, chosen.unit, chosen.allowed, [*chosen.queries, Query(Metric.HOUR, 1, 1)])

    with pytest.raises(BudgetExceeded):
        ledger.charge(session, month(), greedy, [one.metric for one in greedy.queries])


def test_all_weeks_of_a_month_together_cost_one_budget(session: Session):
    begins = small.OCTOBER
    for _week in range(4):
        week = periods.at(Cadence.WEEKLY, begins)
        released(session, due(week))
        begins = week.ends_on

    spent = session.scalars(select(StatisticSpending.epsilon)).all()
    assert sum(spent) == 2 * MILLION * 97 // 100  # the customers are counted when the month is over
    assert ledger.faults(session) == []


def test_settings_that_change_within_a_month_hold_from_the_next(session: Session):
    first = periods.at(Cadence.WEEKLY, small.OCTOBER)
    released(session, due(first))
    second = periods.at(Cadence.WEEKLY, first.ends_on)

    with pytest.raises(BudgetExceeded):
        ledger.charge(session, second, plan.of(Usage(epsilon=4), Cadence.WEEKLY), [Metric.TICKETS])


def test_a_ledger_that_was_touched_is_seen(session: Session):
    released(session, due(month()))
    budget = session.get(StatisticBudget, "2026-10")
    assert budget is not None
    budget.spent -= 1
    session.flush()

    assert [fault.where for fault in ledger.faults(session)] == ["2026-10"]


def test_the_same_period_is_kept_once(session: Session):
    found = due(month())
    drawn = released(session, found)
    counts = small.counted(session, found)

    again = releases.keep(session, found, counts, releases.draw(found, counts), send=False, by=Machine.STATISTICS)

    assert not again
    rows = {row.metric: row.noisy for row in session.query(StatisticRelease)}
    assert rows == {metric: str(list(noisy)) for metric, noisy in drawn.items()}
    assert len(rows) == 5
