"""What others do with a ticket that somebody has open, and forms whose login ended: nothing typed is lost."""

import html
import re

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import merges, places, tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.sign_in import LoginSession
from helpdesk.models.ticket import Place, Ticket
from tests import world
from tests.web.browser import Browser
from tests.web.desk import Desk


def opened(browser: Browser, desk: Desk) -> str:
    """The address at which the page of the ticket looks for news."""
    page = browser.get(f"/tickets/{desk.ticket.number}").text
    found = re.search(r'data-news="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def told(browser: Browser, url: str) -> str:
    return str((browser.get(url).json or {})["words"])


def assign(session: Session, ticket: Ticket, by: Agent) -> None:
    tickets.assign(session, ticket, by, by=by)


def close(session: Session, ticket: Ticket, by: Agent) -> None:
    tickets.close(session, ticket, by=by)


def throw_away(session: Session, ticket: Ticket, by: Agent) -> None:
    places.put(session, ticket, Place.TRASH, by=by)


def merge(session: Session, ticket: Ticket, by: Agent) -> None:
    merges.merge(session, ticket, world.a_ticket(session, session.get_one(Team, ticket.team_id)), by=by)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (assign, "Assigned to Ada Fischer"),
        (close, "State: Closed"),
        (throw_away, "In the trash now"),
        (merge, r"Merged into #\d+"),
    ],
)
def test_an_open_page_is_told_how_the_ticket_stands_now(desk: Desk, change, words):
    ada = desk.browser(desk.ada)
    url = opened(ada, desk)
    assert told(ada, url) == ""

    with desk.runtime.db.transaction() as session:
        change(session, session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id))

    assert re.fullmatch(words, told(ada, url))


@pytest.mark.parametrize("state", ["", "x", "desk.open.0", "a.b.c.d.e", "%00.%00.x.y"])
def test_a_state_that_no_page_remembered_is_no_error(desk: Desk, state: str):
    answer = desk.browser(desk.ada).get(f"/tickets/{desk.ticket.number}/news?message=9999&note=9999&state={state}")

    assert answer.status_code == 200


def end_logins(desk: Desk) -> None:
    with desk.runtime.db.transaction() as session:
        session.execute(update(LoginSession).values(ended_at=clock.now()))


def test_a_form_whose_login_ended_waits_with_all_that_was_typed_but_secrets(desk: Desk):
    ada = desk.browser(desk.ada)
    ada.get("/settings/saved-replies")
    end_logins(desk)

    answer = ada.post("/settings/saved-replies", {"name": "Bulb two", "text": "Try <b>it</b>.", "password": "x y"})

    assert answer.status_code == 401
    form = answer.text.partition("data-again")[2].partition("</form>")[0]
    assert 'name="name" value="Bulb two"' in form
    assert "Try &lt;b&gt;it&lt;/b&gt;." in form
    assert "x y" not in answer.text


def test_a_form_without_a_cookie_asks_to_sign_in_and_is_never_sent_for_anybody(desk: Desk):
    ada = desk.browser(desk.ada)
    ada.get("/settings/saved-replies")
    ada.client.delete_cookie("session", domain="localhost")

    answer = ada.post("/settings/saved-replies", {"name": "Bulb two", "text": "Try another."})

    assert answer.status_code == 401
    assert "Try another." in answer.text
    assert "data-again" not in answer.text
