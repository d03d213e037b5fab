"""The page of reports: for leads, for agents of their own, as a file, and the same after an erasure."""

import re

from sqlalchemy import select

from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.role import Role
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.privacy import erasure
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk
from workers import erasure as job


def a_lead(desk: Desk) -> Agent:
    with desk.runtime.db.transaction() as session:
        lead = world.an_agent(session, session.merge(desk.ticket.team, load=False), name="Lea Lead", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH
    return lead


def numbers(page: str) -> list[tuple[str, str]]:
    """What the tiles and the tables say."""
    return re.findall(r"<strong>([^<]*)</strong>|<td[^>]*>([^<]*)</td>", page[page.index('class="tiles"') :])


def test_a_lead_sees_charts_with_tables_and_the_look_is_an_event(desk: Desk):
    lead = a_lead(desk)

    page = desk.browser(lead).get("/reports").text

    assert page.count('<svg class="chart-plot') == 4
    assert page.count("chart-table") == 4
    assert "the tickets assigned to you" not in page
    with desk.runtime.db.reading() as session:
        [seen] = [one for one in world.trail(session, "report.look") if one.actor_id == str(lead.id)]
        assert seen.object_kind == "report"


def test_an_agent_sees_what_is_assigned_to_them_and_has_no_file(desk: Desk):
    browser = desk.browser(desk.ada)

    page = browser.get("/reports").text

    assert "the tickets assigned to you" in page
    assert "/reports.csv" not in page
    assert browser.get("/reports.csv").status_code == 404


def test_where_nothing_happened_a_line_says_so_and_no_empty_chart(desk: Desk):
    page = desk.browser(desk.root).get("/reports?since=2001-01-01&until=2001-01-31").text

    assert "Nothing happened in this period." in page
    assert "chart-plot" not in page


def test_a_report_of_one_team_stays_its_own_when_its_period_changes_also_where_nothing_happened(desk: Desk):
    lead, team = desk.browser(a_lead(desk)), desk.ticket.team
    page = lead.get(f"/reports?by=team&only={team.id}&time=clock&since=2001-01-01&until=2001-01-31").text

    assert re.search(rf"<h1>Reports · <bdi>{re.escape(team.name)}</bdi>", page)
    presets = re.findall(r'href="([^"]*)"', page[page.index('class="report-presets"') :].partition("</nav>")[0])
    assert len(presets) == 5
    assert all(f"only={team.id}" in one for one in presets)
    [whole] = re.findall(r'href="([^"]*)">All of them', page)
    assert ("time=clock" in whole, "only" in whole) == (True, False)

    sent = f"only={team.id}&of=team&since=2001-01-01&until=2001-01-31"  # as the form sends it
    assert f"<bdi>{team.name}</bdi>" in lead.get(f"/reports?by=team&{sent}").text
    assert "<bdi>" not in lead.get(f"/reports?by=agent&{sent}").text.partition("</h1>")[0].rpartition("<h1>")[2]


def test_periods_that_are_none_are_refused_in_words(desk: Desk):
    root = desk.browser(desk.root)
    for asked in (
        "since=2026-02-30", "since=2026-11-02&until=2026-11-01", "since=2020-01-01&until=2026-01-01", "since=x",
        "since=0001-01-01&until=0001-01-02", "until=9999-12-31&since=9999-12-31",
    ):  # fmt: skip
        answer = root.get(f"/reports?{asked}")
        assert answer.status_code == 422, asked
        assert "two days in their order" in answer.text
        assert root.get(f"/reports.csv?{asked}").status_code == 404
    for asked in ("by=nobody", f"only={'9' * 30}", "only=x", "by=tag&only=1", "time=never"):
        assert root.get(f"/reports?{asked}").status_code == 200, asked


def test_no_cell_of_the_file_is_a_formula(desk: Desk):
    with desk.runtime.db.transaction() as session:
        tag = Tag(name="=1+cmd|'/c calc'!A0")
        session.add(tag)
        session.flush()
        session.add(TicketTag(ticket_id=desk.ticket.id, tag_id=tag.id))
    root = desk.browser(desk.root)

    file = root.get("/reports.csv?by=tag")
    days = root.get("/reports.csv?what=days")

    assert "'=1+cmd" in file.text
    assert '"First reply, median (minutes)","First reply, 9 of 10 (minutes)","Solved, median (minutes)"' in file.text
    assert len(days.text.splitlines()) == 31
    assert root.get("/reports?by=tag").status_code == 200
    with desk.runtime.db.reading() as session:
        assert len(world.trail(session, "report.export")) == 2


def test_the_numbers_are_the_same_when_the_person_is_erased(desk: Desk):
    root = desk.browser(desk.root)
    before = numbers(root.get("/reports").text)
    with desk.runtime.db.transaction() as session:
        person = session.scalars(select(Customer).where(Customer.id == desk.ticket.customer_id)).one()
        erasure.begin(session, desk.runtime.vault, person, by=desk.root)
    job.go_on()

    assert numbers(root.get("/reports").text) == before


def test_of_days_that_have_not_come_there_is_no_report(desk: Desk):
    lead = desk.browser(a_lead(desk))
    tomorrow = world.days_ago(-2).date()

    asked = lead.get(f"/reports?since={world.days_ago(3).date()}&until={tomorrow}")

    assert "today at the latest" in asked.text
    assert lead.get(f"/reports.csv?since={tomorrow}&until={tomorrow}").status_code == 404
