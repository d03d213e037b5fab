"""The palette in a browser: everything by keyboard, nothing of tickets remembered; single keys on or off."""

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.servers.chromium import Pages
from tests.web.browser import PASSWORD
from tests.web.desk import Desk

pytestmark = pytest.mark.browser


# where one is, what is open, and how it looks
STATE = """() => [location.href, document.activeElement.outerHTML,
  document.querySelectorAll('[open], :checked').length, JSON.stringify(document.documentElement.dataset)]"""


@pytest.fixture
def signed_in(desk: Desk, desk_url: str, page: Page) -> Page:
    page.goto(f"{desk_url}/sign-in")
    page.fill("[name=email]", desk.root.email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/inbox/**")
    page.wait_for_selector("html[data-ready]")
    return page


def command(page: Page, typed: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")


def test_a_view_a_settings_page_and_a_ticket_are_gone_to_by_a_part_of_their_name(
    signed_in: Page, desk: Desk, pages: Pages
):
    pages.forgive("403")  # an admin may know of the ticket, and not read it
    command(signed_in, "clos")
    signed_in.wait_for_url("**/inbox/closed")
    signed_in.keyboard.press("Control+k")
    expect(signed_in.locator("#palette li", has_text="Settings › Teams")).to_be_visible()
    signed_in.keyboard.type("sett teams")
    signed_in.keyboard.press("Enter")
    signed_in.wait_for_url("**/settings/teams")
    command(signed_in, f"#{desk.ticket.number}")
    signed_in.wait_for_url(f"**/tickets/{desk.ticket.number}")


def test_what_is_called_nothing_is_searched_for_and_not_remembered(signed_in: Page):
    command(signed_in, "heliotrope")

    signed_in.wait_for_url("**/search?q=heliotrope")
    assert "heliotrope" not in (signed_in.evaluate("localStorage.getItem('desk.palette')") or "")


def test_the_arrows_choose_and_backspace_steps_out(signed_in: Page):
    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.press("ArrowDown")
    expect(signed_in.locator("#palette-1")).to_have_attribute("aria-selected", "true")
    signed_in.keyboard.press("Backspace")

    expect(signed_in.locator("#palette")).to_be_hidden()


def test_single_keys_can_be_switched_off_and_the_palette_stays(signed_in: Page):
    signed_in.keyboard.press("?")
    signed_in.get_by_role("button", name="Switch single keys off").click()
    signed_in.wait_for_selector("body[data-no-keys]")
    signed_in.wait_for_selector("html[data-ready]")

    before = signed_in.evaluate(STATE)
    for key in "?jkoxXurRfnzeEhwslydaitpm!#1234/[].gigu":
        signed_in.keyboard.press(key)
    assert signed_in.evaluate(STATE) == before
    signed_in.keyboard.press("Control+k")
    expect(signed_in.locator("#palette")).to_be_visible()


def test_what_only_a_key_does_and_people_are_there_by_their_names_and_no_name_is_remembered(
    signed_in: Page, desk: Desk
):
    with desk.runtime.db.transaction() as session:
        world.a_ticket(session, customer=world.a_customer(session, "wanda@lamps.example", "Wanda Lux"))
    signed_in.keyboard.press("?")
    signed_in.get_by_role("button", name="Switch single keys off").click()
    signed_in.wait_for_selector("body[data-no-keys]")
    signed_in.wait_for_selector("html[data-ready]")
    command(signed_in, "Fold the views")
    expect(signed_in.locator("nav.views .name").first).to_be_hidden()

    signed_in.keyboard.press("Control+k")
    signed_in.keyboard.type("Wanda")
    expect(signed_in.locator("#palette li", has_text="Wanda Lux <wanda@lamps.example>")).to_be_visible()
    signed_in.locator("#palette li", has_text="wanda@").click()

    signed_in.wait_for_url("**/search?q=wanda*lamps.example")
    assert "wanda" not in (signed_in.evaluate("localStorage.getItem('desk.palette')") or "").lower()
