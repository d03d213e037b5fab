"""Notices on screen: the bell counts, a notice leads to its ticket and is seen then, and each chooses how to hear."""

import json

from sqlalchemy import select

from helpdesk.models.agent import Agent, Team, TeamMember
from tests import world
from tests.web.browser import PASSWORD_HASH, Browser
from tests.web.desk import Desk


def a_colleague(desk: Desk) -> Agent:
    ben = a_stranger(desk, "Ben Roth")
    with desk.runtime.db.transaction() as session:
        session.add(TeamMember(agent_id=ben.id, team_id=desk.ticket.team_id))
    return ben


def a_stranger(desk: Desk, name: str) -> Agent:
    with desk.runtime.db.transaction() as session:
        agent = world.an_agent(session, world.a_team(session), name=name)
        agent.password_hash = PASSWORD_HASH
    return agent


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
    assert ada.get(f"{url}/colleagues?q=ro").json == {"names": ["Ben Roth"], "others": ["Root Admin"]}
    assert ada.get(f"{url}/colleagues?q=zz").json == {"names": [], "others": []}


def test_who_is_mentioned_and_may_not_read_the_ticket_learns_its_number_and_asks(desk: Desk):
    rolf, root, ada = (desk.browser(one) for one in (a_stranger(desk, "Rolf Maas"), desk.root, desk.ada))
    url = f"/tickets/{desk.ticket.number}"

    said = ada.post(f"{url}/notes", {"text": "@Rolf Maas look"}, follow_redirects=True).text

    assert "mentioned Rolf Maas, who could not read this" in said
    assert (bell(rolf), bell(root)) == ("1", "")
    assert rolf.post("/notices/1/opening").headers["Location"] == "/notices/1"
    assert bell(rolf) == ""
    page = rolf.get("/notices/1").text
    assert f'name="number" value="{desk.ticket.number}"' in page
    assert "You have asked for it" not in page
    for secret in (desk.ada.name, "lamp", "flickers", "Rolf Maas look", "Lamps"):
        assert secret not in page
    assert rolf.get(url).status_code == 404
    for other in (root, ada):
        assert other.get("/notices/1").status_code == 404
    wish = {"number": str(desk.ticket.number), "purpose": "answer", "reason": "A colleague asked me", "hours": "24"}
    assert rolf.post("/grants", wish).status_code == 303
    assert "You have asked for it" in rolf.get("/notices/1").text


def test_who_was_called_to_a_ticket_that_was_merged_since_asks_for_where_its_note_stands(desk: Desk):
    rolf, ada = desk.browser(a_stranger(desk, "Rolf Maas")), desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        on = world.a_ticket(session, session.get_one(Team, desk.ticket.team_id)).number
    ada.post(f"/tickets/{desk.ticket.number}/notes", {"text": "@Rolf Maas look"})

    ada.post(f"/tickets/{desk.ticket.number}/merge", {"number": str(on)})

    assert f'name="number" value="{on}"' in rolf.get("/notices/1").text
    assert f"on ticket #{on}, which you may not read yet" in rolf.get("/notices").text
    with desk.runtime.db.transaction() as session:
        rolf_id = session.scalars(select(Agent.id).where(Agent.name == "Rolf Maas")).one()
        session.add(TeamMember(agent_id=rolf_id, team_id=desk.ticket.team_id))
    assert rolf.get("/notices/1").headers["Location"] == f"/tickets/{on}"


def test_who_may_read_the_ticket_by_now_comes_to_it(desk: Desk):
    otto, ada = (desk.browser(one) for one in (desk.otto, desk.ada))
    ada.post(f"/tickets/{desk.ticket.number}/notes", {"text": f"@{desk.otto.name} look"})

    with desk.runtime.db.transaction() as session:
        session.add(TeamMember(agent_id=desk.otto.id, team_id=desk.ticket.team_id))

    assert "which you may not read yet" not in otto.get("/notices").text
    assert otto.get("/notices/1").headers["Location"] == f"/tickets/{desk.ticket.number}"


def test_how_one_hears_of_it_is_chosen(desk: Desk):
    ada = desk.browser(desk.ada)

    ada.post("/notices/mail", {"bell": "mention", "mail": "nonsense"})

    page = ada.get("/notices").text
    assert 'name="bell" value="mention" checked' in page
    assert 'name="mail" value="mention" checked' not in page
    assert 'name="bell" value="assigned" checked' not in page
    assert "nonsense" not in page
