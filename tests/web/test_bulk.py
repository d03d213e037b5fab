"""Many tickets of a list at once: chosen, done, told, taken back; by mouse and by keyboard."""

import re
from http import HTTPStatus

from playwright.sync_api import Page, expect
from sqlalchemy import select

from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Status, Ticket
from tests import world
from tests.web.desk import Desk
from tests.web.test_passkeys import sign_in


def statuses(desk: Desk) -> set[Status]:
    with desk.runtime.db.reading() as session:
        return set(session.scalars(select(Ticket.status).where(Ticket.team_id == desk.ticket.team_id)))


def two_more(desk: Desk) -> list[str]:
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        mailbox = session.get_one(Mailbox, desk.ticket.mailbox_id)
        made = [world.a_ticket(session, team, mailbox=mailbox) for _ in range(2)]
        return [str(desk.ticket.number), *(str(ticket.number) for ticket in made)]


def test_what_is_chosen_is_closed_told_and_taken_back(desk: Desk):
    chosen, ada = two_more(desk), desk.browser(desk.ada)
    form = {"do": "close:", "key": "k", "back": "/inbox/open?after=1"}

    asked = ada.client.post("/bulk", data={**form, "ticket": chosen, "csrf_token": ada.token})

    assert asked.headers["Location"].startswith("/inbox/open?bulk=")
    assert statuses(desk) == {Status.CLOSED}
    number = asked.headers["Location"].rpartition("=")[2]
    told = ada.get(f"/bulk/{number}").text
    assert "3 of 3 tickets done" in told
    assert desk.browser(desk.otto).get(f"/bulk/{number}").status_code == HTTPStatus.NOT_FOUND
    ada.post(f"/bulk/{number}/undo", {"back": "/inbox/open"})
    assert statuses(desk) == {Status.OPEN}
    assert "3 of 3 tickets put back" in ada.get(f"/bulk/{number}").text


def test_all_of_a_list_are_its_tickets_wherever_it_is_shown_and_nobody_elses(desk: Desk):
    two_more(desk)
    with desk.runtime.db.transaction() as session:
        foreign = world.a_ticket(session)
        foreign_id = foreign.id
    ada, team = desk.browser(desk.ada), desk.ticket.team_id
    lists = ("/inbox/open", f"/teams/{team}/inbox?after=1.1", "/search?q=is:open",
             f"/tickets/{desk.ticket.number}?view=open&part=list")  # fmt: skip

    for number, back in enumerate(lists):
        form = {"do": "close:", "key": f"k{number}", "back": back, "whole": "1", "ticket": str(desk.ticket.number)}
        asked = ada.post("/bulk", form).headers["Location"].rpartition("=")[2]
        assert "3 of 3 tickets done" in ada.get(f"/bulk/{asked}").text, back
        assert statuses(desk) == {Status.CLOSED}
        ada.post(f"/bulk/{asked}/undo", {"back": back})
    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, foreign_id).status is Status.OPEN
    for nowhere in ("/search?q=lamp", "/settings", "//evil.example/inbox/open", ""):
        answer = ada.post("/bulk", {"do": "close:", "key": nowhere, "back": nowhere, "whole": "1"})
        assert answer.headers["Location"].endswith("bulk=0"), nowhere


def test_what_makes_no_sense_does_nothing_and_the_list_says_so(desk: Desk):
    ada = desk.browser(desk.ada)

    for form in ({"do": "juggle:", "ticket": "1"}, {"do": "close:"}, {"do": "tag:", "tag": " ", "ticket": "1"}):
        assert ada.post("/bulk", {**form, "back": "//evil.example"}).headers["Location"] == "/?bulk=0"
    assert "Nothing was done" in ada.get("/inbox/open?bulk=0").text
    assert statuses(desk) == {Status.OPEN}


def test_in_a_browser_by_the_keyboard(desk: Desk, desk_url: str, page: Page):
    two_more(desk)
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/inbox/open")
    expect(page.locator("#bulk")).to_be_hidden()

    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_visible()
    page.locator("#bulk [data-all]").check()
    expect(page.locator("#bulk [data-count]")).to_have_text("3")
    page.get_by_role("button", name="Close").press("Enter")

    expect(page.locator(".bulk-progress")).to_contain_text(re.compile("3 of 3 tickets done"))
    page.locator("[data-undo-bulk]").click()
    expect(page.locator(".bulk-progress")).to_contain_text("3 of 3 tickets put back")
    expect(page.locator("#rows .row")).to_have_count(3)
