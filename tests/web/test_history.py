"""The page of a ticket's history: in words, from the ticket and back to it, for who may read that."""

import pytest
from playwright.sync_api import Page, expect

from helpdesk.desk import history, links, merges, places, tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.ticket import Priority, Ticket
from tests import world
from tests.web.desk import Desk
from tests.web.test_passkeys import sign_in


def test_it_says_who_did_what_from_what_to_what(desk: Desk):
    with desk.runtime.db.transaction() as session:
        ada, ticket = session.get_one(Agent, desk.ada.id), session.get_one(Ticket, desk.ticket.id)
        team = session.get_one(Team, ticket.team_id)
        other = world.a_ticket(session, team)
        places.prioritise(session, ticket, Priority.HIGH, by=ada)
        links.link(session, ticket, other, by=ada)
        merges.merge(session, other, ticket, by=ada)
        tickets.tag(session, ticket, "<b>lamp", by=ada)
    address = f"/tickets/{desk.ticket.number}/history"

    page = desk.browser(desk.ada).get(f"{address}?view=mine").text

    name = desk.ada.name
    for said in (
        f"{name} set the priority to High",
        f"{name} linked #{other.id}",
        f"{name} merged #{other.id} into this",
    ):
        assert said in page
    assert "tagged it “&lt;b&gt;lamp”" in page
    assert f'href="/tickets/{desk.ticket.number}?view=mine"' in page
    assert desk.browser(desk.otto).get(address).status_code == 404
    assert "set the priority" not in desk.browser(desk.root).get(address).text


def test_a_long_one_has_a_way_to_what_was_earlier_and_back(desk: Desk):
    with desk.runtime.db.transaction() as session:
        ada, ticket = session.get_one(Agent, desk.ada.id), session.get_one(Ticket, desk.ticket.id)
        for number in range(history.PAGE + 5):
            places.prioritise(session, ticket, Priority.LOW if number % 2 else Priority.HIGH, by=ada)
        first = session.query(AuditEvent.id).filter_by(action="ticket.prioritise").order_by(AuditEvent.id).first()
    assert first is not None
    ada_sees = desk.browser(desk.ada)
    last = ada_sees.get(f"/tickets/{desk.ticket.number}/history").text
    assert last.count("set the priority") == history.PAGE
    earlier = last.partition('class="more"><a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")

    page = ada_sees.get(earlier).text

    assert page.count("set the priority") == 5
    assert "To the last changes" in page
    assert ada_sees.get(f"/tickets/{desk.ticket.number}/history?before=x").status_code == 200


@pytest.mark.browser
def test_by_keyboard_it_is_left_for_the_ticket_and_the_ticket_for_the_list(desk: Desk, desk_url: str, page: Page):
    sign_in(page, desk_url, desk.ada.email)
    page.goto(f"{desk_url}/tickets/{desk.ticket.number}?view=open")
    page.wait_for_selector("html[data-ready]")
    page.locator("#customer").get_by_role("link", name="History").click()
    expect(page.locator("#ticket h1")).to_have_text("History")
    page.keyboard.press("r")  # nothing is written here

    page.keyboard.press("u")

    expect(page.locator("#composer")).to_be_visible()
    page.keyboard.press("u")
    expect(page).to_have_url(f"{desk_url}/inbox/open")
