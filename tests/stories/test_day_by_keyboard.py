"""A whole day by keyboard alone: read, answer, note, merge, snooze, take back, search, close twenty at once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from helpdesk.desk import bulk
from helpdesk.models.agent import Team
from helpdesk.models.bulk import Bulk
from helpdesk.models.message import Note
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.ticket import Place, Status, Ticket
from tests import world
from tests.servers.chromium import Pages
from tests.stories.test_desk_in_browser import sign_in
from tests.web.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.story]

NO_MOUSE = """for (const name of ["pointerdown", "mousedown", "touchstart"])
  addEventListener(name, () => { throw new Error("the mouse is disabled"); }, true);"""


def a_days_work(desk: Desk, *, matters: int, adverts: int) -> list[int]:
    """Tickets to be worked on, the one that waits longest first, and adverts; the numbers of the first."""
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        made = [
            world.a_ticket(session, team, subject=f"Matter {at}", at=world.days_ago(30 - at)).number
            for at in range(matters)
        ]
        for at in range(adverts):
            world.a_ticket(session, team, subject=f"Advert {at}", text="Buy gazebos now!", at=world.days_ago(2))
        return made


@pytest.fixture
def matters(desk: Desk) -> list[int]:
    return a_days_work(desk, matters=10, adverts=20)


@pytest.fixture
def ada(desk: Desk, desk_url: str, pages: Pages, matters: list[int]) -> Iterator[Page]:
    page = pages.open()
    sign_in(page, desk_url, desk.ada.email)
    page.add_init_script(NO_MOUSE)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    yield page
    page.close()


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def search(page: Page, words: str) -> None:
    keys(page, "/")
    expect(page.locator("#search")).to_be_focused()
    keys(page, "Control+a")
    page.keyboard.type(words)
    keys(page, "Enter")
    page.wait_for_url("**/search?q=*")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


def test_a_day_without_a_mouse(ada: Page, desk: Desk, matters: list[int]):
    # reads ten, one after the other
    keys(ada, "g", "u")
    ada.wait_for_url("**/inbox/unassigned")
    expect(ada.locator("html")).to_have_attribute("data-ready", "yes")
    keys(ada, "j", "Enter")
    for at in range(10):
        expect(ada.get_by_role("heading", name=f"Matter {at}", exact=True)).to_be_visible()
        if at < 5:  # answers five
            answer(ada, f"Answer {at}")
        if at == 4:  # and takes the last one back
            keys(ada, "z")
            expect(ada.locator("#editor")).to_contain_text("Answer 4")
            keys(ada, "Escape")
        if at in {5, 6}:
            note(ada, f"Note {at}")
        if at < 9:
            keys(ada, "j")

    # merges the last one into the one before, by number
    keys(ada, "m")
    expect(ada.get_by_label("Ticket number").first).to_be_focused()
    ada.keyboard.type(str(matters[8]))
    keys(ada, "Enter")
    expect(ada.get_by_role("heading", name="Matter 8", exact=True)).to_be_visible()
    # snoozes that one until tomorrow or an answer
    keys(ada, "h")
    expect(ada.locator(".snooze .menu-item").first).to_be_focused()
    keys(ada, "Enter")
    expect(ada.locator(".bar").first).to_contain_text("or until they answer")
    # searches three times
    for words, found in (("matter 3", "Matter 3"), ("answer", "Matter 0")):
        search(ada, words)
        expect(ada.locator(".row", has_text=found).first).to_be_visible()
    search(ada, "gazebos")
    expect(ada.locator(".row")).to_have_count(20)
    # closes twenty at once
    keys(ada, "*", "a")
    expect(ada.locator("#bulk [data-count]")).to_have_text("20")
    keys(ada, "e")
    expect(ada.locator(".bulk-progress")).to_be_visible()
    finish_bulk(desk)

    assert what_was_done(desk) == {"sent": 4, "notes": 2, "merged": 1, "snoozed": 1, "closed": 20}


def answer(page: Page, words: str) -> None:
    keys(page, "r")
    expect(page.locator("#editor")).to_be_focused()
    page.keyboard.type(words)
    keys(page, "Control+Enter")
    expect(page.locator(".message.from-agent").last).to_contain_text(words)
    is_ready(page)


def note(page: Page, words: str) -> None:
    keys(page, "n")
    expect(page.get_by_label("Your note")).to_be_focused()
    page.keyboard.type(words)
    keys(page, "Control+Enter")
    expect(page.locator(".message.note")).to_contain_text(words)
    is_ready(page)


def is_ready(page: Page) -> None:
    """The page that came in answer listens to keys, and no field has them."""
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    expect(page.locator("#editor, textarea").locator(":focus")).to_have_count(0)


def finish_bulk(desk: Desk) -> None:
    """What a worker does meanwhile."""
    with desk.runtime.db.transaction() as session:
        asked = session.scalars(select(Bulk)).one()
        while bulk.go_on(session, asked):
            pass


def what_was_done(desk: Desk) -> dict[str, int]:
    tickets = select(func.count()).select_from(Ticket)
    sent = select(func.count()).select_from(Delivery).join(OutboundEmail)
    counted = {
        "sent": sent.where(OutboundEmail.purpose == Purpose.REPLY, Delivery.state == DeliveryState.QUEUED),
        "notes": select(func.count()).select_from(Note),
        "merged": tickets.where(Ticket.place == Place.MERGED),
        "snoozed": tickets.where(Ticket.status == Status.SNOOZED),
        "closed": tickets.where(Ticket.status == Status.CLOSED, Ticket.place == Place.DESK),
    }
    with desk.runtime.db.reading() as session:
        return {name: session.scalars(query).one() for name, query in counted.items()}
