"""Who sent something has the focus on it, or where one goes on, and is told; what did not leave is written on."""

from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from helpdesk.models.agent import Team
from helpdesk.models.ticket import Ticket
from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser
HEARD: Final = "#toasts"


@pytest.fixture
def later(desk: Desk) -> Ticket:
    """What comes after the ticket in its list."""
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        return world.a_ticket(session, team, subject="A chair without a leg", at=world.days_ago(-1))


def opened(page: Page, desk: Desk, desk_url: str, view: str = "open") -> Page:
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/{view}")
    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.locator("#editor")).to_be_visible()
    return page


def answer(page: Page, words: str = "Try another bulb.") -> None:
    page.keyboard.press("r")
    expect(page.locator("#editor")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")


def goes_to(desk: Desk, desk_url: str, page: Page, choice: str) -> None:
    token = page.locator("[name=csrf_token]").first.get_attribute("value") or ""
    form: dict[str, str | float | bool] = {
        "csrf_token": token,
        "goes_to": choice,
        "undo_seconds": "10",
        "then": "stay",
    }
    page.context.request.post(f"{desk_url}/settings/sending", form=form)


def test_it_lands_on_the_answer_and_on_the_note_and_keys_go_on(desk: Desk, desk_url: str, page: Page, later: Ticket):
    opened(page, desk, desk_url)
    page.keyboard.press("n")
    page.keyboard.type("She called twice.")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".message.note summary:focus")).to_have_count(1)
    expect(page.locator(HEARD)).to_have_text("Your note stands in the conversation.")
    answer(page)
    expect(page.locator(".message.from-agent summary:focus")).to_have_count(1)
    expect(page.locator(".message.from-agent").last).to_be_in_viewport()
    expect(page.locator(HEARD)).to_contain_text("leaves in a moment")
    page.keyboard.press("j")  # to the next ticket, as from anywhere else
    expect(page.get_by_role("heading", name="A chair without a leg")).to_be_visible()


def test_who_goes_on_to_another_ticket_by_a_key_is_at_its_row(desk: Desk, desk_url: str, page: Page, later: Ticket):
    opened(page, desk, desk_url)
    page.get_by_role("button", name="Close").focus()

    page.keyboard.press("j")

    expect(page.locator("#ticket h1")).to_have_text("A chair without a leg")
    expect(page.locator(f"#row-{later.number} .subject a")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#ticket h1")).to_have_text("The lamp flickers")
    expect(page.locator(f"#row-{desk.ticket.number} .subject a")).to_be_focused()


def test_on_a_phone_a_tap_on_send_lands_there_too(desk: Desk, desk_url: str, pages: Pages):
    page = opened(pages.open("phone"), desk, desk_url)
    page.get_by_label("Your text").fill("Try another bulb.")

    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator(".message.from-agent summary:focus")).to_have_count(1)
    expect(page.locator(".message.from-agent").last).to_be_in_viewport()


def test_what_is_taken_back_is_written_on(desk: Desk, desk_url: str, page: Page):
    opened(page, desk, desk_url)
    answer(page)
    expect(page.locator("[data-undo]")).to_be_visible()

    page.keyboard.press("z")

    expect(page.locator("#editor")).to_contain_text("Try another bulb.")
    expect(page.locator("#editor")).to_be_focused()


def test_what_is_refused_is_written_on_and_what_is_held_asks(desk: Desk, desk_url: str, pages: Pages):
    pages.forgive("422")
    page = opened(pages.open(), desk, desk_url)
    answer(page, "{{customer.shoe_size}}")
    expect(page.locator("#reply-form .wrong")).to_be_visible()
    expect(page.locator("#editor")).to_be_focused()

    page.keyboard.press("Control+a")
    page.keyboard.type("Try another bulb.")
    with desk.runtime.db.transaction() as session:
        world.a_message(session, session.get_one(Ticket, desk.ticket.id), text="It is the cable!")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#held")).to_be_visible()
    expect(page.locator("#held [data-edit]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#editor")).to_be_focused()


def test_the_next_ticket_has_it_at_its_row_where_that_is_the_choice(
    desk: Desk, desk_url: str, page: Page, later: Ticket
):
    opened(page, desk, desk_url)
    goes_to(desk, desk_url, page, "next")

    answer(page)

    expect(page.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    expect(page.locator(f"#row-{later.number} .subject a")).to_be_focused()
    expect(page.locator(HEARD)).to_contain_text("leaves in a moment")


def test_the_list_has_it_at_the_row_one_comes_from_where_that_is_the_choice(
    desk: Desk, desk_url: str, page: Page, later: Ticket
):
    opened(page, desk, desk_url)
    goes_to(desk, desk_url, page, "list")

    answer(page)

    page.wait_for_url("**/inbox/open")
    expect(page.locator(f"#row-{desk.ticket.number} .subject a")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".row a:focus")).to_have_count(1)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    expect(page.locator(".row a:focus")).to_have_count(0)


def test_who_goes_back_from_what_went_to_the_end_of_the_list_goes_on_where_they_were(
    desk: Desk, desk_url: str, page: Page
):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        chairs = [
            world.a_ticket(session, team, subject=f"Chair {at}", at=world.days_ago(60 - at)).number
            for at in range(30)
        ]
    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("link", name="Chair 0", exact=True).click()
    expect(page.locator("#editor")).to_be_visible()

    answer(page)
    expect(page.locator(".row").last).to_have_attribute("id", f"row-{chairs[0]}")
    expect(page.locator(".message.from-agent summary").first).to_be_focused()
    page.keyboard.press("u")

    expect(page.locator("#ticket > *")).to_have_count(0)
    expect(page.locator(f"#row-{chairs[1]} .subject a")).to_be_focused()
    expect(page.locator(f"#row-{chairs[1]}")).to_be_in_viewport()


@pytest.mark.parametrize("status", [429, 503])
def test_an_answer_that_does_not_get_through_stays_as_it_was_typed_and_is_sent_again(
    desk: Desk, desk_url: str, pages: Pages, status: int
):
    pages.forgive(str(status))
    page, held = opened(pages.open(), desk, desk_url), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/replies*", hold)
    answer(page)
    state = page.locator("#reply-form [data-state]")
    expect(state).to_have_text("Sending …")

    held.pop().fulfill(status=status, body="Not now", headers={"Retry-After": "30"})

    expect(page.locator(HEARD)).to_contain_text("What you typed is still here; try again in a moment.")
    expect(page.locator("#editor")).to_have_text("Try another bulb.")
    expect(page.locator("#editor")).to_be_focused()
    expect(state).to_have_text("Draft saved")
    page.unroute("**/replies*")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".message.from-agent summary:focus")).to_have_count(1)
