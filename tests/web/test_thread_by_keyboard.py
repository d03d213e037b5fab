"""A conversation by keys alone: from message to message, to the one a link names, and on with that one."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.web.desk import Desk
from tests.web.test_passkeys import sign_in

pytestmark = pytest.mark.browser
AT: Final = "() => document.activeElement.closest('details')?.id"
COPIED: Final = "navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }"


def nine_messages(desk: Desk) -> list[int]:
    with desk.runtime.db.transaction() as session:
        return [world.a_message(session, desk.ticket, text=f"Message number {at}").id for at in range(9)]


def test_keys_go_from_message_to_message_and_unfold_them(desk: Desk, desk_url: str, page: Page):
    first, *_others, last = nine_messages(desk)
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator(f"#message-{last}")).to_be_visible()

    page.keyboard.press("o")  # it is open: on to its messages
    assert page.evaluate(AT) == f"message-{last}"
    page.keyboard.press("j")  # the last: it stays
    assert page.evaluate(AT) == f"message-{last}"
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(AT) == f"message-{last - 2}"
    expect(page.get_by_text(f"Message number {8 - 2}", exact=True).last).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(f"#message-{last - 2} .text")).to_be_visible()
    for _step in range(20):
        page.keyboard.press("k")
    assert page.evaluate("document.activeElement.parentElement.className") == "earlier"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator(f"#row-{desk.ticket.number} .subject a")).to_be_focused()
    assert first < last


def test_a_link_unfolds_its_message_which_is_then_the_one_that_is_forwarded(desk: Desk, desk_url: str, page: Page):
    first, *_others = nine_messages(desk)
    sign_in(page, desk_url, desk.ada.email)

    page.goto(f"{desk_url}/messages/{first}")
    page.wait_for_selector("html[data-ready]")

    expect(page.locator(f"#message-{first} .text")).to_be_in_viewport()
    assert page.evaluate(AT) == f"message-{first}"
    page.evaluate(COPIED)
    page.locator(f"#message-{first} [data-copy]").click()
    assert page.evaluate("window.copied") == f"{desk_url}/messages/{first}"
    page.locator(f"#message-{first} summary").first.focus()
    page.keyboard.press("f")
    expect(page.locator("[name=forwarded]")).to_have_value(str(first))
    expect(page.locator("[data-address=forward_to] .typed")).to_be_focused()
