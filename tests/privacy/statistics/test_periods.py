"""Periods follow one another without a gap and none belongs to two months; the cadence follows what was published."""

import json
import math
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Cadence, Metric, StatisticRelease
from helpdesk.privacy.statistics import cadence, intervals, noise, periods
from helpdesk.privacy.statistics.plan import Query
from tests.privacy.statistics.small import due, month


@pytest.mark.parametrize("kind", list(Cadence))
def test_periods_follow_one_another_and_stay_within_their_months(kind: Cadence):
    begins, names = date(2024, 1, 1), []
    while begins < date(2028, 1, 1):
        period = periods.at(kind, begins)
        assert period.begins_on == begins
        assert len(period.months) == (3 if kind is Cadence.QUARTERLY else 1)
        if kind is Cadence.WEEKLY:
            assert period.days in {7, 8}
        names.append(period.name)
        begins = period.ends_on

    assert len(set(names)) == len(names)
    assert begins == date(2028, 1, 1)


def test_names_say_what_they_are():
    names = [periods.at(kind, date(2026, 10, 1)).name for kind in Cadence]

    assert names == ["2026-Q4", "2026-10", "2026-10-w1", "2026-10-01"]
    assert periods.at(Cadence.WEEKLY, date(2026, 11, 30)).name == "2026-11-w4"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_is_as_long_as_its_clocks_say(day: date, hours: int):
    zone = ZoneInfo("Europe/Berlin")

    begins, ends = (periods.midnight(one, zone) for one in (day, day + timedelta(days=1)))

    assert ends.timestamp() - begins.timestamp() == hours * 3600


def publish(session: Session, first: date, tickets: int) -> None:
    """A month as it was published."""
    period = month(first=first)
    session.add(
        StatisticRelease(
            period=period.name, metric=Metric.TICKETS, cadence=period.cadence, begins_on=first,
            ends_on=period.ends_on,
            begins_at=due(period).begins_at, ends_at=due(period).ends_at,
            unit=due(period).plan.unit, epsilon=500_000, contributions=8, scale=16.0, method=1,
            categories='["all"]',
            noisy=json.dumps([tickets]),
        )
    )  # fmt: skip
    session.flush()


@pytest.mark.parametrize(
    ("published", "first", "expected"),
    [
        (40, date(2026, 10, 1), Cadence.QUARTERLY),
        (40, date(2026, 11, 1), Cadence.MONTHLY),  # a quarter begins in October
        (-30, date(2026, 10, 1), Cadence.QUARTERLY),
        (800, date(2026, 10, 1), Cadence.MONTHLY),
        (3_000, date(2026, 10, 1), Cadence.WEEKLY),
        (20_000, date(2026, 10, 1), Cadence.DAILY),
    ],
)
def test_the_cadence_follows_what_was_published(session: Session, published: int, first: date, expected: Cadence):
    publish(session, (first - timedelta(days=1)).replace(day=1), published)

    assert cadence.of_month(session, first) is expected


def test_a_desk_that_published_nothing_begins_by_the_month_whatever_it_holds(session: Session):
    assert cadence.of_month(session, date(2026, 10, 1)) is Cadence.MONTHLY


def test_what_was_published_long_ago_or_later_does_not_count(session: Session):
    publish(session, date(2026, 1, 1), 20_000)
    publish(session, date(2026, 10, 1), 20_000)

    assert cadence.of_month(session, date(2026, 10, 1)) is Cadence.MONTHLY


def test_a_median_is_found_in_its_bin_and_its_interval_holds_it():
    edges = (15, 60, 120, 240)

    found = intervals.median(edges, [10, 20, 200, 20, 10], 2.0)

    assert found is not None
    assert found.high is not None
    assert 60 < found.low <= found.value <= found.high < 120


def test_an_interval_that_may_end_in_the_bin_without_an_end_has_none():
    found = intervals.median((15, 60, 120, 240), [0, 20, 30, 10, 55], 2.0)

    assert found is not None
    assert found.low < found.value <= 240
    assert found.high is None


@pytest.mark.parametrize("late", [20, 55, 60])
def test_the_interval_of_a_median_holds_the_true_one_also_where_many_wait_for_a_reply(late: int):
    edges, true, query = (60, 240, 480), [25, 20, 10, late], Query(Metric.FIRST_REPLY, 500_000, 1)
    was = intervals.median(edges, true, 1e-9)
    within = []
    for _draw in range(2000):
        found = intervals.median(edges, noise.draw(query, true), query.scale)
        if found is not None:
            high = math.inf if found.high is None else found.high
            within.append(found.low <= (math.inf if was is None else was.value) <= high)

    assert sum(within) / len(within) > 0.93


@pytest.mark.parametrize("noisy", [[0, 0, 0, 0, 0], [-4, 3, 1, -2, 1]])
def test_a_median_of_nothing_but_noise_is_not_shown(noisy: list[int]):
    assert intervals.median((15, 60, 120, 240), noisy, 4.0) is None
