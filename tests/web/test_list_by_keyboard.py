"""The list for who has no mouse, and while what it opens is slow to come."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.servers.chromium import held
from tests.web.desk import Desk
from tests.web.test_bulk import two_more
from tests.web.test_passkeys import sign_in

pytestmark = pytest.mark.browser
STOPS = "() => document.querySelectorAll('#rows .subject a:not([tabindex=\"-1\"])').length"


def test_tab_comes_to_the_list_once_and_what_is_slow_shows_its_outline(desk: Desk, desk_url: str, page: Page):
    two_more(desk)
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    page.wait_for_selector("html[data-ready]")
    links = page.locator("#rows .subject a")
    assert page.evaluate(STOPS) == 1

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#rows .row").nth(1).locator(".pick")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.row')") is None  # not at the row before
    assert page.evaluate(STOPS) == 1

    links.nth(1).focus()
    walk_through_the_bar(page)
    expect(links.nth(1)).to_be_focused()  # where it was chosen

    on_their_way: list[Route] = []
    page.route("**/tickets/*view=open*", lambda route: on_their_way.append(route))  # noqa: PLW0108
    links.nth(0).click()
    expect(page.locator("#ticket .skeleton")).to_be_visible()
    expect(page.locator("#ticket")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("n")  # meant for what comes
    held(page, on_their_way).continue_()
    expect(page.locator("#note-text")).to_be_focused()
    expect(page.locator("#ticket .skeleton")).to_have_count(0)
    assert page.get_attribute("#ticket", "aria-busy") is None


def walk_through_the_bar(page: Page) -> None:
    """Tab comes to it once; arrows, Home and End go on, also from right to left, and Escape back to the list."""
    page.keyboard.press("x")
    stops = page.locator("#bulk .bulk-does > .button, #bulk .bulk-does > .menu > summary")
    expect(stops).to_have_count(10)
    stops.first.focus()
    for key, place in (("ArrowRight", 1), ("End", 9), ("ArrowRight", 0), ("ArrowLeft", 9), ("Home", 0)):
        page.keyboard.press(key)
        expect(stops.nth(place)).to_be_focused()
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.keyboard.press("ArrowLeft")
    expect(stops.nth(1)).to_be_focused()
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(stops.nth(1)).to_be_focused()
    page.keyboard.press("Escape")


def test_who_has_single_keys_off_goes_through_the_list_by_tab(desk: Desk, desk_url: str, page: Page):
    two_more(desk)
    desk.browser(desk.ada).post("/shortcuts", {"single_keys": "off"})
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    page.wait_for_selector("html[data-ready]")

    assert page.evaluate(STOPS) == 3
