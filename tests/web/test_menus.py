"""Menus of a ticket by keys: arrows walk in them, Enter does what stands beside a field, Escape gives focus back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.customer import Customer
from helpdesk.models.sending import Sending
from helpdesk.models.ticket import Place, Status, Ticket
from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.locator("#editor").wait_for()
    yield page
    page.close()


def in_ten_days() -> str:
    return f"{clock.now() + timedelta(days=10):%Y-%m-%dT10:00}"


def test_a_menu_is_walked_by_arrows_and_gives_the_focus_back(ada: Page):
    ada.keyboard.press("h")
    items = ada.locator(".snooze .menu-item")
    expect(items.first).to_be_focused()
    ada.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    ada.keyboard.press("ArrowUp")
    ada.keyboard.press("ArrowUp")
    expect(ada.locator(".snooze [name=why]")).to_be_focused()

    ada.keyboard.press("Escape")

    expect(ada.locator(".snooze > summary")).to_be_focused()
    expect(ada.locator(".snooze .menu-panel")).to_be_hidden()


def test_a_name_typed_in_a_menu_finds_it_and_no_letter_of_it_does_anything_else(desk: Desk, ada: Page):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        for name in ("Keiko Arai", "Élodie Garnier"):
            world.an_agent(session, team, name=name)
    ada.reload()
    ada.locator("#editor").wait_for()

    ada.keyboard.press("a")
    ada.keyboard.type("keiko")
    expect(ada.get_by_role("button", name="Keiko Arai")).to_be_focused()
    ada.wait_for_timeout(1_100)  # what is typed later begins anew
    ada.keyboard.type("elo")
    expect(ada.get_by_role("button", name="Élodie Garnier")).to_be_focused()
    ada.wait_for_timeout(1_100)
    ada.keyboard.type("e#!")
    expect(ada.locator(".ticket-actions .menu-panel").first).to_be_visible()
    ada.keyboard.press("Escape")

    with desk.runtime.db.reading() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        assert (ticket.status, ticket.place, ticket.assignee_id) == (Status.OPEN, Place.DESK, None)


def test_a_number_typed_in_the_menu_of_merging_is_the_one_it_is_merged_into(desk: Desk, ada: Page, desk_url: str):
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        world.a_ticket(
            session, team, customer=session.get_one(Customer, desk.ticket.customer_id), subject="Their own"
        )
        meant = world.a_ticket(session, team, subject="The one that is meant").number
    ada.reload()
    ada.locator("#editor").wait_for()
    ada.keyboard.press("m")
    expect(ada.get_by_role("button", name="Their own")).to_be_focused()

    ada.keyboard.type(str(meant))
    ada.keyboard.press("Enter")

    expect(ada.get_by_role("heading", name="The one that is meant", exact=True)).to_be_visible()


def test_enter_in_a_moment_means_that_moment(ada: Page, desk: Desk):
    ada.keyboard.press("h")
    ada.locator(".snooze [name=until_at]").fill(in_ten_days())
    ada.locator(".snooze [name=until_at]").press("Enter")

    expect(ada.locator(".bar").first).to_contain_text("10:00")
    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, desk.ticket.id).status is Status.SNOOZED


def test_enter_in_the_reason_chooses_no_moment(ada: Page, desk: Desk, pages: Pages):
    pages.forgive("422")
    ada.keyboard.press("h")
    ada.locator(".snooze [name=why]").fill("The part comes")
    ada.locator(".snooze [name=why]").press("Enter")

    expect(ada.locator(".snooze [name=until_at]")).to_be_focused()
    expect(ada.locator(".snooze [name=why]")).to_have_value("The part comes")
    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, desk.ticket.id).status is Status.OPEN


def test_enter_in_when_it_leaves_puts_it_off_and_sends_nothing_now(ada: Page, desk: Desk):
    ada.get_by_label("Your text").fill("Try another bulb.")
    ada.locator(".split summary").click()
    ada.get_by_label("When it leaves").fill(in_ten_days())
    ada.get_by_label("When it leaves").press("Enter")

    expect(ada.locator(".message.from-agent .state").last).to_contain_text("10:00")
    with desk.runtime.db.reading() as session:
        sending = session.scalars(select(Sending)).one()
    assert sending.is_later
    assert sending.leaves_at > clock.now() + timedelta(days=8)


def test_enter_in_the_subject_of_a_new_email_goes_on_to_its_text(ada: Page, desk_url: str):
    ada.goto(f"{desk_url}/tickets/new")
    ada.locator("#editor").wait_for()
    ada.locator("[name=subject]").fill("Your lamp")
    ada.locator("[name=subject]").press("Enter")

    expect(ada.locator("#editor")).to_be_focused()


def test_what_is_to_be_decided_stands_where_a_long_conversation_opens(desk: Desk, desk_url: str, pages: Pages):
    with desk.runtime.db.transaction() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        for at in range(12):
            world.a_message(session, ticket, text=f"Letter {at}\n" * 8)
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.locator("#editor").wait_for()
    page.keyboard.press("h")
    page.keyboard.press("Enter")

    expect(page.locator(".bar").first).to_contain_text("Snoozed until")
    expect(page.locator(".bar").first).to_be_in_viewport()


@pytest.mark.parametrize("tags", [0, 24])
def test_the_customers_column_sticks_below_the_head_however_high_that_is(
    desk: Desk, desk_url: str, pages: Pages, tags: int
):
    with desk.runtime.db.transaction() as session:
        ticket, by = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        world.a_message(session, ticket, text="A long one.\n" * 200)
        for number in range(tags):
            tickets.tag(session, ticket, f"a longer tag {number}", by=by)
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}")
    page.locator("#editor").wait_for()
    page.locator("#ticket").evaluate("pane => { pane.scrollTop = 700 }")

    expect(page.locator(".customer")).to_be_visible()
    gap, left = page.evaluate(
        """() => {
          const at = (selector) => document.querySelector(selector).getBoundingClientRect();
          return [at(".customer").top - at(".ticket-head").bottom, at("#ticket").bottom - at(".customer").bottom];
        }"""
    )
    assert (round(gap), left >= 0) == (16, True)
    page.close()
