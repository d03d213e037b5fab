"""Reports of themes: made of what may be read, kept as numbers, remembered, stopped, and smaller after an erasure."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.desk import theme_material, theme_page, theme_reports
from helpdesk.desk.theme_reports import DaysOutOfReach, NothingToAnalyse
from helpdesk.desk.theme_scope import Scope
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.objection import Wish
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeMessage, ThemeReport, ThemeShare
from helpdesk.privacy import erasure, objections, theme_shares
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.runtime import Runtime
from tests import world
from tests.themes.letters import SUBJECTS
from workers import themes

UTC = ZoneInfo("UTC")
SECRET = "xylophone-4711"


def a_season(runtime: Runtime) -> list[int]:
    """Eight letters of each of 23 customers about two subjects; two customers also tell a secret."""
    chance = random.Random(7)  # noqa: S311
    with runtime.db.transaction() as session:
        team = world.a_team(session)
        mailbox = world.a_mailbox(session, team)
        customers = [world.a_customer(session, f"me@shop{n}.example", f"Person{n} Surname{n}") for n in range(23)]
        for place in range(184):
            subject = ("lamp", "invoice")[place % 2]
            text = f"Hello, {chance.choice(SUBJECTS[subject])}, {chance.choice(SUBJECTS[subject])}."
            text += f" {SECRET}" * (place % 23 < 2)
            at = clock.now() - timedelta(days=place % 70)
            world.a_ticket(session, team, customer=customers[place % 23], text=text, mailbox=mailbox, at=at)
        return [customer.id for customer in customers]


def asked(
    runtime: Runtime,
    scope: Scope = Scope(),  # noqa: B008  a frozen value
    *,
    by: Reader = Machine.COMMAND,
    since: date | None = None,
    until: date | None = None,
) -> int:
    with runtime.db.transaction() as session:
        return theme_reports.ask(session, scope, by=by, zone=UTC, since=since, until=until).id


def labels(runtime: Runtime, report_id: int) -> dict[int, int]:
    with runtime.db.reading() as session:
        rows = session.execute(
            select(ThemeMessage.message_id, ThemeMessage.number).where(ThemeMessage.report_id == report_id)
        )
        return {row.message_id: row.number for row in rows}


def erased(runtime: Runtime, customer_id: int) -> None:
    with runtime.db.transaction() as session:
        begun = erasure.begin(session, runtime.vault, session.get_one(Customer, customer_id), by=Machine.COMMAND)
        for name, ids in erasure.left(session, begun).items():
            erasure.take(session, begun, name, ids)


def rows(runtime: Runtime, report_id: int) -> Sequence[theme_page.Row]:
    with runtime.db.reading() as session:
        return theme_page.of_report(session, session.get_one(ThemeReport, report_id)).rows


def test_a_report_from_reading_to_erasure(runtime: Runtime):
    customers = a_season(runtime)
    with runtime.db.transaction() as session:
        objections.note(session, session.get_one(Customer, customers[11]), Wish.OBJECTION, by=Machine.COMMAND)
    first = asked(runtime)
    steps: list[str] = []

    assert themes.make(runtime, first, lambda step, _share: steps.append(step))

    assert {"reading", "grouping", "naming", "done"} <= set(steps)
    with runtime.db.reading() as session:
        report = session.get_one(ThemeReport, first)
        assert (report.state, report.messages, report.left_out) == (ReportState.DONE, 176, 8)
        found = session.scalars(select(ReportTheme).where(ReportTheme.report_id == first)).all()
        told = " ".join(f"{row.name} {row.terms}" for row in found)
        assert "lamp" in told.casefold()
        assert "invoice" in told
        assert SECRET.partition("-")[0] not in told
        assert "surname" not in told
        runs = session.scalars(select(AuditEvent).where(AuditEvent.action == "theme.read")).all()
        assert sum(json.loads(run.core)["facts"]["messages"] for run in runs) == 176
        lamp = next(row for row in found if row.is_group and "lamp" in row.name.casefold())
        share = session.scalars(select(ThemeShare).where(ThemeShare.report_theme_id == lamp.id)).first()
        assert share is not None
        gone = share.customer_id
        smaller = (
            lamp.customers - 1, lamp.messages - share.messages,
            sum(json.loads(lamp.weekly)) - sum(json.loads(share.weekly)), report.messages - 8, report.customers - 1,
        )  # fmt: skip

    second = asked(runtime)
    assert themes.make(runtime, second)
    assert {row.number: row.name for row in rows(runtime, second)} == {
        row.number: row.name for row in rows(runtime, first)
    }
    with runtime.db.reading() as session:
        kept = session.execute(select(ThemeMessage.report_id, func.count()).group_by(ThemeMessage.report_id)).all()
        assert [tuple(row) for row in kept] == [(second, 176)]

    erased(runtime, gone)
    with runtime.db.reading() as session:
        report = session.get_one(ThemeReport, first)
        lamp = session.get_one(ReportTheme, lamp.id)
        left = (lamp.customers, lamp.messages, sum(json.loads(lamp.weekly)), report.messages, report.customers)
        assert left == smaller
        assert (lamp.trend, lamp.ratio) == ("", None)  # it was reckoned with them
        themed = [row for row in session.scalars(select(ReportTheme).filter_by(report_id=first, is_group=False))
                  if row.number >= 0]  # fmt: skip
        assert sum(json.loads(report.languages).values()) == sum(row.messages for row in themed) == report.themed
        assert report.not_themed == "{}"
        assert report.suppressed == sum(row.messages for row in themed if row.is_suppressed)
        assert session.scalar(select(func.count()).where(ThemeShare.customer_id == gone)) == 0


@pytest.mark.parametrize(("first_day", "last_day"), [(5, 5), (150, 67)])
def test_a_report_of_days_of_its_own_knows_the_themes_of_the_series_and_ends_none(
    runtime: Runtime, first_day: int, last_day: int
):
    a_season(runtime)
    today = clock.now().date()
    whole = asked(runtime)
    assert themes.make(runtime, whole)
    before = labels(runtime, whole)

    branch = asked(
        runtime, since=today - timedelta(days=first_day), until=today - timedelta(days=last_day)
    )  # a day, and twelve weeks that ended long ago
    assert themes.make(runtime, branch)

    own = labels(runtime, branch)
    assert own
    assert own == {message: before[message] for message in own}
    assert labels(runtime, whole) == before  # which the series goes on from
    following = asked(runtime)
    assert themes.make(runtime, following)
    assert labels(runtime, following) == before
    assert labels(runtime, whole) == labels(runtime, branch) == {}  # only one report of the scope knows its tickets
    with runtime.db.reading() as session:
        last = theme_reports.before(session, session.get_one(ThemeReport, following))
        assert last is not None
        assert last.id == whole


def test_no_number_is_given_twice_not_even_one_that_only_a_branch_gave(runtime: Runtime):
    a_season(runtime)
    today = clock.now().date()
    branch = asked(runtime, since=today - timedelta(days=100), until=today)
    assert themes.make(runtime, branch)

    series = asked(runtime)
    assert themes.make(runtime, series)

    with runtime.db.reading() as session:
        of_branch, of_series = (
            set(session.scalars(select(ReportTheme.number).filter_by(report_id=one)).all()) - {-1}
            for one in (branch, series)
        )
    assert of_branch
    assert of_series
    assert not of_branch & of_series


def test_words_of_too_few_go_with_the_person_and_the_theme_with_too_many(runtime: Runtime):
    customers = a_season(runtime)
    report_id = asked(runtime)
    assert themes.make(runtime, report_id)

    for customer_id in customers[:20]:
        erased(runtime, customer_id)

    assert rows(runtime, report_id) == []
    with runtime.db.reading() as session:
        left = session.scalars(select(ReportTheme).where(ReportTheme.report_id == report_id)).all()
        assert {(row.name, row.terms) for row in left if row.customers < 5} == {("", "[]")}


def test_who_objects_leaves_the_reports_that_are_kept_too(runtime: Runtime):
    customers = a_season(runtime)
    report_id = asked(runtime)
    assert themes.make(runtime, report_id)

    with runtime.db.transaction() as session:
        objections.note(session, session.get_one(Customer, customers[3]), Wish.OBJECTION, by=Machine.COMMAND)

    with runtime.db.reading() as session:
        assert session.get_one(ThemeReport, report_id).messages == 176
        assert session.scalar(select(func.count()).where(ThemeShare.customer_id == customers[3])) == 0
        assert session.scalar(select(func.count()).select_from(ThemeMessage)) == 176


def test_records_that_are_one_person_count_once_in_what_is_kept(runtime: Runtime):
    customers = a_season(runtime)
    report_id = asked(runtime)
    assert themes.make(runtime, report_id)
    with runtime.db.reading() as session:
        before = {row.number: row.customers for row in session.scalars(select(ReportTheme).filter_by(is_group=True))}
    with runtime.db.transaction() as session:
        theme_shares.give(session, customers[3], to=customers[4])

    with runtime.db.reading() as session:
        report = session.get_one(ThemeReport, report_id)
        assert (report.customers, report.messages) == (22, 184)
        after = {row.number: row.customers for row in session.scalars(select(ReportTheme).filter_by(is_group=True))}
        assert sum(before.values()) - sum(after.values()) >= 1
        kept = select(func.count()).where(ThemeShare.customer_id == customers[3])
        assert session.scalar(kept) == 0
        for theme in session.scalars(select(ReportTheme)):
            shares = session.scalars(select(ThemeShare).filter_by(report_theme_id=theme.id)).all()
            assert (theme.customers, theme.messages) == (len(shares), sum(one.messages for one in shares))


def test_what_was_left_out_or_is_older_than_a_report_takes_in_shrinks_with_its_person(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    customers = a_season(runtime)
    monkeypatch.setattr(theme_material, "MOST", 100)
    with runtime.db.transaction() as session:
        objections.note(session, session.get_one(Customer, customers[11]), Wish.OBJECTION, by=Machine.COMMAND)
    report_id = asked(runtime)
    assert themes.make(runtime, report_id)

    def kept() -> tuple[int, int, int, int]:
        with runtime.db.reading() as session:
            report = session.get_one(ThemeReport, report_id)
            return report.left_out, report.beyond, report.messages, report.customers

    assert kept() == (8, 76, 100, 22)
    erased(runtime, customers[11])  # left out, and counted nowhere else
    assert kept() == (0, 76, 100, 22)
    erased(runtime, customers[3])
    left_out, beyond, messages, people = kept()
    assert (left_out, beyond + messages, people) == (0, 176 - 8, 21)
    assert beyond < 76

    with runtime.db.transaction() as session:
        theme_shares.give(session, customers[4], to=customers[5])
    assert kept() == (0, beyond, messages, 20)


def test_the_trail_counts_no_messages_of_few(runtime: Runtime):
    with runtime.db.transaction() as session:
        team = world.a_team(session)
        for _letter in range(3):
            world.a_ticket(session, team, customer=world.a_customer(session), text="It flickers.")
    assert themes.make(runtime, asked(runtime))

    with runtime.db.reading() as session:
        run = AuditEvent.action.in_(("theme.read", "theme_report.keep"))
        told = [json.loads(event.core)["facts"] for event in session.scalars(select(AuditEvent).where(run))]
    assert len(told) == 2
    assert not any("messages" in facts for facts in told)


def test_one_that_is_stopped_is_not_made_and_the_next_one_is(runtime: Runtime):
    a_season(runtime)
    with runtime.db.transaction() as session:
        root = world.an_admin(session)
    first = asked(runtime)
    assert asked(runtime) == first  # asked for twice, made once
    with runtime.db.transaction() as session:
        theme_reports.begin(session, first)
        theme_reports.stop(session, session.get_one(ThemeReport, first), by=root)
    second = asked(runtime, Scope(channel="feedback"))

    assert not themes.make(runtime, second)  # one at a time: the first has a worker still
    with runtime.db.transaction() as session:
        assert theme_reports.moved(session, first, "grouping", 0.5)
        theme_reports.end(session, first, ReportState.CANCELLED)
    assert themes.make(runtime, second)

    with runtime.db.reading() as session:
        assert session.get_one(ThemeReport, first).state is ReportState.CANCELLED
        assert session.get_one(ThemeReport, second).messages == 0


def test_left_by_a_worker_that_died_it_is_begun_again_but_not_for_ever(runtime: Runtime):
    report_id = asked(runtime)
    for _time in range(theme_reports.ATTEMPTS):
        with runtime.db.transaction() as session:
            assert theme_reports.begin(session, report_id) is not None
            session.get_one(ThemeReport, report_id).moved_at = clock.now() - timedelta(minutes=5)

    themes.go_on()

    with runtime.db.reading() as session:
        report = session.get_one(ThemeReport, report_id)
        assert report.state is ReportState.FAILED
        assert "died" in report.trouble


def test_the_clock_asks_once_a_week(runtime: Runtime):
    themes.begin_weekly()
    themes.begin_weekly()

    with runtime.db.reading() as session:
        made = session.scalars(select(ThemeReport)).all()
    assert len(made) == 1
    assert made[0].asked_by_id is None
    assert made[0].until is not None
    assert made[0].until.weekday() == 6


def test_what_was_not_the_report_of_the_week_does_not_stop_it(runtime: Runtime):
    themes.begin_weekly()
    with runtime.db.transaction() as session:
        weekly = session.scalars(select(ThemeReport)).one()
        assert weekly.until is not None
        weekly.state, weekly.since = ReportState.DONE, weekly.until  # one of that Sunday alone

    themes.begin_weekly()

    with runtime.db.transaction() as session:
        _day, weekly = session.scalars(select(ThemeReport).order_by(ThemeReport.id)).all()
        weekly.state = ReportState.FAILED
    themes.begin_weekly()  # ten minutes later
    with runtime.db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(ThemeReport)) == 2
        weekly = session.get_one(ThemeReport, weekly.id)
        weekly.asked_at -= theme_reports.AGAIN
    themes.begin_weekly()  # a day later
    with runtime.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(ThemeReport)) == 3


def test_what_somebody_asked_for_on_that_day_is_not_the_weekly_one(runtime: Runtime):
    themes.begin_weekly()
    with runtime.db.transaction() as session:
        weekly = session.scalars(select(ThemeReport)).one()
        until = weekly.until
        session.delete(weekly)
    root = asked(runtime, by=Machine.COMMAND, until=until)

    themes.begin_weekly()
    themes.begin_weekly()

    with runtime.db.reading() as session:
        made = session.scalars(select(ThemeReport).order_by(ThemeReport.id)).all()
        assert [(report.id == root, report.is_weekly) for report in made] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(1, 1, 1), None), (None, date(1, 1, 1)), (None, date(9999, 12, 31)), (date(9999, 12, 31), None)],
)
def test_days_on_which_nobody_wrote_are_refused(runtime: Runtime, since: date | None, until: date | None):
    with pytest.raises(DaysOutOfReach, match="between 2000-01-01 and today"):
        asked(runtime, since=since, until=until)


def test_one_that_cannot_be_made_fails_at_once_and_the_next_one_is_made(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
):
    report_id = asked(runtime)
    with runtime.db.transaction() as session:
        session.get_one(ThemeReport, report_id).since = date(1, 1, 1)  # as one was asked for before days were bound
        session.get_one(ThemeReport, report_id).until = date(9999, 12, 31)

    assert not themes.make(runtime, report_id)

    with runtime.db.reading() as session:
        report = session.get_one(ThemeReport, report_id)
        assert (report.state, report.attempts, report.trouble) == (ReportState.FAILED, 1, "OverflowError")
    assert f"report {report_id} of themes failed: OverflowError at" in caplog.text
    assert themes.make(runtime, asked(runtime))


def test_a_period_that_ends_before_it_begins_is_refused(runtime: Runtime):
    today = clock.now().date()

    with runtime.db.transaction() as session, pytest.raises(NothingToAnalyse):
        theme_reports.ask(
            session, Scope(), by=Machine.COMMAND, zone=UTC, since=today, until=today - timedelta(days=1)
        )
