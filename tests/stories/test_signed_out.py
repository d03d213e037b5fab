"""A login ends while somebody writes: what was typed stays, and goes on once they are signed in again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, update

from helpdesk import clock
from helpdesk.models.agent import Team, TeamMember
from helpdesk.models.sign_in import LoginSession
from helpdesk.storage import jobs
from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import delivered_to, sign_in, write
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]

TYPED = "Half a thought, typed with care"


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages) -> Iterator[Page]:
    with desk.runtime.db.transaction() as session:
        world.a_ticket(session, session.get_one(Team, desk.ticket.team_id), subject="A chair without a leg")
    pages.forgive("401")
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    yield page
    page.close()


def end_logins(desk: Desk, page: Page) -> None:
    with desk.runtime.db.transaction() as session:
        session.execute(update(LoginSession).values(ended_at=clock.now()))
    expect(page.locator("#toasts")).to_contain_text("You were signed out. What you typed is still here.")


def test_an_answer_outlives_its_login(desk: Desk, desk_url: str, ada: Page):
    ada.get_by_role("link", name="The lamp flickers").click()
    write(ada, "Half a thought")
    end_logins(desk, ada)

    # typed, sent and left: nothing of it gets anywhere, and nothing is lost
    write(ada, TYPED)
    ada.get_by_role("button", name="Send", exact=True).click()
    ada.get_by_role("link", name="A chair without a leg").click()
    expect(ada.locator("#toasts")).to_contain_text("You were signed out")
    expect(ada.get_by_label("Your text")).to_have_text(TYPED)

    # somebody else who signs in here takes nothing over
    other = ada.context.new_page()
    sign_in(other, desk_url, desk.otto.email)
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.get_by_label("Your text")).to_have_text(TYPED)
    other.context.clear_cookies()

    sign_in(other, desk_url, desk.ada.email)
    expect(ada.locator("#toasts")).to_contain_text("Connected again")
    expect(ada.locator("#reply-form [data-state]")).to_have_text("Draft saved")
    assert delivered_to(desk) == []
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.locator(".message.from-agent").last).to_contain_text(TYPED)
    assert len(delivered_to(desk)) == 1

    # and the page hears of changes again
    with desk.runtime.db.transaction() as session:
        world.a_message(session, desk.ticket, text="It is dark now!")
        jobs.announce(session, desk.ticket.id)
    expect(ada.locator("#news")).to_contain_text("1 new message")


def test_a_form_of_the_settings_outlives_it_too(desk: Desk, desk_url: str, ada: Page):
    ada.goto(f"{desk_url}/settings/saved-replies")
    expect(ada.locator("html")).to_have_attribute("data-ready", "yes")
    form = ada.locator("form:has([name=text])").last
    form.evaluate("one => { const fold = one.closest('details'); if (fold) fold.open = true }")
    form.locator("[name=name]").fill("Refund")
    form.locator("[name=text]").fill(TYPED)
    end_logins(desk, ada)

    form.evaluate("one => one.requestSubmit()")
    expect(form.locator("[name=text]")).to_have_value(TYPED)
    other = ada.context.new_page()
    sign_in(other, desk_url, desk.ada.email)
    expect(ada.locator("#toasts")).to_contain_text("Connected again")
    form.evaluate("one => one.requestSubmit()")

    expect(ada.get_by_text("Refund").first).to_be_visible()
    expect(ada).to_have_url(f"{desk_url}/settings/saved-replies?saved=1")


def test_a_form_that_met_the_end_of_it_waits_for_a_tab_beside(desk: Desk, desk_url: str, ada: Page, pages: Pages):
    pages.forgive("ERR_FAILED")
    ada.route("**/events", lambda route: route.abort())  # nobody tells the page
    ada.goto(f"{desk_url}/settings/saved-replies")
    form = ada.locator("form:has([name=text])").last
    form.evaluate("one => { const fold = one.closest('details'); if (fold) fold.open = true }")
    form.locator("[name=name]").fill("Refund")
    form.locator("[name=text]").fill(TYPED)
    with desk.runtime.db.transaction() as session:
        session.execute(update(LoginSession).values(ended_at=clock.now()))
    form.evaluate("one => one.requestSubmit()")
    expect(ada.get_by_role("heading", name="Please sign in again")).to_be_visible()
    expect(ada.get_by_label("What you had written")).to_contain_text(TYPED)
    again = ada.get_by_role("button", name="You are signed in: send it now")
    expect(again).to_be_hidden()

    sign_in(ada.context.new_page(), desk_url, desk.ada.email)
    again.click()

    expect(ada).to_have_url(f"{desk_url}/settings/saved-replies?saved=1")
    expect(ada.get_by_text("Refund").first).to_be_visible()


def test_a_ticket_that_went_out_of_sight_stays_with_what_is_written_on_it(
    desk: Desk, desk_url: str, ada: Page, pages: Pages
):
    pages.forgive("404")
    ada.get_by_role("link", name="The lamp flickers").click()
    ada.locator("#editor").wait_for()
    with desk.runtime.db.transaction() as session:
        session.execute(delete(TeamMember).where(TeamMember.agent_id == desk.ada.id))

    write(ada, TYPED)

    expect(ada.locator("#toasts")).to_contain_text("no longer for you to see")
    expect(ada.get_by_label("Your text")).to_have_text(TYPED)
    ada.locator("#toasts").get_by_role("link", name="Back to the list").click()
    expect(ada).to_have_url(f"{desk_url}/inbox/open")
