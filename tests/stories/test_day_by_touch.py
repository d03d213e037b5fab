"""A day on a phone by touch alone: read, answer, note, merge, snooze, take back, search, close several at once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.servers.chromium import Pages
from tests.stories.test_day_by_keyboard import a_days_work, finish_bulk, what_was_done
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]


@pytest.fixture
def matters(desk: Desk) -> list[int]:
    return a_days_work(desk, matters=4, adverts=5)


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages, matters: list[int]) -> Iterator[Page]:
    page = pages.open("phone")
    sign_in(page, desk_url, desk.ada.email)
    yield page
    page.close()


def open_ticket(page: Page, subject: str) -> None:
    page.locator(".row", has_text=subject).get_by_role("link").first.tap()
    expect(page.get_by_role("heading", name=subject, exact=True)).to_be_visible()


def back(page: Page) -> None:
    page.get_by_role("link", name="Back to the list").tap()
    expect(page.locator("#ticket > *")).to_have_count(0)


def test_a_day_by_touch_on_a_phone(ada: Page, desk: Desk, matters: list[int]):
    ada.locator("nav.bottom").get_by_role("link", name="Unassigned").tap()
    ada.wait_for_url("**/inbox/unassigned")
    # reads and answers two, and takes the second answer back
    for at in range(2):
        open_ticket(ada, f"Matter {at}")
        ada.locator("#editor").tap()
        ada.keyboard.insert_text(f"Answer {at}")
        ada.get_by_role("button", name="Send", exact=True).tap()
        expect(ada.locator(".message.from-agent").last).to_contain_text(f"Answer {at}")
        if at == 1:
            ada.get_by_role("button", name="Undo").tap()
            expect(ada.locator("#editor")).to_contain_text("Answer 1")
        back(ada)
    # notes on the third, snoozes it
    open_ticket(ada, "Matter 2")
    ada.locator(".composer-tabs").get_by_role("link", name="Note").tap()
    ada.get_by_label("Your note").tap()
    ada.keyboard.insert_text("She called.")
    ada.get_by_role("button", name="Add the note").tap()
    expect(ada.locator(".message.note")).to_contain_text("She called.")
    ada.locator(".snooze summary").tap()
    ada.locator(".snooze .menu-item").first.tap()
    expect(ada.locator(".bar").first).to_contain_text("or until they answer")
    back(ada)
    # merges the fourth into the second
    open_ticket(ada, "Matter 3")
    ada.locator(".ticket-actions summary[aria-label='More']").tap()
    ada.locator("summary", has_text="Merge into another ticket").tap()
    ada.get_by_label("Ticket number").first.tap()
    ada.keyboard.insert_text(str(matters[1]))
    ada.get_by_role("button", name="Merge", exact=True).tap()
    expect(ada.get_by_role("heading", name="Matter 1", exact=True)).to_be_visible()
    back(ada)
    # searches, and closes what was found
    ada.locator("#search").tap()
    ada.keyboard.insert_text("gazebos")
    ada.keyboard.press("Enter")  # as the phone's own keys say "search"
    expect(ada.locator(".row")).to_have_count(5)
    expect(ada.locator("html")).to_have_attribute("data-ready", "yes")
    for row in ada.locator(".row .pick").all():
        row.tap()
    ada.locator("#bulk [value='close:']").tap()
    expect(ada.locator(".bulk-progress")).to_be_visible()
    finish_bulk(desk)

    assert ada.evaluate("document.documentElement.scrollWidth") <= 390
    assert what_was_done(desk) == {"sent": 1, "notes": 1, "merged": 1, "snoozed": 1, "closed": 5}
