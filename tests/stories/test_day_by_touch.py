"""A whole day on a phone by touch alone: the same work as by keyboard."""

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
    return a_days_work(desk, matters=10, adverts=20)


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


def answer(page: Page, words: str) -> None:
    page.locator("#editor").tap()
    page.keyboard.insert_text(words)
    page.get_by_role("button", name="Send", exact=True).tap()
    expect(page.locator(".message.from-agent").last).to_contain_text(words)


def note(page: Page, words: str) -> None:
    page.locator(".composer-tabs").get_by_role("link", name="Note").tap()
    page.get_by_label("Your note").tap()
    page.keyboard.insert_text(words)
    page.get_by_role("button", name="Add the note").tap()
    expect(page.locator(".message.note")).to_contain_text(words)


def search(page: Page, words: str) -> None:
    page.locator("#search").tap()
    page.locator("#search").fill(words)
    page.keyboard.press("Enter")  # as the phone's own keys say "search"
    page.wait_for_url("**/search?q=*")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


def test_a_day_by_touch_on_a_phone(ada: Page, desk: Desk, matters: list[int]):
    ada.locator("nav.bottom").get_by_role("link", name="Unassigned").tap()
    ada.wait_for_url("**/inbox/unassigned")
    for at in range(10):  # reads ten
        open_ticket(ada, f"Matter {at}")
        if at < 5:  # answers five
            answer(ada, f"Answer {at}")
        if at == 4:  # and takes the last one back
            ada.get_by_role("button", name="Undo").tap()
            expect(ada.locator("#editor")).to_contain_text("Answer 4")
        if at in {5, 6}:
            note(ada, f"Note {at}")
        if at == 7:  # snoozes one
            ada.locator(".snooze summary").tap()
            ada.locator(".snooze .menu-item").first.tap()
            expect(ada.locator(".bar").first).to_contain_text("or until they answer")
        if at < 9:
            back(ada)
    # merges the last one into one before
    ada.locator(".ticket-actions summary[aria-label='More']").tap()
    ada.locator("summary", has_text="Merge into another ticket").tap()
    ada.get_by_label("Ticket number").first.tap()
    ada.keyboard.insert_text(str(matters[8]))
    ada.get_by_role("button", name="Merge", exact=True).tap()
    expect(ada.get_by_role("heading", name="Matter 8", exact=True)).to_be_visible()
    back(ada)
    # searches three times, and closes the twenty that were found
    for words, found in (("matter 3", "Matter 3"), ("answer", "Matter 0")):
        search(ada, words)
        expect(ada.locator(".row", has_text=found).first).to_be_visible()
    search(ada, "gazebos")
    expect(ada.locator(".row")).to_have_count(20)
    ada.locator(".row .pick").first.tap()
    ada.locator("#bulk [data-all]").tap()
    expect(ada.locator("#bulk [data-count]")).to_have_text("20")
    ada.locator("#bulk [data-chosen='e']").tap()
    expect(ada.locator(".bulk-progress")).to_be_visible()
    finish_bulk(desk)

    assert ada.evaluate("document.documentElement.scrollWidth") <= 390
    assert what_was_done(desk) == {"sent": 4, "notes": 2, "merged": 1, "snoozed": 1, "closed": 20}
