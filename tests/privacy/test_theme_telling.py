"""A theme's weeks, told so that each number has five customers behind it, and none can be had by subtracting."""

import random
from itertools import groupby

import pytest

from helpdesk.privacy import theme_telling
from helpdesk.privacy.theme_telling import CUSTOMERS, Weeks

TWELVE = 12


def one(*weeks: int, of: int = TWELVE) -> tuple[int, list[int]]:
    """A customer who wrote once in each of these weeks."""
    return len(weeks), [weeks.count(week) for week in range(of)]


def told(shares: list[tuple[int, list[int]]], before: float = 0.0, *, in_fives: bool = False) -> Weeks:
    return theme_telling.weeks(shares, TWELVE, before, in_fives=in_fives)


def test_a_week_of_few_is_told_with_its_neighbours():
    shares = [one(week) for week in (4, 4, 5, 6, 7, 7, 7, 7, 8, 9, 9, 9, 9, 10, 11, 11, 11, 11, 11)]

    # nobody before the first message; four in the eighth week need a fifth; those of the last week are enough
    assert told(shares) == [0, 0, 0, 0, *[8 / 4] * 4, *[6 / 3] * 3, 5]


def test_a_week_or_two_without_a_message_are_told_with_those_beside_them():
    shares = [one(week) for week in (2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10)]

    assert told(shares) == [6 / 8] * 8 + [5 / 4] * 4


def test_the_recent_weeks_are_not_told_where_few_wrote_in_them():
    shares = [one(week) for week in (0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 11)]

    found = told(shares)

    assert found[8:] == [None] * 4  # an average with the weeks before them would say that nothing changed
    assert found[:6] == [6 / 6] * 6
    assert found[6:8] == [5 / 6] * 2
    assert told(shares[:-1])[8:] == [0] * 4  # nobody is told


def test_weeks_of_too_few_are_not_told_at_all():
    assert told([one(1, 2, 3, 4, 5, 6) for _ in range(CUSTOMERS - 1)]) == [None] * TWELVE
    assert told([(3, [0] * TWELVE) for _ in range(9)]) == [None] * TWELVE  # all older than the weeks


def test_many_messages_of_few_people_stay_hidden_among_others():
    loud = (40, [40 if week == 5 else 0 for week in range(TWELVE)])
    shares = [loud, loud, *(one(4) for _ in range(6))]

    assert told(shares)[5] == told(shares)[4] == 43


def test_the_recent_weeks_are_told_apart_as_the_test_of_trends_holds_them():
    shares = [one(0), one(3), one(5), one(6), one(7), one(8), one(9), one(9), one(10), one(11)]

    found = told(shares)

    assert found == [5 / 8] * 8 + [5 / 4] * 4


@pytest.mark.parametrize("in_fives", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_whoever_wrote_when_five_stand_behind_each_number(seed: int, in_fives: bool):
    chance = random.Random(seed)  # noqa: S311  no secret
    shares = []
    for _customer in range(chance.randrange(1, 40)):
        weekly = [0] * TWELVE
        for _message in range(chance.randrange(1, 5)):
            weekly[min(chance.randrange(TWELVE), chance.randrange(TWELVE))] += 1
        shares.append((sum(weekly), weekly))

    found = told(shares, in_fives=in_fives)

    if found[8:] == [None] * 4:  # they are in the number of the weeks before them
        found[8:] = found[7:8] * 4
    place = 0
    for value, run in groupby(found):
        weeks = range(place, place := place + len(list(run)))
        behind = sum(any(weekly[week] for week in weeks) for _, weekly in shares)
        if value is not None:
            assert behind == 0 if value == 0 else behind >= CUSTOMERS
        if value is not None and in_fives:
            assert round(value * len(weeks), 6) % 5 == 0
    if not in_fives and found[0] is not None:
        assert sum(count or 0 for count in found) == pytest.approx(sum(messages for messages, _ in shares))


def test_few_who_wrote_before_the_first_week_are_not_what_the_sum_lacks():
    shares = [*([one(week) for week in (3, 3, 3, 3, 3, 9, 9, 9, 9, 9)]), (30, [0] * TWELVE)]

    of_days, of_months = told(shares, 0.5), told(shares, 20.0)

    assert of_days[:8] == [35 / 8.5] * 8
    assert of_months[:8] == [None] * 8
    assert of_days[8:] == of_months[8:] == [5 / 4] * 4


def test_counts_of_a_chosen_report_are_in_fives_and_few_stay_few():
    assert [theme_telling.told(count, in_fives=True) for count in (0, 3, 5, 7, 8, 12, 13)] == [0, 3, 5, 5, 10, 10, 15]
    assert theme_telling.told(13, in_fives=False) == 13
