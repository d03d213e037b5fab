"""An agent's day in Chromium: sign in, look, open, answer, note, close; by mouse, by key, and on a phone."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.models.agent import Team
from helpdesk.models.message import Note
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.ticket import Status, Ticket
from helpdesk.storage import jobs
from tests import world
from tests.servers.chromium import Pages
from tests.web.browser import PASSWORD
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]


def sign_in(page: Page, url: str, email: str, *, has_scripts: bool = True) -> None:
    """Past the form, which has stories of its own: its page need not be drawn for every other one."""
    post_sign_in(page, url, email)
    page.goto(url)
    expect(page.locator("body.desk")).to_be_visible()
    if has_scripts:
        expect(page.locator("html")).to_have_attribute("data-ready", "yes")


def post_sign_in(page: Page, url: str, email: str) -> None:
    form = page.context.request.get(f"{url}/sign-in").text()
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    fields = {"csrf_token": token[1], "email": email, "password": PASSWORD}
    page.context.request.post(f"{url}/sign-in", form=fields, max_redirects=0)


def the_ticket(desk: Desk) -> Ticket:
    with desk.runtime.db.reading() as session:
        return session.get_one(Ticket, desk.ticket.id)


def delivered_to(desk: Desk) -> list[str]:
    """Whom replies were queued for."""
    of_replies = select(Delivery.email).join(OutboundEmail).where(OutboundEmail.purpose == Purpose.REPLY)
    with desk.runtime.db.reading() as session:
        return list(session.scalars(of_replies))


def notes(desk: Desk) -> int:
    with desk.runtime.db.reading() as session:
        return len(session.scalars(select(Note)).all())


@pytest.fixture
def another(desk: Desk) -> Ticket:
    """A second ticket of the team, that waits longer."""
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        return world.a_ticket(session, team, subject="A chair without a leg", at=world.days_ago(3))


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages, another: Ticket) -> Iterator[Page]:
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    yield page
    page.close()


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_ticket_is_opened_answered_noted_and_closed(
    desk: Desk, desk_url: str, pages: Pages, device: Literal["desktop", "phone"], scheme: Literal["light", "dark"]
):
    page = pages.open(device, scheme)
    sign_in(page, desk_url, desk.ada.email)

    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()
    write(page, "Try another bulb.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message.from-agent").last).to_contain_text("Try another bulb.")
    page.get_by_role("link", name="Note").click()
    page.get_by_label("Your note").fill("She sounded annoyed.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.locator(".message.note")).to_contain_text("She sounded annoyed.")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()

    assert the_ticket(desk).status is Status.CLOSED
    assert len(delivered_to(desk)) == 1
    assert notes(desk) == 1


def write(page: Page, words: str) -> None:
    """Into the editor, once it stands where the plain field was."""
    page.locator("#editor").wait_for()
    page.get_by_label("Your text").fill(words)


def test_the_day_goes_without_a_mouse(ada: Page, desk: Desk):
    ada.keyboard.press("j")
    expect(ada.get_by_role("link", name="A chair without a leg")).to_be_focused()
    ada.keyboard.press("j")
    ada.keyboard.press("Enter")
    ada.keyboard.press("r")  # as fast as fingers are: the ticket is on its way
    ada.keyboard.type("Try another bulb.")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".message.from-agent").last).to_contain_text("Try another bulb.")
    ada.keyboard.press("n")
    ada.keyboard.type("Bulbs are in the cellar.")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".message.note")).to_contain_text("Bulbs are in the cellar.")
    ada.keyboard.press("i")
    expect(ada.locator(".facts")).to_contain_text("Ada Fischer")
    ada.keyboard.press("e")
    expect(ada.get_by_role("button", name="Reopen")).to_be_visible()
    ada.keyboard.press("u")
    expect(ada.locator("#ticket > *")).to_have_count(0)
    ada.keyboard.press("/")
    ada.keyboard.type("flickers")
    ada.keyboard.press("Enter")

    expect(ada.locator("mark").first).to_have_text("flickers")
    assert the_ticket(desk).status is Status.CLOSED


def test_back_and_forward_walk_between_list_and_tickets(ada: Page):
    ada.get_by_role("link", name="A chair without a leg").click()
    expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    ada.get_by_role("link", name="The lamp flickers").click()
    expect(ada.get_by_role("heading", name="The lamp flickers")).to_be_visible()

    ada.go_back()
    expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    ada.go_back()
    expect(ada.locator("#ticket > *")).to_have_count(0)
    ada.go_forward()
    expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    ada.reload()
    expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    expect(ada.get_by_role("link", name="The lamp flickers")).to_be_visible()


def test_a_text_stays_while_the_agent_looks_at_another_ticket(ada: Page):
    ada.get_by_role("link", name="The lamp flickers").click()
    write(ada, "Half a thought")
    ada.get_by_role("link", name="A chair without a leg").click()
    expect(ada.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    expect(ada.get_by_label("Your text")).to_have_text("")

    ada.get_by_role("link", name="The lamp flickers").click()

    expect(ada.get_by_label("Your text")).to_have_text("Half a thought")


def test_a_text_stays_when_sending_fails(pages: Pages, ada: Page, desk: Desk):
    pages.forgive("401")
    pages.forgive("ERR")
    ada.get_by_role("link", name="The lamp flickers").click()
    write(ada, "Typed with care")
    ada.context.clear_cookies()
    pages.forgive("400")

    ada.get_by_role("button", name="Send", exact=True).click()

    expect(ada.locator("#toasts")).to_contain_text("What you typed is still here")
    expect(ada.get_by_label("Your text")).to_have_text("Typed with care")
    assert not delivered_to(desk)


def test_a_letter_is_shown_in_a_frame_as_high_as_itself_that_runs_nothing(ada: Page):
    ada.get_by_role("link", name="The lamp flickers").click()
    frame = ada.locator("iframe.frame")
    frame.scroll_into_view_if_needed()

    expect(ada.frame_locator("iframe.frame").get_by_text("dark")).to_be_visible()
    ada.wait_for_function("document.querySelector('iframe.frame').clientHeight < 200")
    assert "allow-scripts" not in (frame.get_attribute("sandbox") or "")


def test_a_new_message_shows_itself_on_list_and_ticket_without_a_jump(ada: Page, desk: Desk):
    ada.get_by_role("link", name="The lamp flickers").click()
    write(ada, "Half a thought")
    ada.wait_for_timeout(300)  # until the stream listens
    with desk.runtime.db.transaction() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        world.a_message(session, ticket, text="It is dark now!")
        jobs.announce(session, ticket.id)
        new = world.a_ticket(session, session.get_one(Team, ticket.team_id), subject="A third matter")
        jobs.announce(session, new.id)

    expect(ada.get_by_role("link", name="A third matter")).to_be_visible()
    expect(ada.locator('.view [data-count="open"]')).to_have_text("3")
    expect(ada.locator("#news")).to_have_text("1 new message")
    expect(ada.get_by_label("Your text")).to_have_text("Half a thought")
    ada.locator("#news").click()
    expect(ada.locator(".thread")).to_contain_text("It is dark now!")
    expect(ada.get_by_label("Your text")).to_have_text("Half a thought")


def test_the_desk_works_without_scripts(desk: Desk, desk_url: str, pages: Pages):
    page = pages.open(java_script_enabled=False)
    sign_in(page, desk_url, desk.ada.email, has_scripts=False)

    page.get_by_role("link", name="The lamp flickers").click()
    page.get_by_label("Your text").fill("Try another bulb.")
    page.locator(".split summary").click()
    page.get_by_role("button", name="Send and close").click()

    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    expect(page.locator(".thread")).to_contain_text("Try another bulb.")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#list")).to_be_visible()
    assert the_ticket(desk).status is Status.CLOSED


def test_panes_give_way_as_the_window_narrows(ada: Page):
    ada.get_by_role("link", name="The lamp flickers").click()
    expect(ada.locator(".customer")).to_be_visible()
    expect(ada.locator("#list")).to_be_visible()

    ada.set_viewport_size({"width": 1024, "height": 768})
    expect(ada.locator("#list")).to_be_hidden()
    expect(ada.locator("#views")).to_be_visible()
    ada.set_viewport_size({"width": 390, "height": 844})
    expect(ada.locator("#views")).to_be_hidden()
    expect(ada.locator("#ticket")).to_be_visible()
    ada.get_by_role("link", name="Back to the list").click()
    expect(ada.locator("#list")).to_be_visible()
    ada.get_by_role("button", name="More").click()
    expect(ada.locator("#views")).to_be_visible()
    assert ada.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_page_asks_anybody_else_for_anything(desk: Desk, desk_url: str, pages: Pages):
    page, asked = pages.open(), []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, desk_url, desk.ada.email)
    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()

    assert all(url.startswith(desk_url) for url in asked)
