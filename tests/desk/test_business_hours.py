"""Business hours: exact over changes of the clock, holidays and days of one's own; what is no hour is refused."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from helpdesk import business_calendar
from helpdesk.business_calendar import Calendar, NeverOpen, read_hours
from helpdesk.desk import business_hours
from helpdesk.desk.business_hours import HoursRefused, WorkingHours
from helpdesk.privacy.readers import Machine
from tests import world

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = (read_hours("9-12, 13-17"),) * 5 + ((),) * 2
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.lists(st.integers(0, 96).map(lambda quarter: quarter * 15), max_size=6, unique=True).map(
    lambda minutes: tuple(
        (opens, closes) for opens, closes in zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False)
    )
)
calendars = st.builds(
    Calendar,
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(
        ZoneInfo
    ),
    st.lists(spans, min_size=7, max_size=7).map(tuple),
    st.sampled_from(["", "DE", "US"]),
)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@settings(deadline=None)  # the holidays of a year are looked up when first asked for
@given(calendars, moments, st.integers(0, 20 * 24 * 60), st.integers(0, 20 * 24 * 60))
def test_time_worked_adds_up_and_is_never_more_than_the_time_that_passed(
    calendar: Calendar, start: datetime, first: int, second: int
):
    middle = start + first * MINUTE
    end = middle + second * MINUTE

    worked = calendar.between(start, end)

    assert worked == calendar.between(start, middle) + calendar.between(middle, end)
    assert timedelta(0) <= worked <= end - start
    assert calendar.between(end, start) == timedelta(0) or first + second == 0


@settings(deadline=None)  # the holidays of a year are looked up when first asked for
@given(calendars, moments, st.integers(0, 60 * 40))
def test_after_is_the_first_moment_by_which_so_much_was_worked(calendar: Calendar, start: datetime, minutes: int):
    try:
        reached = calendar.after(start, minutes * MINUTE)
    except NeverOpen:
        assert not any(calendar.week)
        return

    assert calendar.between(start, reached) == minutes * MINUTE
    assert not minutes or calendar.between(start, reached - MINUTE) < minutes * MINUTE


@settings(deadline=None)  # the holidays of a year are looked up when first asked for
@given(calendars, moments)
def test_open_means_that_time_is_being_worked(calendar: Calendar, moment: datetime):
    whole = moment.replace(second=0, microsecond=0)

    assert calendar.is_open(whole) == (calendar.between(whole, whole + MINUTE) == MINUTE)


@settings(deadline=None)  # the holidays of a year are looked up when first asked for
@given(calendars, moments, st.integers(1, 30))
def test_business_days_are_counted_and_the_clock_on_the_wall_stays(calendar: Calendar, start: datetime, days: int):
    try:
        reached = calendar.add_days(start, days).astimezone(calendar.zone)
    except NeverOpen:
        assert not any(calendar.week)
        return

    local = start.astimezone(calendar.zone)
    between = ((local.date() + timedelta(days=n)) for n in range(1, (reached.date() - local.date()).days + 1))
    assert sum(calendar.is_business_day(day) for day in between) == days
    assert calendar.is_business_day(reached.date())


@settings(deadline=None)  # the holidays of a year are looked up when first asked for
@given(calendars, st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_the_hours_of_a_day_are_in_order_and_do_not_overlap(calendar: Calendar, day: date):
    found = [moment for span in calendar.open_on(day) for moment in span]

    assert all(earlier <= later for earlier, later in pairwise(found))
    assert all(opens < closes for opens, closes in calendar.open_on(day))


@pytest.mark.parametrize(
    ("day", "worked"),
    [("2026-03-29", 23 * HOUR), ("2026-10-25", 25 * HOUR), ("2026-07-01", 24 * HOUR)],
)
def test_a_day_of_the_clock_is_as_long_as_it_was(day: str, worked: timedelta):
    always = Calendar(BERLIN, (read_hours("0-24"),) * 7)

    assert always.between(at(day), at(day) + timedelta(days=1)) == worked


def test_an_hour_that_the_clock_leaves_out_is_not_worked():
    night = Calendar(BERLIN, (read_hours("2:00-3:00"),) * 7)

    assert night.between(at("2026-03-29"), at("2026-03-30")) == timedelta(0)
    assert night.between(at("2026-10-25"), at("2026-10-26")) == 2 * HOUR


def test_holidays_and_own_days_go_before_the_week():
    own = {date(2026, 12, 24): (), date(2026, 12, 31): read_hours("9-12")}
    office = Calendar(BERLIN, OFFICE, "DE", "BY", own)

    assert office.is_open(at("2026-12-23T16:59"))
    assert not office.is_open(at("2026-12-23T17:00"))
    assert not office.is_open(at("2026-12-24T10:00"))
    assert office.between(at("2026-12-31"), at("2027-01-01")) == 3 * HOUR
    assert office.next_open(at("2026-12-23T18:00")) == at("2026-12-28T09:00")  # the 25th is a holiday, then a weekend
    assert office.add_days(at("2026-12-23T11:30"), 1) == at("2026-12-28T11:30")
    assert (date(2027, 1, 6), "Epiphany") in office.closed_days(date(2026, 12, 24), 30)  # in Bavaria, not in Berlin
    assert not Calendar(BERLIN, OFFICE, "DE", "BE").holiday(date(2027, 1, 6))


@pytest.mark.parametrize("text", ["9", "9-8", "9-25", "9:60-10", "9-12, 11-13", "nine-ten", "-", "9-12 13-17", "²-3"])
def test_what_is_no_hour_is_refused(text: str):
    with pytest.raises(ValueError, match=r"hour|time"):
        read_hours(text)


def test_hours_are_written_as_they_are_read():
    assert business_calendar.write_hours(read_hours(" 13:00\u201317:30,9-12 ")) == "09:00-12:00, 13:00-17:30"


def test_a_team_works_as_the_desk_until_it_has_hours_of_its_own(session: Session):
    lamps = world.a_team(session, "Lamps")
    noon = at("2026-11-28T12:00", ZoneInfo("UTC"))  # a Saturday
    shop = WorkingHours("Europe/Berlin", ("",) * 5 + ("10-14",) * 2, "de", "by", ("2026-11-29  Advent ",))

    assert not business_hours.of(session, lamps.id, time_zone="UTC").is_open(noon)
    business_hours.choose(session, shop, lamps, by=Machine.DELIVERY)

    calendar = business_hours.of(session, lamps.id, time_zone="UTC")
    assert calendar.is_open(noon)
    assert not calendar.is_open(noon + timedelta(days=1))
    assert not business_hours.of(session, None, time_zone="UTC").is_open(noon)
    business_hours.as_the_desk(session, lamps, by=Machine.DELIVERY)
    assert not business_hours.of(session, lamps.id, time_zone="UTC").is_open(noon)


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        (WorkingHours(time_zone="Mars/Olympus"), "time_zone"),
        (WorkingHours(time_zone="../../etc/passwd"), "time_zone"),
        (WorkingHours(week=("",) * 7), "no_hours"),
        (WorkingHours(week=("9-8",)), "week"),
        (WorkingHours(country="XX"), "country"),
        (WorkingHours(country="DE", region="TX"), "region"),
        (WorkingHours(region="BY"), "region"),
        (WorkingHours(own_days=("24.12.2026",)), "own_days"),
        (WorkingHours(own_days=("2026-12-24 17-9",)), "own_hours"),
        (WorkingHours(own_days=tuple(f"2026-12-24 {n}" for n in range(500))), "many_days"),
        (WorkingHours(own_days=("2026-12-24 Eve", "2026-12-24 9-12")), "twice"),
    ],
)
def test_hours_that_can_not_be_meant_are_refused(session: Session, hours: WorkingHours, why: str):
    with pytest.raises(HoursRefused) as refused:
        business_hours.choose(session, hours, None, by=Machine.DELIVERY)

    assert refused.value.why == why
