"""Attacks on what is published: who knows everybody else learns of one customer no more than the bound allows."""

import math
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Cadence, Metric, StatisticTag
from helpdesk.privacy.statistics import intervals, noise, periods, plan
from helpdesk.privacy.statistics.counting import Counted
from helpdesk.privacy.statistics.plan import MILLION, Plan, Usage
from helpdesk.runtime import Runtime
from tests.privacy.statistics.small import OCTOBER, Small, counted, day, due, month

RUNS = 10_000
SHARES = (Metric.CHANNEL, Metric.TAG, Metric.FIRST_REPLY)


@pytest.fixture
def session(runtime: Runtime) -> Iterator[Session]:
    """One kind of database is enough: the noise is the same."""
    with runtime.db.transaction() as session:
        yield session


@pytest.fixture
def small(session: Session) -> Small:
    session.add_all([StatisticTag(name="lamp"), StatisticTag(name="vase")])
    made = Small(session)
    for number in range(1, 13):
        made.ticket(made.customer(), day(number), tag="lamp", minutes=30)
    return made


def neighbours(session: Session, small: Small, *, tickets: int) -> tuple[Counted, Counted]:
    """Two worlds that differ by one customer's whole month."""
    found = due(month())
    without = counted(session, found)
    nils = small.customer()
    for _ticket in range(tickets):
        small.ticket(nils, day(20), tag="vase", minutes=700)
    return without, counted(session, found)


@pytest.mark.parametrize(("epsilon", "tickets"), [(2, 1), (2, 40)])
def test_an_attacker_tells_the_worlds_apart_no_better_than_the_bound(
    session: Session, small: Small, epsilon: int, tickets: int
):
    """The best attack there is (the likelihood ratio over every number) in 10,000 runs of either world."""
    chosen = plan.of(Usage(epsilon=epsilon), Cadence.MONTHLY)
    worlds = neighbours(session, small, tickets=tickets)

    without, having = ([_ratio(run, worlds, chosen) for run in _runs(world, chosen)] for world in worlds)

    bound = math.tanh(epsilon / 2)  # (e^ε - 1) / (e^ε + 1): the most that ε allows
    advantage = (sum(one > 0 for one in having) - sum(one > 0 for one in without)) / RUNS
    assert advantage <= bound + 3 / math.sqrt(RUNS)
    assert max(map(abs, [*without, *having])) <= epsilon + 1e-6  # no single release tells more than ε
    assert advantage > 0 if tickets > 1 else advantage >= -0.05  # the attack is a real one


def test_without_bounded_contributions_the_same_attack_succeeds(session: Session, small: Small):
    """So the test above can fail: forty tickets that are all counted stand far above the noise."""
    chosen = plan.of(Usage(), Cadence.MONTHLY)
    query = chosen.query(Metric.TICKETS)

    drawn = [noise.draw(query, [true] * RUNS) for true in (12, 52)]
    advantage = (sum(one > 32 for one in drawn[1]) - sum(one > 32 for one in drawn[0])) / RUNS

    assert advantage > math.tanh(query.epsilon / MILLION / 2) + 3 / math.sqrt(RUNS)


def test_the_difference_of_successive_tables_gives_nothing_back(session: Session):
    """Subtracting one table from the next recovers the small cells of a table that only hides small numbers."""
    small = Small(session)
    session.add_all([StatisticTag(name=f"tag {number:02}") for number in range(12)])
    chosen = plan.of(Usage(), Cadence.WEEKLY)
    for number in range(1, 25):
        small.ticket(small.customer(), day(number), tag=f"tag {number % 12:02}")
    begins, cells, guessed, to_date = OCTOBER, 0, 0, [0] * 13
    for _week in range(3):
        found = due(periods.at(Cadence.WEEKLY, begins))
        begins = found.period.ends_on
        true = counted(session, found).counts[Metric.TAG]
        so_far, to_date = to_date, [one + was for one, was in zip(to_date, true, strict=True)]
        small_cells = [at for at, was in enumerate(true) if 0 < was < 5]
        recovered = [at for at in small_cells if to_date[at] - so_far[at] == true[at]]
        assert recovered == small_cells  # what hiding alone gives away: every one of them
        drawn = noise.draw(chosen.query(Metric.TAG), true * 400)
        for run in range(0, len(drawn), len(true)):
            guessed += sum(max(0, drawn[run + at]) == true[at] for at in small_cells)
            cells += len(small_cells)

    scale = chosen.query(Metric.TAG).scale
    by_chance = math.tanh(1 / (2 * scale))  # the likeliest single value of the noise: luck, not knowledge
    assert cells > 1000
    assert guessed / cells <= by_chance + 0.1
    assert intervals.shown(1, scale) is None  # and cells of one are not shown at all


def _runs(world: Counted, chosen: Plan) -> list[dict[Metric, list[int]]]:
    """So many releases of a world, as they would be drawn; many at once, because one call of OpenDP is dear."""
    runs: list[dict[Metric, list[int]]] = [{} for _ in range(RUNS)]
    for metric in (Metric.TICKETS, Metric.CUSTOMERS, *SHARES):
        counts = world.counts[metric]
        drawn = noise.draw(chosen.query(metric), list(counts) * RUNS)
        for number, run in enumerate(runs):
            run[metric] = drawn[number * len(counts) : (number + 1) * len(counts)]
    return runs


def _ratio(run: dict[Metric, list[int]], worlds: Sequence[Counted], chosen: Plan) -> float:
    """How much likelier what was published is in the world with the customer: the logarithm of it."""
    found = 0.0
    for metric, noisy in run.items():
        scale = chosen.query(metric).scale
        for one, without, having in zip(noisy, *(world.counts[metric] for world in worlds), strict=True):
            found += (abs(one - without) - abs(one - having)) / scale
    return found
