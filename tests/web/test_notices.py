"""Notices on screen: the bell counts, a notice leads to its ticket and is seen then, and each chooses how to hear."""

import json

from helpdesk.models.agent import Agent, TeamMember
from tests import world
from tests.web.browser import PASSWORD_HASH, Browser
from tests.web.desk import Desk


def a_colleague(desk: Desk) -> Agent:
    with desk.runtime.db.transaction() as session:
        ben = world.an_agent(session, name="Ben Roth")
        ben.password_hash = PASSWORD_HASH
        session.add(TeamMember(agent_id=ben.id, team_id=desk.ticket.team_id))
    return ben


def bell(browser: Browser) -> str:
    return str(json.loads(browser.get("/counters").text)["notices"])


def test_a_mention_rings_the_bell_leads_to_the_ticket_and_counts_no_more(desk: Desk):
    ben = desk.browser(a_colleague(desk))
    ada, url = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"

    ada.post(f"{url}/notes", {"text": "@Ben Roth look"})

    assert bell(ben) == "1"
    page = ben.get("/notices").text
    assert f"mentioned in a note on ticket #{desk.ticket.number}" in page
    opened = ben.post("/notices/1/opening")
    assert (opened.status_code, opened.headers["Location"]) == (303, url)
    assert bell(ben) == ""
    assert "Follow it no more" in ben.get(url).text
    assert ada.post("/notices/1/opening").status_code == 404


def test_a_ticket_is_followed_and_left_and_colleagues_are_offered_by_name(desk: Desk):
    a_colleague(desk)
    ada, url = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"

    ada.post(f"{url}/following")

    assert "Follow it no more" in ada.get(url).text
    ada.post(f"{url}/following", {"undo": "1"})
    assert "Follow this ticket" in ada.get(url).text
    assert ada.get(f"{url}/colleagues?q=ro").json == {"names": ["Ben Roth"]}
    assert ada.get(f"{url}/colleagues?q=zz").json == {"names": []}


def test_how_one_hears_of_it_is_chosen(desk: Desk):
    ada = desk.browser(desk.ada)

    ada.post("/notices/mail", {"bell": "mention", "mail": "nonsense"})

    page = ada.get("/notices").text
    assert 'name="bell" value="mention" checked' in page
    assert 'name="mail" value="mention" checked' not in page
    assert 'name="bell" value="assigned" checked' not in page
    assert "nonsense" not in page
