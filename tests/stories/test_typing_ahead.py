"""Keys pressed before a page, a ticket or its editor is there: none is lost, and all of them come in their order."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from helpdesk.models.agent import Team
from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]


class Held:
    """What the browser asked for and does not get yet."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.page, self.pattern = page, pattern
        self.routes: list[Route] = []
        page.route(pattern, self.hold)

    def hold(self, route: Route) -> None:
        self.routes.append(route)

    def wait(self) -> None:
        while not self.routes:
            self.page.wait_for_timeout(20)

    def let_go(self) -> None:
        for route in self.routes:
            route.continue_()
        self.page.unroute(self.pattern, self.hold)


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        world.a_ticket(session, team, subject="A chair without a leg", at=world.days_ago(3))
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    yield page
    page.close()


def test_what_is_typed_before_the_editor_is_there_stands_in_it_with_the_caret(ada: Page, desk: Desk, desk_url: str):
    coming = Held(ada, "**/vendor/squire.js")
    ada.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    expect(ada.locator("html")).to_have_attribute("data-ready", "yes")
    ada.keyboard.press("r")
    ada.keyboard.type("Try a  bulb \nAnd ")
    ada.keyboard.press("ArrowUp")
    ada.keyboard.press("Home")
    for _ in range(6):
        ada.keyboard.press("ArrowRight")
    coming.let_go()
    expect(ada.locator("#editor")).to_be_focused()
    ada.keyboard.type("new")
    ada.keyboard.press("Control+End")
    ada.keyboard.type("tell us")

    expect(ada.locator("#text")).to_have_value("Try a new bulb \nAnd tell us")


def test_a_formatted_draft_keeps_its_format_and_what_was_typed_after_it(ada: Page, desk: Desk, desk_url: str):
    ada.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    ada.keyboard.press("r")
    ada.keyboard.press("Control+b")
    ada.keyboard.type("Bold.")
    expect(ada.locator("#reply-form [data-state]")).to_have_text("Draft saved")
    coming = Held(ada, "**/vendor/squire.js")
    ada.reload()
    ada.get_by_label("Your text").focus()
    ada.keyboard.press("Control+End")
    ada.keyboard.type(" And plain")
    coming.let_go()
    expect(ada.locator("#editor")).to_be_focused()
    ada.keyboard.type(" words")

    expect(ada.locator("#editor b")).to_have_text("Bold.")
    expect(ada.locator("#editor")).to_contain_text("And plain words")
    # and a picture in it that is clicked has no frame, whose styles a page of ours forbids
    ada.locator("#editor").evaluate("area => area.insertAdjacentHTML('beforeend', '<img>')")
    ada.locator("#editor img").dispatch_event("click")
    expect(ada.locator("#editor [style]")).to_have_count(0)


def test_a_new_email_is_typed_from_its_first_key_before_a_script_or_the_editor_is_there(ada: Page, desk_url: str):
    scripts, editor = Held(ada, "**/js/app.js"), Held(ada, "**/vendor/squire.js")
    ada.goto(f"{desk_url}/tickets/new", wait_until="commit")
    expect(ada.locator("[name=to]")).to_be_focused()
    ada.keyboard.type("Nils <nils@call.example>, ")
    ada.keyboard.type("ki")
    scripts.let_go()
    expect(ada.locator("html")).to_have_attribute("data-ready", "yes")
    ada.keyboard.type("m@call.example,")
    for _ in range(3):  # past the copies
        ada.keyboard.press("Tab")
    ada.keyboard.type("Your lamp")
    ada.keyboard.press("Tab")
    ada.keyboard.type("It is")
    editor.let_go()
    expect(ada.locator("#editor")).to_be_focused()
    ada.keyboard.type(" here.")

    expect(ada.locator("[name=to]")).to_have_value("Nils <nils@call.example>, kim@call.example")
    expect(ada.get_by_label("Subject")).to_have_value("Your lamp")
    expect(ada.locator("#text")).to_have_value("It is here.")
    expect(ada.locator("#reply-form [data-state]")).to_have_text("Draft saved")
    editor = Held(ada, "**/vendor/squire.js")
    ada.reload()
    ada.keyboard.type(" Come\nand see.")  # what has its address and its subject goes on where it ended
    editor.let_go()
    expect(ada.locator("#text")).to_have_value("It is here. Come\nand see.")


def test_keys_for_a_ticket_that_is_on_its_way_are_pressed_in_it(ada: Page, desk: Desk):
    coming = Held(ada, "**/tickets/*")
    ada.keyboard.press("j")
    ada.keyboard.press("Enter")
    ada.keyboard.press("r")
    ada.keyboard.type("Try glue, please")
    coming.wait()
    coming.let_go()
    ada.keyboard.type(" or a nail.")
    expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    expect(ada.locator("#text")).to_have_value("Try glue, please or a nail.")

    # sent, and while that is on its way: the next one, and a note there
    ada.keyboard.press("Control+Enter")
    for key in "jn":
        ada.keyboard.press(key)
    ada.keyboard.type("She called too.")
    expect(ada.get_by_role("heading", name="The lamp flickers")).to_be_visible()
    expect(ada.get_by_label("Your note")).to_have_value("She called too.")


def test_keys_before_the_scripts_of_a_page_are_there_are_pressed_then(ada: Page, desk: Desk, desk_url: str):
    coming = Held(ada, "**/js/app.js")
    ada.goto(f"{desk_url}/inbox/open", wait_until="commit")
    expect(ada.locator("nav.bottom")).to_be_attached()  # the page is there, and none of its scripts
    for key in ("j", "j", "Enter", "n"):
        ada.keyboard.press(key)
    ada.keyboard.type("Bulbs are in the cellar")
    coming.let_go()

    expect(ada.get_by_role("heading", name="The lamp flickers")).to_be_visible()
    expect(ada.get_by_label("Your note")).to_have_value("Bulbs are in the cellar")
    for key in "gu":  # out of the note first
        ada.keyboard.press("Escape")
        ada.keyboard.press(key)
    ada.keyboard.press("j")
    expect(ada).to_have_url(f"{desk_url}/inbox/unassigned")
    expect(ada.get_by_role("link", name="A chair without a leg")).to_be_focused()
    for key in "gm":
        ada.keyboard.press(key)
    expect(ada.locator("nav.views [data-view=mentions]")).to_have_attribute("aria-current", "page")
