"""Pages that are lists of other things than tickets are gone through by the same keys."""

import pytest
from playwright.sync_api import Page, expect

from helpdesk.models.agent import Team
from tests import world
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser


def test_drafts_are_gone_through_by_keys_and_opened(desk: Desk, desk_url: str, page: Page):
    ada = desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        others = [world.a_ticket(session, team).number for _each in range(2)]
    for at, number in enumerate((desk.ticket.number, *others)):
        ada.post(f"/tickets/{number}/drafts", {"key": f"{at}" * 16, "text": f"Begun {at}"})
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/drafts")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    links = page.locator(".drafts .grant-what a")

    page.keyboard.press("j")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Tab")  # to its button: the next row is still the next one
    page.keyboard.press("j")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/tickets/{others[0]}*")
    expect(page.locator("#editor")).to_contain_text("Begun 1")


def test_what_needs_a_look_is_gone_through_by_keys_and_opened(desk: Desk, desk_url: str, page: Page):
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/needs-a-look")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")

    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Open it safely").first).to_be_focused()
    page.keyboard.press("o")

    page.wait_for_url("**/needs-a-look/*")


def test_o_opens_and_presses_no_button_that_has_the_focus(desk: Desk, desk_url: str, page: Page):
    number = desk.ticket.number
    desk.browser(desk.ada).post(f"/tickets/{number}/drafts", {"key": "1" * 16, "text": "Begun"})
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/drafts")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")

    for key in ("j", "Tab", "Tab"):
        page.keyboard.press(key)
    expect(page.locator(".drafts :focus")).to_have_text("Discard")
    page.keyboard.press("o")
    page.wait_for_url(f"**/tickets/{number}*")
    expect(page.locator("#editor")).to_contain_text("Begun")

    page.goto(f"{desk_url}/needs-a-look")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    page.get_by_role("button", name="Put aside").first.focus()
    page.keyboard.press("o")
    page.wait_for_url("**/needs-a-look/*")


def test_where_a_row_has_nothing_to_open_neither_o_nor_enter_decides_anything(desk: Desk, desk_url: str, page: Page):
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/needs-a-look")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    page.evaluate("for (const link of document.querySelectorAll('[data-walk] a')) link.remove()")  # as without bytes
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.method))

    page.keyboard.press("j")
    expect(page.locator("[data-walk] > li:focus")).to_have_count(1)
    for key in ("o", "Enter", "j", "Enter", "k", "Enter"):
        page.keyboard.press(key)

    page.wait_for_timeout(300)
    assert "POST" not in sent
    expect(page.locator("[data-walk] > li:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator("[data-walk] > li :is(button, summary):focus")).to_have_count(
        1
    )  # whoever means one, gets there


def test_a_draft_is_discarded_at_once_and_brought_back_by_z(desk: Desk, desk_url: str, page: Page):
    desk.browser(desk.ada).post(f"/tickets/{desk.ticket.number}/drafts", {"key": "1" * 16, "text": "Begun"})
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/drafts")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")

    page.get_by_role("button", name="Discard").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Your draft for #{desk.ticket.number} was discarded.")).to_be_visible()
    expect(page.get_by_text("You have no drafts.")).to_be_visible()
    expect(page.locator("[data-draft] button")).to_be_focused()
    page.keyboard.press("z")

    expect(page.locator(".draft-text")).to_have_text("Begun")
    expect(page.locator("[data-draft]")).to_have_count(0)


def test_the_line_of_who_is_written_to_shows_that_it_has_the_focus_over_its_whole_length(
    desk: Desk, desk_url: str, page: Page
):
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/new")
    expect(page.locator("[data-address=to] .typed")).to_be_focused()

    look = "one => [getComputedStyle(one).boxShadow, getComputedStyle(one).borderBottomColor]"
    line, other = (page.locator(f"[data-address={name}]").evaluate(look) for name in ("to", "cc"))
    within = page.locator("[data-address=to] .typed").evaluate("one => getComputedStyle(one).boxShadow")

    assert line[0] != "none"
    assert line[1] != other[1]
    assert (other[0], within) == ("none", "none")
