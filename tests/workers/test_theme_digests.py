"""Digests of themes: the numbers of now, to whom they are for, and what they are about."""

from babel.dates import format_date
from sqlalchemy import insert, select

from helpdesk.desk import compose, theme_page, theme_reports
from helpdesk.desk.outbox import Claimed
from helpdesk.desk.theme_digests import ThemeMail
from helpdesk.desk.theme_scope import Scope
from helpdesk.mail.outbound import OutgoingEmail
from helpdesk.models.agent import Agent, Role
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.theme_report import ReportTheme, ThemeReport
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from tests import world
from tests.workers.test_themes import SECRET, a_season, asked
from workers import themes

TICKETS = select(Ticket.id)


def a_subscriber(runtime: Runtime, name: str) -> Agent:
    with runtime.db.transaction() as session:
        agent = world.an_agent(session, name=name, role=Role.LEAD)
        settings.change_own(session, ThemeMail(is_wanted=True), by=agent)
        return agent


def digests(runtime: Runtime) -> list[tuple[str, OutgoingEmail]]:
    """To whom, and what."""
    with runtime.db.reading() as session:
        rows = session.execute(
            select(Delivery.email, OutboundEmail.id, OutboundEmail.mailbox_id)
            .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
            .where(OutboundEmail.purpose == Purpose.THEME_DIGEST)
            .order_by(OutboundEmail.id)
        ).all()
        desk, vault = runtime.config.desk, runtime.vault
        return [
            (to, compose.email(session, Claimed(number, mailbox, "token", (to,)), desk=desk, vault=vault))
            for to, number, mailbox in rows
        ]


def test_what_somebody_had_made_is_mailed_to_nobody_else_and_says_what_it_is_about(runtime: Runtime):
    a_season(runtime)
    lea, lou = a_subscriber(runtime, "Lea Diehl"), a_subscriber(runtime, "Lou Ott")
    with runtime.db.transaction() as session:
        lamp = Tag(name="Lamp")
        session.add(lamp)
        session.flush()
        session.execute(insert(TicketTag), [{"ticket_id": n, "tag_id": lamp.id} for n in session.scalars(TICKETS)])
        scope = Scope(tags=(lamp.id,))

    assert themes.make(runtime, asked(runtime, scope))  # by a command
    assert digests(runtime) == []
    assert themes.make(runtime, asked(runtime, scope, by=lea))
    [(to, told)] = digests(runtime)
    assert to == lea.email
    assert told.subject == "What customers write about: Tag Lamp"
    assert "in these tickets alone: Tag Lamp." in told.text
    assert themes.make(runtime, asked(runtime, by=Machine.CLOCK))

    assert [to for to, _ in digests(runtime)[1:]] == [lea.email, lou.email]
    assert digests(runtime)[-1][1].subject == "What customers write about"


def test_a_digest_says_what_the_page_says(runtime: Runtime):
    a_season(runtime)
    a_subscriber(runtime, "Lea Diehl")
    assert themes.make(runtime, asked(runtime))
    second = asked(runtime, by=Machine.CLOCK)
    assert themes.make(runtime, second)
    with runtime.db.transaction() as session:  # fewer had written about it before
        report = session.get_one(ThemeReport, second)
        before = theme_reports.before(session, report)
        assert before is not None
        before.is_weekly = True  # both are told exactly
        report.left_out = 3
        [lamp, bill, *_others] = theme_page.of_report(session, report).rows
        for row, fewer in ((lamp, 6), (bill, 4)):
            theme = select(ReportTheme).filter_by(report_id=before.id, is_group=True, number=row.number)
            session.scalars(theme).one().customers -= fewer
        page = theme_page.of_report(session, report)

    [(_to, told)] = digests(runtime)

    for said in (told.text, told.html or ""):
        assert f"Most write about “{lamp.name}”: {lamp.customers} customers." in said
        assert f"{lamp.customers} (+6) customers, {lamp.messages} messages" in said
        assert "+4" not in said
        assert f"Messages: {report.messages}" in said
        assert f"In a theme that is shown: {page.shown}" in said
        assert ("In none: " in said) == page.is_parted
        assert "Left out: objections and protected tickets: fewer than five" in said
        assert f"English {page.languages['en']}" in said


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
    report_id = asked(runtime, by=Machine.CLOCK)
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
