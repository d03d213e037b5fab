"""Reports of themes: made of what may be read, kept as numbers, remembered, stopped, and smaller after an erasure."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.desk import compose, theme_page, theme_reports
from helpdesk.desk.outbox import Claimed
from helpdesk.desk.theme_digests import ThemeMail
from helpdesk.desk.theme_reports import NothingToAnalyse
from helpdesk.desk.theme_scope import Scope
from helpdesk.models.agent import Role
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.objection import Wish
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeMessage, ThemeReport, ThemeShare
from helpdesk.privacy import erasure, objections, settings
from helpdesk.privacy.readers import Machine
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


def asked(runtime: Runtime, scope: Scope = Scope()) -> int:  # noqa: B008  a frozen value
    with runtime.db.transaction() as session:
        return theme_reports.ask(session, scope, by=Machine.COMMAND, zone=UTC).id


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
        erased = share.customer_id
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

    with runtime.db.transaction() as session:
        begun = erasure.begin(session, runtime.vault, session.get_one(Customer, erased), by=Machine.COMMAND)
        for name, ids in erasure.left(session, begun).items():
            erasure.take(session, begun, name, ids)
    with runtime.db.reading() as session:
        report = session.get_one(ThemeReport, first)
        lamp = session.get_one(ReportTheme, lamp.id)
        left = (lamp.customers, lamp.messages, sum(json.loads(lamp.weekly)), report.messages, report.customers)
        assert left == smaller
        assert session.scalar(select(func.count()).where(ThemeShare.customer_id == erased)) == 0


def test_words_of_too_few_go_with_the_person_and_the_theme_with_too_many(runtime: Runtime):
    customers = a_season(runtime)
    report_id = asked(runtime)
    assert themes.make(runtime, report_id)

    for customer_id in customers[:20]:
        with runtime.db.transaction() as session:
            begun = erasure.begin(session, runtime.vault, session.get_one(Customer, customer_id), by=Machine.COMMAND)
            for name, ids in erasure.left(session, begun).items():
                erasure.take(session, begun, name, ids)

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


def test_a_period_that_ends_before_it_begins_is_refused(runtime: Runtime):
    today = clock.now().date()

    with runtime.db.transaction() as session, pytest.raises(NothingToAnalyse):
        theme_reports.ask(
            session, Scope(), by=Machine.COMMAND, zone=UTC, since=today, until=today - timedelta(days=1)
        )


def test_subscribers_are_mailed_the_numbers_of_now_and_nobody_else_is(runtime: Runtime):
    a_season(runtime)
    with runtime.db.transaction() as session:
        lead, _other, agent = (
            world.an_agent(session, name=name, role=role)
            for name, role in (("Lea Diehl", Role.LEAD), ("Lou Ott", Role.LEAD), ("Ada Fischer", Role.AGENT))
        )
        for one in (lead, agent):  # an agent without the permission may have chosen it before
            settings.change_own(session, ThemeMail(is_wanted=True), by=one)
        lead.language, names = "de", lead.email
    report_id = asked(runtime)
    assert themes.make(runtime, report_id)

    with runtime.db.reading() as session:
        [email] = session.scalars(select(OutboundEmail).where(OutboundEmail.purpose == Purpose.THEME_DIGEST)).all()
        [row] = session.scalars(select(Delivery).where(Delivery.outbound_email_id == email.id)).all()
        assert row.email == names
        claimed = Claimed(email.id, email.mailbox_id, "token", (row.email,))
        composed = compose.email(session, claimed, desk=runtime.config.desk, vault=runtime.vault)
        assert "lamp" in composed.text.casefold()
        assert f"/themes/{report_id}" in composed.text
        until = session.get_one(ThemeReport, report_id).until
        assert until is not None
        assert f"bis {format_date(until, 'long', locale='de')}:" in composed.text  # and no 2026-11-26
        assert SECRET not in composed.text + (composed.html or "")
