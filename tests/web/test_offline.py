"""Without a connection: the page says so until it is back, and what is typed stays."""

import pytest
from playwright.sync_api import expect

from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser

A_WORD_IN_PASSING = 8_500  # milliseconds: longer than one stands there


def test_who_tries_to_send_without_a_connection_is_told_as_long_as_there_is_none(
    desk: Desk, desk_url: str, pages: Pages
):
    pages.forgive("ERR_INTERNET_DISCONNECTED")
    pages.forgive("Failed to fetch")
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.locator("#editor").click()
    page.context.set_offline(True)
    page.keyboard.type("Written on a train.")
    told = page.locator("#toasts", has_text="No connection")
    expect(told).to_be_visible()

    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(A_WORD_IN_PASSING)

    expect(told).to_be_visible()
    expect(page.locator("#editor")).to_have_text("Written on a train.")
    page.context.set_offline(False)
    expect(told).to_have_count(0)
    page.close()
