"""Themes in Chromium: a report asked for, watched and stopped, one that is made, and how it looks on paper."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from helpdesk.desk import theme_reports
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeReport
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk
from workers import themes

pytestmark = [pytest.mark.browser, pytest.mark.story]

CUT_OFF = """[...document.querySelectorAll('table, svg')]
    .filter(one => one.getBoundingClientRect().right > innerWidth).length"""


def waiting(desk: Desk) -> int:
    with desk.runtime.db.reading() as session:
        return session.scalars(select(ThemeReport.id).where(ThemeReport.state == ReportState.WAITING)).one()


def test_a_report_is_asked_for_watched_stopped_and_the_next_one_made(desk: Desk, desk_url: str, pages: Pages):
    page = pages.open()
    sign_in(page, desk_url, desk.root.email)
    page.goto(f"{desk_url}/themes")
    page.get_by_text("Make a report").click()
    page.get_by_role("button", name="Make it").click()
    progress = page.locator(".bar.reading")
    expect(progress).to_contain_text("waits for its turn")

    # it moves by itself, and stops when it is told to
    report_id = waiting(desk)
    with desk.runtime.db.transaction() as session:
        assert theme_reports.begin(session, report_id)
        theme_reports.moved(session, report_id, "grouping", 0.4)
    expect(page.get_by_label("How far it is")).to_have_js_property("value", 0.4)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".bar.reading")).to_contain_text("it stops")
    with desk.runtime.db.transaction() as session:
        theme_reports.end(session, report_id, ReportState.CANCELLED)
    expect(page.get_by_text("The report was stopped.")).to_be_visible()

    # the next one is made while its page is open, and says so
    page.get_by_text("Make a report").click()
    page.get_by_role("button", name="Make it").click()
    expect(page.locator(".bar.reading")).to_contain_text("waits for its turn")
    assert themes.make(desk.runtime, waiting(desk))
    page.get_by_role("link", name="Show it").click()
    expect(page.get_by_role("heading", name="What this speaks about")).to_be_visible()


def test_on_paper_are_the_figures_and_no_forms(desk: Desk, desk_url: str, pages: Pages):
    page = pages.open()
    sign_in(page, desk_url, desk.root.email)
    number = desk.ticket.number
    with desk.runtime.db.transaction() as session:
        for theme in session.scalars(select(ReportTheme)):
            theme.name = "Rechnungsadresse ändern · Umsatzsteuernummer · corrected invoice of our company"

    for path, shown, left_out in (
        ("/themes", ("Week by week", "What this speaks about"), ("Make a report", "Mail me the numbers", "CSV")),
        (f"/themes/{desk.report.id}/{number}", ("In numbers",), ("Name and place", "Tickets you may read")),
    ):
        page.goto(desk_url + path)
        page.emulate_media(media="screen")
        for words in left_out:
            expect(page.get_by_text(words).first).to_be_visible()
        page.emulate_media(media="print", color_scheme="dark")

        expect(page.get_by_role("navigation").first).to_be_hidden()
        expect(page.locator("svg.chart, .chart svg").first).to_be_visible()
        expect(page.get_by_role("table").first).to_be_visible()  # what a picture says, in figures too
        for words in shown:
            expect(page.get_by_role("heading", name=words)).to_be_visible()
        for words in left_out:
            expect(page.get_by_text(words).first).to_be_hidden()
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        page.set_viewport_size({"width": 718, "height": 1000})  # A4 between its margins
        assert page.evaluate(CUT_OFF) == 0
        page.set_viewport_size({"width": 1280, "height": 800})
