"""Writing in real windows: two on one draft, two texts at once, and what a connection that is away does to them."""

from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from helpdesk.models.agent import Agent, Team
from helpdesk.models.draft import Draft
from helpdesk.privacy import drafts as gate
from tests import world
from tests.servers.chromium import Pages, held
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    with desk.runtime.db.transaction() as session:
        world.a_ticket(session, session.get_one(Team, desk.ticket.team_id), subject="A chair without a leg")
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    at_the_lamp(page)
    yield page
    page.close()


def at_the_lamp(page: Page) -> None:
    page.get_by_role("link", name="The lamp flickers").click()
    page.locator("#editor").click()


def drafts(desk: Desk) -> list[str]:
    with desk.runtime.db.reading() as session:
        ada = session.get_one(Agent, desk.ada.id)
        mine = session.scalars(select(Draft).where(Draft.agent_id == ada.id)).all()
        return sorted(gate.read(session, one, by=ada).text for one in mine)


def kept(desk: Desk, page: Page, *words: str) -> None:
    """The desk has them within moments, and nothing else."""
    until = monotonic() + 8
    while drafts(desk) != sorted(words) and monotonic() < until:
        page.wait_for_timeout(50)
    assert drafts(desk) == sorted(words)


def with_older_words(desk: Desk, ada: Page) -> Page:
    """A second window that has "Dear Nils", where the first went on to "Dear Nils, this is long"."""
    ada.keyboard.type("Dear Nils")
    kept(desk, ada, "Dear Nils")
    two = ada.context.new_page()
    two.goto(ada.url)
    ada.keyboard.type(", this is long")
    kept(desk, ada, "Dear Nils, this is long")
    return two


def test_an_answer_and_a_note_begun_at_once_are_both_kept_though_the_ticket_is_left_at_once(desk: Desk, ada: Page):
    ada.keyboard.type("Words for them.")
    ada.keyboard.press("Control+Shift+N")
    ada.keyboard.type("A word among us.")
    ada.get_by_role("link", name="A chair without a leg").click()

    kept(desk, ada, "Words for them.", "A word among us.")
    ada.get_by_role("link", name="The lamp flickers").click()
    expect(ada.locator("#note-text")).to_have_value("A word among us.")
    ada.keyboard.press("r")
    expect(ada.locator("#editor")).to_have_text("Words for them.")


def test_from_a_note_one_comes_back_to_the_forward_that_was_begun(ada: Page):
    ada.keyboard.press("Escape")
    ada.keyboard.press("f")
    ada.keyboard.type("For you to see.")
    for mode in ("note", "forward"):
        ada.keyboard.press("Control+Shift+N")
        expect(ada.locator("#composer")).to_have_attribute("data-mode", mode)

    expect(ada.locator("#editor")).to_have_text("For you to see.")
    expect(ada.locator("#reply-form [name=mode]")).to_have_value("forward")


def test_of_two_windows_each_sends_its_own_words_and_the_others_stay(desk: Desk, ada: Page):
    two = with_older_words(desk, ada)

    two.locator("#editor").click()
    two.keyboard.press("Control+A")
    two.keyboard.type("No")
    two.keyboard.press("Control+Enter")
    expect(two.locator(".message.from-agent").last).to_contain_text("No")
    kept(desk, two, "Dear Nils, this is long")
    expect(two.locator("#editor")).to_have_text("Dear Nils, this is long")
    ada.keyboard.type("!")
    kept(desk, ada, "Dear Nils, this is long!")


def test_what_could_not_be_kept_is_once_it_can_whatever_ticket_is_open_then(desk: Desk, ada: Page, pages: Pages):
    pages.forgive("ERR_FAILED")
    ada.route("**/drafts", lambda route: route.abort())
    ada.keyboard.type("Half a thought")
    expect(ada.locator("#reply-form [data-state]")).to_have_text("Not saved: no connection")
    ada.get_by_role("link", name="A chair without a leg").click()
    expect(ada.locator(".ticket h1")).to_contain_text("chair")
    assert drafts(desk) == []

    ada.unroute("**/drafts")
    ada.evaluate("dispatchEvent(new Event('online'))")

    kept(desk, ada, "Half a thought")


def test_on_a_slow_line_one_text_stays_one_draft_and_is_gone_when_it_was_sent(desk: Desk, ada: Page):
    asked: list[Route] = []
    ada.route("**/drafts", lambda route: asked.append(route) if not asked else route.continue_())
    with ada.expect_request("**/drafts"):
        ada.keyboard.type("Half")
    ada.keyboard.type(" a thought")
    ada.evaluate("dispatchEvent(new Event('online'))")  # its turn has come, and waits for the first
    assert drafts(desk) == []
    held(ada, asked).continue_()
    kept(desk, ada, "Half a thought")

    ada.keyboard.press("Control+Enter")

    expect(ada.locator(".message.from-agent").last).to_contain_text("Half a thought")
    kept(desk, ada)


def test_what_is_on_its_way_out_is_no_draft_beside_the_newer_words_of_another_window(desk: Desk, ada: Page):
    two = with_older_words(desk, ada)
    sending: list[Route] = []
    saving: list[str] = []

    def hold(route: Route) -> None:
        sending.append(route)

    two.route("**/replies*", hold)
    two.on("request", lambda asked: saving.append(asked.url) if asked.url.endswith("/drafts") else None)

    two.locator("#editor").click()
    two.keyboard.press("Control+A")
    two.keyboard.type("No")
    with two.expect_request("**/replies*"):
        two.keyboard.press("Control+Enter")
    before = len(saving)
    two.evaluate("dispatchEvent(new Event('online'))")  # a second after the last key: it would be kept now
    two.evaluate("() => new Promise(requestAnimationFrame)")
    assert len(saving) == before
    held(two, sending).continue_()

    expect(two.locator(".message.from-agent").last).to_contain_text("No")
    kept(desk, two, "Dear Nils, this is long")


def test_what_could_not_be_sent_is_a_draft_after_all(desk: Desk, ada: Page, pages: Pages):
    for complaint in ("ERR_FAILED", "Failed to fetch"):
        pages.forgive(complaint)
    ada.route("**/replies*", lambda route: route.abort())

    ada.keyboard.type("Dear Nils")
    ada.keyboard.press("Control+Enter")

    kept(desk, ada, "Dear Nils")
    expect(ada.locator("#editor")).to_have_text("Dear Nils")
