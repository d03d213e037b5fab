"""The pages of themes: read by who may, asked for, renamed, merged, hidden, taken away as a file."""

import json
import re

from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.models.agent import Agent, Role, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.objection import Wish
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.tag import TicketTag
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeMessage, ThemeReport, ThemeShare
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import objections, theme_shares
from helpdesk.themes import analysis
from helpdesk.themes.values import Limits
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk, a_report


def another_theme(desk: Desk) -> int:
    with desk.runtime.db.transaction() as session:
        number = desk.ticket.number + 1
        for is_group in (True, False):
            row = ReportTheme(
                report_id=desk.report.id, number=number, is_group=is_group, within=number, language="en",
                name="bulb dark", name_said_by=6, terms='[["bulb", 6]]', messages=9, customers=6, weekly="[4, 5]",
                is_suppressed=False, trend="steady", ratio=None,
            )  # fmt: skip
            session.add(row)
    return number


def test_a_lead_reads_what_an_agent_does_not(desk: Desk):
    with desk.runtime.db.transaction() as session:
        lead = world.an_agent(session, world.a_team(session), name="Lea Diehl", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH

    page = desk.browser(lead).get("/themes").text

    assert "lamp flickers" in page
    assert "5 customers" in page
    assert "2 times as much" in page
    assert desk.browser(desk.ada).get("/themes").status_code == 404


def test_how_it_was_made_is_told_in_the_language_of_its_reader(desk: Desk):
    with desk.runtime.db.transaction() as session:
        report = session.get_one(ThemeReport, desk.report.id)
        report.method = analysis._method(Limits())  # as a report is really described

    page = desk.browser(desk.root).get("/themes", headers={"Accept-Language": "de"}).text

    assert "Wortstatistik, ohne Modell; k = 5 Kunden" in page
    assert "Entwicklung" in page


def a_lead(desk: Desk) -> Agent:
    """Who leads the team of the ticket, and reads it."""
    with desk.runtime.db.transaction() as session:
        lead = world.an_agent(session, session.get_one(Team, desk.ticket.team_id), name="Lea Diehl", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH
        return lead


def test_the_tickets_of_a_theme_are_those_its_reader_may_read(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.add(ThemeMessage(report_id=desk.report.id, message_id=desk.message.id, number=desk.ticket.number))
        name = session.get_one(Customer, desk.ticket.customer_id).name
    here = f"/themes/{desk.report.id}/{desk.ticket.number}"

    told, read = desk.browser(desk.root).get(here).text, desk.browser(a_lead(desk)).get(here).text

    assert f"#{desk.ticket.number}" not in told  # an admin knows of the ticket, and may not learn what it is about
    assert name not in told
    assert "which you may not read: fewer than five" in told
    assert "<dt>Tickets</dt><dd>–</dd>" in told
    assert f"#{desk.ticket.number}" in read
    assert "The lamp flickers" in read
    assert "which you may not read" not in read


def test_a_protected_ticket_is_of_no_theme_until_it_is_said_what_for(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.add(ThemeMessage(report_id=desk.report.id, message_id=desk.message.id, number=desk.ticket.number))
        session.get_one(Ticket, desk.ticket.id).is_protected = True

    page = desk.browser(a_lead(desk)).get(f"/themes/{desk.report.id}/{desk.ticket.number}").text

    assert f"#{desk.ticket.number}" not in page
    assert "which you may not read: fewer than five" in page


def test_a_name_a_merge_and_a_hiding_are_remembered_by_the_next_report(desk: Desk):
    other, here = another_theme(desk), f"/themes/{desk.report.id}"
    root = desk.browser(desk.root)
    root.post(f"{here}/{desk.ticket.number}", {"do": "rename", "name": "  Broken   lamps "})

    merged = root.post(f"{here}/{other}", {"do": "merge", "into": str(desk.ticket.number)})
    again = root.post(f"{here}/{desk.ticket.number}", {"do": "merge", "into": str(other)})

    assert merged.status_code == 303
    assert again.status_code == 422
    page = root.get(here).text
    assert "Broken lamps" in page
    assert "bulb dark" not in page
    root.post(f"{here}/{desk.ticket.number}", {"do": "part"})
    assert "bulb dark" in root.get(here).text
    root.post(f"{here}/{other}", {"do": "hide"})
    assert "Hidden" in root.get(here).text
    assert root.post(f"{here}/{other}", {"do": "juggle"}).status_code == 422
    assert root.post(f"{here}/987654", {"do": "hide"}).status_code == 404


def test_a_report_is_compared_with_any_other_of_its_series(desk: Desk):
    other = another_theme(desk)
    with desk.runtime.db.transaction() as session:
        second = a_report(session, desk.ticket.number)
        second.not_themed = json.dumps({"hiragana": 9, "cyrillic": 2})
        second.messages, second.left_out, second.merged = 40, 3, json.dumps({str(other): desk.ticket.number})
        third = a_report(session, desk.ticket.number)
        elsewhere = a_report(session, desk.ticket.number)
        elsewhere.scope = json.dumps({"teams": [desk.ticket.team_id]})
    root = desk.browser(desk.root)

    last, first = root.get(f"/themes/{third.id}"), root.get(f"/themes/{third.id}?with={desk.report.id}")

    assert "Only in that one" not in last.text
    assert "Only in that one" in first.text
    assert "bulb dark" in first.text
    told = root.get(f"/themes/{second.id}").text
    assert "went into" in told
    assert "Japanese: 9" in told
    assert "Cyrillic: fewer than five" in told
    assert root.get(f"/themes/{third.id}?with={elsewhere.id}").status_code == 404


def test_what_became_of_themes_is_told_in_the_desks_words_and_not_of_hidden_ones(desk: Desk):
    other = another_theme(desk)
    with desk.runtime.db.transaction() as session:
        second = a_report(session, desk.ticket.number)
        second.merged = json.dumps({str(other): desk.ticket.number})
    root = desk.browser(desk.root)
    root.post(f"/themes/{second.id}/{desk.ticket.number}", {"do": "rename", "name": "Broken lamps"})

    assert "“bulb dark” went into “Broken lamps”." in root.get(f"/themes/{second.id}").text

    root.post(f"/themes/{desk.report.id}/{other}", {"do": "hide"})
    told = root.get(f"/themes/{second.id}").text
    assert "went into" not in told
    assert "bulb dark" not in told


def test_a_tag_that_is_too_long_is_refused_and_not_cut(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.add(ThemeMessage(report_id=desk.report.id, message_id=desk.message.id, number=desk.ticket.number))
    here = f"/themes/{desk.report.id}/{desk.ticket.number}"

    refused = desk.browser(desk.root).post(f"{here}/tag", {"tag": "t" * 61, "key": "k"})

    assert refused.status_code == 422
    assert "it has 61 letters" in refused.text
    with desk.runtime.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(TicketTag)) == 0


def test_a_report_is_asked_for_watched_and_stopped(desk: Desk):
    root = desk.browser(desk.root)

    asked = root.post("/themes", {"since": "2026-10-01", "until": "2026-11-01", "team": str(desk.ticket.team_id)})
    wrong = root.post("/themes", {"since": "2026-10-02", "until": "2026-10-01"})
    worse = root.post("/themes", {"since": "tomorrow", "team": "987654"})

    assert asked.status_code == 303
    assert (wrong.status_code, worse.status_code) == (422, 422)
    with desk.runtime.db.reading() as session:
        report = session.scalars(select(ThemeReport).where(ThemeReport.state == ReportState.WAITING)).one()
    assert "waits for its turn" in root.get("/themes").text
    assert root.post(f"/themes/{report.id}/stop", {}).status_code == 303
    assert "The report was stopped." in root.get(f"/themes/{report.id}/progress").text
    assert root.get(f"/themes/{report.id}").status_code == 404


def test_days_out_of_reach_and_things_that_are_not_there_are_refused_and_make_nothing(desk: Desk):
    root = desk.browser(desk.root)

    for days in ({"since": "0001-01-01"}, {"until": "9999-12-31"}, {"until": "0001-01-01"}):
        refused = root.post("/themes", days)
        assert refused.status_code == 422
        assert "2000 to today." in refused.text
        assert next(iter(days.values())) in refused.text  # what was typed
    for name in ("mailbox", "team", "tag"):
        refused = root.post("/themes", {name: "abc"})
        assert refused.status_code == 422
        assert "that are there" in refused.text
    with desk.runtime.db.reading() as session:
        assert list(session.scalars(select(ThemeReport.id))) == [desk.report.id]


def test_the_page_is_of_everything_and_the_list_tells_scopes_and_troubles(desk: Desk):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        narrow, day, failed = (a_report(session, desk.ticket.number) for _ in range(3))
        narrow.scope = json.dumps({"channel": "feedback", "teams": [team.id]})
        gone = a_report(session, desk.ticket.number)
        gone.scope = json.dumps({"tags": [987654]})
        day.since, failed.state, failed.trouble = day.until, ReportState.FAILED, "it took longer than allowed"
        name = team.name
    root = desk.browser(desk.root)

    page = root.get("/themes").text

    assert f'href="/themes/{desk.report.id}" aria-current="page"' in page
    assert f'<span dir="auto">{name}, Feedback</span>' in page
    assert '<span dir="auto">Everything</span>' in page
    assert "something that was removed" in page
    assert "could not be made: it took longer than allowed" in page
    assert f"{name}, Feedback</span></h1>" in root.get(f"/themes/{narrow.id}").text


def test_of_fewer_than_five_customers_a_report_says_only_that(desk: Desk):
    with desk.runtime.db.transaction() as session:
        report = session.get_one(ThemeReport, desk.report.id)
        report.customers, report.messages, report.themed, report.suppressed = 3, 93, 61, 61
        report.languages, report.not_themed = '{"de": 61}', '{"en": 32}'
        for theme in session.scalars(select(ReportTheme).filter_by(report_id=report.id)):
            theme.name, theme.terms, theme.customers, theme.is_suppressed = "", "[]", 2, True

    page = desk.browser(desk.root).get(f"/themes/{desk.report.id}").text

    assert "<dt>Customers</dt><dd>fewer than five</dd>" in page
    assert not {"93", "61", "32", "2"} & set(re.findall(r"<dd>[^<]*?(\d+)", page.partition("Method")[0]))
    assert "German" not in page


def test_a_small_number_is_not_told_by_its_neighbours(desk: Desk):
    with desk.runtime.db.transaction() as session:
        report = session.get_one(ThemeReport, desk.report.id)
        report.messages, report.themed = 40, 33  # 30 in the theme that is shown: 3 in small ones, 7 in none

    page = desk.browser(desk.root).get(f"/themes/{desk.report.id}").text

    assert "<dt>In a theme that is shown</dt><dd>30</dd>" in page
    assert "<dt>In none, or in themes too small to show</dt><dd>10</dd>" in page
    assert "<dd>33</dd>" not in page
    assert "<dd>7</dd>" not in page


def test_the_file_starts_no_formula(desk: Desk):
    root = desk.browser(desk.root)
    root.post(f"/themes/{desk.report.id}/{desk.ticket.number}", {"do": "rename", "name": "=dark()"})

    file = root.get(f"/themes/{desk.report.id}.csv").text

    assert "'=dark()" in file
    assert ",=dark()" not in file


def test_without_a_report_the_page_says_how_to_get_one(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.get_one(ThemeReport, desk.report.id).state = ReportState.FAILED

    assert "No report yet" in desk.browser(desk.root).get("/themes").text


def test_those_who_agreed_and_proved_it_are_written_to_each_alone_and_once(desk: Desk):
    with desk.runtime.db.transaction() as session:
        team, mailbox = session.get_one(Team, desk.ticket.team_id), session.get_one(Mailbox, desk.ticket.mailbox_id)
        lead = world.an_agent(session, team, name="Lea Diehl", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH
        for name in ("kim", "lou", "max", "ned"):
            customer = world.a_customer(session, f"{name}@home.example")
            ticket = world.a_ticket(session, team, mailbox=mailbox, customer=customer)
            message = session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
            session.add(ThemeMessage(report_id=desk.report.id, message_id=message.id, number=desk.ticket.number))
            if name != "max":  # who never ticked the box
                consent = ContactConsent(
                    ticket_id=ticket.id, customer_id=customer.id, email=f"{name}@home.example", nonce=b"",
                    secret_hash=name.encode(), proved_at=None if name == "ned" else clock.now(),
                )  # fmt: skip
                session.add(consent)
            if name == "lou":
                objections.note(session, customer, Wish.OBJECTION, by=lead)
    browser, here = desk.browser(lead), f"/themes/{desk.report.id}/{desk.ticket.number}"

    assert "1 customer agreed" in browser.get(here).text
    form = {"mailbox": str(desk.ticket.mailbox_id), "subject": "Your lamp", "text": "It is mended."}
    refused = browser.post(f"{here}/contact", {**form, "text": " "})
    assert refused.status_code == 422
    assert "Your lamp" in refused.text
    assert browser.post(f"{here}/contact", form).status_code == 303
    assert "Nobody is left to write to" in browser.post(f"{here}/contact", form).text

    with desk.runtime.db.reading() as session:
        queued = session.scalars(select(Delivery.email).join(OutboundEmail).where(OutboundEmail.purpose == "reply"))
        assert list(queued) == ["kim@home.example"]
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "theme.contact")).one()
        assert '"purpose":"feedback"' in event.core.decode().replace(" ", "")


def test_all_tickets_of_a_theme_are_tagged_and_that_is_taken_back(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.add(ThemeMessage(report_id=desk.report.id, message_id=desk.message.id, number=desk.ticket.number))
    lea, here = desk.browser(a_lead(desk)), f"/themes/{desk.report.id}/{desk.ticket.number}"

    refused = desk.browser(desk.root).post(f"{here}/tag", {"tag": "Secretly", "key": "r"})
    tagged = lea.post(f"{here}/tag", {"tag": "Broken", "key": "k"})

    assert (refused.status_code, tagged.status_code) == (422, 303)  # no tag says of what one may not read
    number = tagged.headers["Location"].rpartition("=")[2]
    with desk.runtime.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(TicketTag)) == 1
    lea.post(f"/bulk/{number}/undo", {"back": here})
    with desk.runtime.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(TicketTag)) == 0


def test_a_name_that_lost_its_people_gives_way_to_a_word_that_enough_still_said(desk: Desk):
    with desk.runtime.db.transaction() as session:
        theme = session.scalars(select(ReportTheme).filter_by(report_id=desk.report.id, is_group=True)).one()
        theme.customers, theme.terms = 9, '[["dark", 5], ["bulb", 7]]'
        share = session.scalars(select(ThemeShare.id).filter_by(report_theme_id=theme.id).limit(1)).one()

        theme_shares.take_away(session, [share])

        assert (theme.name, theme.name_said_by, theme.terms) == ("Bulb", 6, '[["bulb", 6]]')
