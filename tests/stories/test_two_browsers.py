"""Two agents at one ticket, each in a browser: they see each other, lose nothing, and nobody answers unknowingly."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from helpdesk.desk import places, snooze, tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.ticket import Priority, Ticket
from helpdesk.storage import jobs
from tests import world
from tests.servers.chromium import SOONER, Pages
from tests.stories.test_desk_in_browser import delivered_to, sign_in, write
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]

TYPED = "Half a thought, typed with care"


@pytest.fixture
def kim(desk: Desk) -> Agent:
    """A colleague of Ada's."""
    with desk.runtime.db.transaction() as session:
        agent = world.an_agent(session, session.get_one(Team, desk.ticket.team_id), name="Kim Lee")
        agent.password_hash = PASSWORD_HASH
    return agent


def eight_changes(desk: Desk, kim: Agent) -> None:
    """Each in a transaction of its own, all at the same time."""

    def change(at: int) -> None:
        with desk.runtime.db.transaction() as session:
            alter(session, session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, kim.id), at)

    with ThreadPoolExecutor(8) as together:
        list(together.map(change, range(8)))


def alter(session: Session, ticket: Ticket, kim: Agent, at: int) -> None:
    if at == 0:
        tickets.assign(session, ticket, kim, by=kim)
    elif at == 1:
        places.prioritise(session, ticket, Priority.HIGH, by=kim)
    elif at == 2:
        tickets.wait(session, ticket, by=kim)
    elif at == 3:
        snooze.snooze(session, ticket, by=kim)
    elif at in {4, 5}:
        tickets.tag(session, ticket, f"tag {at}", by=kim)
    elif at == 6:
        tickets.note(session, ticket, "He called twice.", by=kim)
    else:
        world.a_message(session, ticket, text="It is dark now!")
        jobs.announce(session, ticket.id)


def open_ticket(page: Page) -> None:
    page.get_by_role("link", name="The lamp flickers").click()
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()


def test_two_at_one_ticket(desk: Desk, desk_url: str, pages: Pages, kim: Agent):
    pages.forgive("422")  # what is held
    adas, kims = pages.open(), pages.open()
    for page, agent in ((adas, desk.ada), (kims, kim)):
        with page.expect_response("**/events"):  # its stream listens
            sign_in(page, desk_url, agent.email)
    open_ticket(adas)

    # they see each other: Ada in Kim's list, Kim in Ada's ticket, then writing
    expect(kims.locator(".row .presence .avatar")).to_have_count(1, timeout=SOONER)
    open_ticket(kims)
    expect(adas.locator(".ticket .presence .looking")).to_have_count(1, timeout=SOONER)
    write(kims, "I answer this")
    expect(adas.locator(".ticket .presence")).to_contain_text("Kim Lee is writing", timeout=SOONER)

    # eight changes at once: what Ada types stays, in the page and in her draft
    write(adas, TYPED)
    eight_changes(desk, kim)
    expect(adas.locator("#news")).to_contain_text("1 new message")
    expect(adas.get_by_label("Your text")).to_have_text(TYPED)
    scrolled = adas.evaluate("document.querySelector('#ticket').scrollTop")
    with desk.runtime.db.transaction() as session:
        new = world.a_ticket(session, session.get_one(Team, desk.ticket.team_id), subject="A third matter")
        jobs.announce(session, new.id)
    expect(adas.get_by_role("link", name="A third matter")).to_be_visible()
    assert adas.evaluate("document.querySelector('#ticket').scrollTop") == scrolled

    # what came meanwhile holds the answer; it is kept as typed, and leaves when she says so
    adas.get_by_role("button", name="Send", exact=True).click()
    expect(adas.locator("#held")).to_contain_text("Nothing was sent")
    assert delivered_to(desk) == []
    adas.reload()
    expect(adas.get_by_label("Your text")).to_have_text(TYPED)
    adas.get_by_role("button", name="Send", exact=True).click()
    expect(adas.locator(".message.from-agent").last).to_contain_text(TYPED)
    assert len(delivered_to(desk)) == 1

    # who leaves is gone
    kims.goto(f"{desk_url}/settings")
    expect(adas.locator(".ticket .presence .avatar")).to_have_count(0, timeout=25_000)
