"""Bounded contributions: whatever one customer's month holds, it moves each count by so much at the most."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Cadence, Metric, StatisticTag, StatisticTally, Unit
from helpdesk.models.ticket import Place
from helpdesk.privacy.statistics import categories, periods, plan
from helpdesk.privacy.statistics.plan import Usage
from tests import world
from tests.privacy.statistics.small import BERLIN, OCTOBER, Small, counted, day, due, month, released


@pytest.fixture
def small(session: Session) -> Small:
    session.add_all([StatisticTag(name="lamp"), StatisticTag(name="vase")])
    return Small(session)


def test_a_customer_with_forty_tickets_counts_as_eight_and_once_in_every_share(session: Session, small: Small):
    nils = small.customer()
    for _ticket in range(40):
        small.ticket(nils, day(5), tag="lamp", minutes=30)

    counts = counted(session, due(month())).counts

    assert counts[Metric.TICKETS] == [8]
    assert counts[Metric.CUSTOMERS] == [1]
    assert counts[Metric.TAG] == [1, 0, 0]
    assert sum(counts[Metric.CHANNEL]) == sum(counts[Metric.FIRST_REPLY]) == 1
    assert counts[Metric.FIRST_REPLY][1] == 1  # within half an hour: the bin up to 60 minutes


def test_what_is_not_on_the_desk_or_not_in_the_period_is_not_counted(session: Session, small: Small):
    small.ticket(small.customer(), periods.midnight(OCTOBER, BERLIN) - timedelta(seconds=1))
    small.ticket(small.customer(), periods.midnight(OCTOBER, BERLIN))
    small.ticket(small.customer(), day(5)).place = Place.SPAM

    assert counted(session, due(month())).counts[Metric.TICKETS] == [1]


def test_a_tag_that_is_not_on_the_list_has_no_name(session: Session, small: Small):
    small.ticket(small.customer(), day(5), tag="nils berg's divorce")

    found = counted(session, due(month()))

    assert found.categories[Metric.TAG] == ["lamp", "vase", "none"]
    assert found.counts[Metric.TAG] == [0, 0, 1]


def test_one_of_the_customers_tickets_is_drawn_by_lot(session: Session, small: Small):
    nils = small.customer()
    small.ticket(nils, day(5), tag="lamp")
    small.ticket(nils, day(6), tag="vase")

    drawn = Counter(tuple(counted(session, due(month())).counts[Metric.TAG]) for _ in range(60))

    assert set(drawn) == {(1, 0, 0), (0, 1, 0)}


def test_in_a_quarter_each_month_of_a_customer_counts_for_itself(session: Session, small: Small):
    nils = small.customer()
    for number in (10, 11, 12):
        for _ticket in range(20):
            small.ticket(nils, day(5, number))

    counts = counted(session, due(month(Cadence.QUARTERLY))).counts

    assert counts[Metric.TICKETS] == [24]
    assert counts[Metric.CUSTOMERS] == [1]
    assert sum(counts[Metric.CHANNEL]) == 3


@pytest.mark.parametrize("cadence", [Cadence.WEEKLY, Cadence.DAILY])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(1, 31), min_size=1, max_size=60))
def test_a_months_periods_together_count_no_more_than_the_plan_allows(
    session: Session, small: Small, cadence: Cadence, days: list[int]
):
    before = session.begin_nested()
    nils = small.customer()
    for number in days:
        small.ticket(nils, day(number))
    tickets, shares, begins = 0, 0, OCTOBER
    while begins < periods.following(OCTOBER):
        found = due(periods.at(cadence, begins))
        counts = counted(session, found).counts
        released(session, found)
        tickets += counts[Metric.TICKETS][0]
        shares += sum(counts[Metric.CHANNEL])
        begins = found.period.ends_on

    assert tickets == min(len(days), found.plan.query(Metric.TICKETS).contributions)
    assert shares <= found.plan.query(Metric.CHANNEL).contributions == 2
    assert session.scalar(select(func.count()).select_from(StatisticTally)) == 0  # forgotten with the month
    before.rollback()
    session.expunge_all()


def test_what_was_counted_stays_counted_when_its_tickets_go_elsewhere(session: Session, small: Small):
    """Otherwise a customer whose tickets are merged or thrown away between two weeks would count twice."""
    nils, week = small.customer(), due(periods.at(Cadence.WEEKLY, OCTOBER))
    old = [small.ticket(nils, day(2)) for _ticket in range(12)]
    released(session, week)
    for ticket in old:
        ticket.place = Place.TRASH
    small.ticket(nils, day(10))

    counts = counted(session, due(periods.at(Cadence.WEEKLY, week.period.ends_on))).counts

    assert counts[Metric.TICKETS] == [0]
    assert sum(counts[Metric.CHANNEL]) == 1  # her second and last period


def test_an_organisation_is_one_and_public_mail_is_not(session: Session, small: Small):
    for email in ("a@firm.example", "b@firm.example", "c@gmail.com", "d@gmail.com"):
        small.ticket(small.customer(email), day(5))

    counts = counted(session, due(month(), Usage(unit=Unit.ORGANISATION))).counts

    assert counts[Metric.CUSTOMERS] == [3]


def test_everything_that_can_be_switched_on_is_counted_once_a_customer(session: Session, small: Small):
    nils = small.customer()
    nils.language = "de"
    for number in range(1, 6):
        small.ticket(nils, day(number, hour=7), minutes=10)
    usage = Usage(extras=tuple(metric.value for metric in plan.EXTRAS))

    counts = counted(session, due(month(), usage)).counts

    assert {sum(counts[metric]) for metric in counts if metric != Metric.TICKETS} == {1}
    assert counts[Metric.HOUR][9] == 1  # in Berlin
    assert counts[Metric.LANGUAGE][categories.LANGUAGES.index("de")] == 1
    assert counts[Metric.REOPENED] == [0, 1]


@pytest.mark.parametrize(("minutes", "place"), [(0, 0), (15, 0), (16, 1), (10_080, 7), (10_081, 8), (None, 8)])
def test_a_reply_is_in_the_bin_of_its_time_and_none_yet_in_the_last(minutes: int | None, place: int):
    took = None if minutes is None else timedelta(minutes=minutes)

    assert categories.within(took, categories.FIRST_REPLY_WITHIN) == place


@pytest.mark.parametrize(
    "name", ["", "  ", "none", "nils@berg.example", "order 20261", "x" * 41, "https://x.example"]
)
def test_a_tag_that_may_name_somebody_is_not_put_on_the_list(session: Session, name: str):
    with pytest.raises(categories.TagUnfit):
        categories.add_tag(session, name, by=None)


def test_the_list_is_not_endless(session: Session):
    for number in range(categories.MOST_TAGS):
        categories.add_tag(session, f"tag {number}", by=None)
    with pytest.raises(categories.TooManyTags):
        categories.add_tag(session, "one more", by=None)

    assert len(categories.tags(session)) == categories.MOST_TAGS


@pytest.fixture
def themed(session: Session) -> Usage:
    categories.add_theme(session, "Broken lamps", "flickers\nwent dark", by=None)
    categories.add_theme(session, "Returns", "send back\nR\u00fccksendung", by=None)
    return Usage(extras=(Metric.THEME.value,))


def saying(small: Small, text: str, at: int = 5) -> None:
    ticket = small.ticket(small.customer(), day(at))
    world.a_message(small.session, ticket, subject="Hello", text=text)


def test_a_ticket_is_of_a_theme_by_its_own_words(session: Session, small: Small, themed: Usage):
    saying(small, "Since Monday it FLICKERS.")
    saying(small, "It went, in the end, dark.")  # the words, and not the phrase
    saying(small, "Zur\u00fcck? Eine rucksendung bitte.")
    saying(small, "flickersome")
    message = world.a_message(session, small.ticket(small.customer(), day(7)), subject="Hello", text="it flickers")
    message.customer_id = small.customer().id  # somebody else's words on this ticket
    session.flush()

    found = counted(session, due(month(), themed))

    assert found.categories[Metric.THEME] == ["Broken lamps", "Returns", "none"]
    assert found.counts[Metric.THEME] == [1, 1, 3]


def test_what_others_write_moves_nobody_to_another_theme(session: Session, small: Small, themed: Usage):
    """The bound of the whole: one customer's month changes these counts by one, however much it holds."""
    for text in ("it flickers", "it went dark", "please send back"):
        saying(small, text)
    before = counted(session, due(month(), themed)).counts[Metric.THEME]
    nils = small.customer()
    for _ticket in range(40):
        world.a_message(session, small.ticket(nils, day(6)), text="flickers, went dark, send back, Rücksendung")

    after = counted(session, due(month(), themed)).counts[Metric.THEME]

    assert sum(abs(one - was) for one, was in zip(after, before, strict=True)) == 1
    assert sum(after) == 4


def test_comparing_with_words_is_a_reading_that_names_its_tickets(session: Session, small: Small, themed: Usage):
    saying(small, "it flickers")

    counted(session, due(month(), themed))

    events = world.trail(session, "phrase.compare")
    assert len(events) == 2  # one a theme
    assert {event.actor_id for event in events} == {"statistics"}


@pytest.mark.parametrize("words", ["", " \n ", "!!", "x" * 41, "\n".join(f"word {at}" for at in range(31))])
def test_a_theme_without_words_to_know_it_by_is_not_listed(session: Session, words: str):
    with pytest.raises(categories.WordsUnfit):
        categories.add_theme(session, "Lamps", words, by=None)


def test_a_theme_is_renewed_under_its_name_and_the_list_ends(session: Session):
    for number in range(categories.MOST_THEMES):
        categories.add_theme(session, f"theme {number}", "one", by=None)
    categories.add_theme(session, "theme 0", "one\ntwo", by=None)

    assert categories.themes(session)["theme 0"] == ["one", "two"]
    with pytest.raises(categories.TooManyTags):
        categories.add_theme(session, "one more", "one", by=None)
    with pytest.raises(categories.TagUnfit):
        categories.add_theme(session, "none", "one", by=None)
