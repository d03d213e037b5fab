"""The band drawn over a theme's last weeks is that of the test."""

import pytest
from scipy.stats import binom

from helpdesk.desk import theme_bands
from helpdesk.desk.theme_bands import Counted
from helpdesk.themes import trends


def weekly(before: int, recent: int) -> list[int]:
    return [before] * 8 + [recent] * 4


@pytest.mark.parametrize("messages", [1, 9, 100, 1200])
def test_the_band_is_that_of_the_exact_test(messages: int):
    found = theme_bands.band(Counted("en", weekly(messages, messages), 1.0), 0.5)

    sure = binom(messages * 12, 1 / 3)
    assert found == (sure.ppf(0.025) / 4, sure.ppf(0.975) / 4)


def test_what_was_expected_is_known_again_from_the_ratio_that_was_kept():
    counts = {0: weekly(10, 30), 1: weekly(40, 40), 2: weekly(30, 30)}
    change = trends.changes(counts, [sum(week) for week in zip(*counts.values(), strict=True)])

    usual = theme_bands.usual([Counted("en", counts[one], change[one].ratio) for one in counts])

    assert usual == {"en": pytest.approx(400 / 640)}
    low, high = theme_bands.band(Counted("en", counts[0], change[0].ratio), usual["en"])
    assert low < high < 30


def test_nothing_is_expected_where_nothing_was_compared():
    assert theme_bands.usual([Counted("en", weekly(0, 9), None), Counted("de", weekly(9, 0), 0.0)]) == {}
