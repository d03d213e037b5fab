"""An auditor with a phone, at night, without touching it: keys alone lead from signing in to the printed report."""

import pytest
from playwright.sync_api import Page, expect

from helpdesk.models.agent import Agent
from helpdesk.models.role import Role
from tests.servers.chromium import Pages
from tests.web.browser import PASSWORD
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# what has the focus, and whether one sees it: a ring of its own, or of what it stands in
FOCUS = """(() => {
  const it = document.activeElement, look = one => getComputedStyle(one);
  const isRung = one => one && (look(one).outlineStyle !== 'none' || look(one).boxShadow !== 'none');
  return [it.name || it.textContent.trim(), it === document.body || [it, it.parentElement].some(isRung)];
})()"""


def test_an_auditor_comes_by_keys_from_signing_in_to_a_report_on_white_paper(desk: Desk, desk_url: str, pages: Pages):
    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.otto.id).role = Role.AUDITOR
    desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}")
    page = pages.open("phone")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{desk_url}/sign-in?next=/audit")

    expect(page.get_by_label("Email")).to_be_focused()
    page.keyboard.type(desk.otto.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Audit")).to_be_visible()
    tab_to(page, "ticket")
    page.keyboard.type(str(desk.ticket.number))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ada Fischer").last).to_be_visible()
    expect(page.get_by_text("flickers")).to_have_count(0)
    assert page.evaluate(SIDEWAYS) == 0
    tab_to(page, "Report to print")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Report of the permission audit")).to_be_visible()
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    expect(page.get_by_role("navigation").first).to_be_hidden()


def tab_to(page: Page, wanted: str) -> None:
    """By Tab alone, and the way there is seen at each step."""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUS)
        assert is_seen, name
        if name == wanted:
            return
    raise AssertionError(f"no way to {wanted}")
