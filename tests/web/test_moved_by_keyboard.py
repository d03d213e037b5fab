"""A ticket is moved out of its mover's sight by keys, and brought back: where one is then, and what the list says."""

import pytest
from playwright.sync_api import Page, expect

from helpdesk.models.agent import Team
from helpdesk.models.ticket import Ticket
from tests import world
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def later(desk: Desk) -> Ticket:
    """What comes after the ticket in its list."""
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        return world.a_ticket(session, team, subject="A chair without a leg", at=world.days_ago(-1))


def moved(page: Page, desk: Desk, desk_url: str) -> None:
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.locator("#editor")).to_be_visible()
    page.keyboard.press("t")
    page.locator(".menu-form").get_by_role("button", name=desk.otto.teams[0].name).focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-left]")).to_contain_text(f"#{desk.ticket.number} is with others now")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


def test_one_goes_on_at_the_next_row_and_what_is_taken_back_is_said_no_longer(
    desk: Desk, desk_url: str, page: Page, later: Ticket
):
    moved(page, desk, desk_url)
    expect(page.locator(f"#row-{later.number} .subject a")).to_be_focused()
    assert page.url == f"{desk_url}/inbox/open"

    page.keyboard.press("z")

    expect(page.locator("#ticket h1")).to_have_text("The lamp flickers")
    expect(page.locator("[data-left]")).to_have_count(0)
    expect(page.locator("[data-undo]")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def test_where_no_row_is_left_it_is_the_way_back_and_then_the_ticket(desk: Desk, desk_url: str, page: Page):
    moved(page, desk, desk_url)
    expect(page.locator("[data-left] button")).to_be_focused()

    page.keyboard.press("Enter")

    expect(page.locator("#ticket h1")).to_be_focused()
    expect(page.locator("[data-left]")).to_have_count(0)


def test_who_is_nowhere_when_it_comes_back_is_at_the_ticket(desk: Desk, desk_url: str, page: Page, later: Ticket):
    moved(page, desk, desk_url)
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("z")

    expect(page.locator("#ticket h1")).to_be_focused()


def test_loaded_again_a_list_says_it_no_more(desk: Desk, desk_url: str, page: Page, later: Ticket):
    moved(page, desk, desk_url)

    page.reload()

    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    expect(page.locator(f"#row-{later.number}")).to_be_visible()
    expect(page.locator("[data-left]")).to_have_count(0)
