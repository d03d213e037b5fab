"""A trend is claimed where chance is not enough to explain it."""

import random

from helpdesk.themes.trends import changes
from helpdesk.themes.values import Trend


def test_new_growing_shrinking_and_gone_are_told_apart():
    weekly = {
        0: [0] * 8 + [12] * 4,
        1: [8] * 8 + [24] * 4,
        2: [24] * 8 + [8] * 4,
        3: [10] * 8 + [0] * 4,
        **{label: [10] * 12 for label in range(4, 14)},
    }

    found = changes(weekly, [sum(week) for week in zip(*weekly.values(), strict=True)])

    assert [found[label].trend for label in range(5)] == [
        Trend.NEW,
        Trend.GROWING,
        Trend.SHRINKING,
        Trend.GONE,
        Trend.STEADY,
    ]


def test_all_of_it_growing_together_is_no_news_of_one():
    weekly = {label: [10] * 8 + [30] * 4 for label in range(10)}

    found = changes(weekly, [100] * 8 + [300] * 4)

    assert {change.trend for change in found.values()} == {Trend.STEADY}


def test_a_third_of_them_growing_does_not_make_the_others_shrink():
    weekly = {
        **{label: [10] * 8 + [40] * 4 for label in range(10)},
        **{label: [10] * 8 + [30] * 4 for label in range(10, 14)},
        **{label: [10] * 8 + [8 + label % 3] * 4 for label in range(14, 30)},
    }

    found = changes(weekly, [sum(week) for week in zip(*weekly.values(), strict=True)])

    assert {found[label].trend for label in range(14)} == {Trend.GROWING}
    assert {found[label].trend for label in range(14, 30)} == {Trend.STEADY}


def test_chance_is_not_taken_for_news():
    chance = random.Random(3)  # noqa: S311
    claimed = 0
    for _ in range(40):
        weekly = {label: [sum(chance.random() < 0.4 for _ in range(20)) for _ in range(12)] for label in range(25)}
        found = changes(weekly, [200] * 12)
        claimed += sum(change.trend is not Trend.STEADY for change in found.values())

    assert claimed <= 20  # of 1,000


def test_nothing_is_claimed_before_there_are_three_weeks_to_compare_with():
    weekly = {0: [0] * 6 + [1, 1, 50, 50, 50, 50]}

    assert changes(weekly, weekly[0])[0].trend is Trend.STEADY
