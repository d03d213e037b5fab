"""What waits for a look, in Chromium: how far a reading again is, and one that is opened and decided about by key."""

import pytest
from playwright.sync_api import Locator, expect

from helpdesk.models.inbound_email import InboundEmail, Outcome, Ruling
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]


def by_key(control: Locator) -> None:
    control.focus()
    control.page.keyboard.press("Enter")


def test_what_waits_is_opened_and_made_a_ticket_by_key_while_all_are_read_again(
    desk: Desk, desk_url: str, pages: Pages
):
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    with page.expect_response(lambda answer: "/needs-a-look/readings/" in answer.url):  # one is under way
        page.goto(f"{desk_url}/needs-a-look")
    expect(page.locator("#reading")).to_contain_text("Reading again")

    by_key(page.get_by_role("link", name="Open it safely"))
    expect(page.frame_locator(".frame").get_by_text("Mine as well.")).to_be_visible()
    by_key(page.get_by_role("button", name="Make it a ticket"))
    expect(page.get_by_text("Nothing waits.")).to_be_visible()

    with desk.runtime.db.reading() as session:
        email = session.get_one(InboundEmail, desk.held.id)
        assert (email.outcome, email.ruling) == (Outcome.STORED, Ruling.NEW_TICKET)
    page.close()
