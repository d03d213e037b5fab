"""Tags are counted, renamed, made one and retired; what names them goes along, and nobody else may."""

import json
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import tag_list, tags, tickets
from helpdesk.desk.tag_list import TagKnown
from helpdesk.models.agent import Agent, Team
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.tag import Tag
from helpdesk.models.ticket import Ticket
from tests.web.desk import Desk
from tests.world import a_team, a_ticket, an_admin, trail


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def root(session: Session, team: Team) -> Agent:
    return an_admin(session, team)


@pytest.fixture
def tagged(session: Session, team: Team, root: Agent) -> list[Ticket]:
    """Three tickets: of lamp, of lamps, of both."""
    made = [a_ticket(session, team) for _ in range(3)]
    for ticket, names in zip(made, (["lamp"], ["lamps"], ["lamp", "lamps"]), strict=True):
        for name in names:
            tickets.tag(session, ticket, name, by=root)
    tickets.close(session, made[0], by=root)
    session.flush()
    return made


def named(session: Session, name: str) -> Tag:
    return session.scalars(select(Tag).where(Tag.name == name)).one()


def counts(session: Session, by: Agent) -> dict[str, tuple[int, int]]:
    return {used.tag.name: (used.tickets, used.not_closed) for used in tag_list.listed(session, by=by)}


def test_tags_are_counted_and_two_are_made_one(session: Session, root: Agent, tagged: list[Ticket]):
    assert counts(session, root) == {"lamp": (2, 1), "lamps": (2, 2)}

    tag_list.merge(session, named(session, "lamps"), named(session, "lamp"), by=root)
    session.flush()
    session.expire_all()

    assert counts(session, root) == {"lamp": (3, 2)}
    assert {ticket.id: 1 for ticket in tagged} == {
        ticket_id: len(found) for ticket_id, found in tags.on_tickets(session, [one.id for one in tagged]).items()
    }
    assert len(trail(session, "tag.merge")) == 1


def test_a_new_name_goes_into_saved_replies_and_may_not_be_anothers(
    session: Session, root: Agent, tagged: list[Ticket]
):
    reply = SavedReply(name="Bulb", text="Try another.", actions=json.dumps(["tag:Lamp", "then:close"]))
    session.add(reply)
    tag_list.retire(session, named(session, "lamp"), by=root)

    with pytest.raises(TagKnown):
        tag_list.rename(session, named(session, "lamp"), "Lamps", by=root)
    with pytest.raises(tickets.Empty):
        tag_list.rename(session, named(session, "lamp"), "  ", by=root)
    tag_list.rename(session, named(session, "lamp"), "Bulb", by=root)
    session.flush()

    assert json.loads(reply.actions) == ["tag:bulb", "then:close"]
    assert set(counts(session, root)) == {"bulb", "lamps"}
    assert tag_list.offered(session, ["bulb", "lamps"]) == ["lamps"]
    assert len(tagged) == 3


def test_a_retired_tag_is_offered_no_more_and_stays_where_it_is(desk: Desk):
    ada, root = desk.browser(desk.ada), desk.browser(desk.root)
    ada.post(f"/tickets/{desk.ticket.number}/tags", {"name": "lamp"})
    with desk.runtime.db.reading() as session:
        tag_id = session.scalars(select(Tag.id)).one()

    root.post(f"/settings/tags/{tag_id}/retirement")

    page = ada.get(f"/tickets/{desk.ticket.number}").text
    assert '<option value="lamp">' not in page
    assert "Remove the tag lamp" in page
    assert "Retired" in root.get("/settings/tags").text
    assert ada.get("/settings/tags").status_code == 404
    root.post(f"/settings/tags/{tag_id}/retirement", {"back": "1"})
    assert '<option value="lamp">' in ada.get(f"/tickets/{desk.ticket.number}").text
    assert "A tag needs a name." in root.post(f"/settings/tags/{tag_id}/name", {"name": " "}).text
    for into in ("lamp", " "):
        assert "Choose another tag" in root.post(f"/settings/tags/{tag_id}/merge", {"into": into}).text
    for into in ("No such tag", str(tag_id)):
        assert f"There is no tag called {into}." in root.post(f"/settings/tags/{tag_id}/merge", {"into": into}).text


def test_many_tags_are_searched_whatever_case_and_accents(desk: Desk):
    root = desk.browser(desk.root)
    assert "Find a tag" not in root.get("/settings/tags").text
    with desk.runtime.db.transaction() as session:
        session.add_all(Tag(name=f"tag {number:02}") for number in range(60))
        session.add(Tag(name="rückgabe"))

    page, found = root.get("/settings/tags").text, root.get("/settings/tags?q=RUCK").text

    assert page.count('class="grant"') == 50
    assert "search for the others" in page
    assert ('dir="auto">rückgabe<' in found, found.count('class="grant"')) == (True, 1)
    assert "No tag is called so." in root.get("/settings/tags?q=nonsense").text


def test_the_page_grows_with_its_tags_and_not_with_their_square_and_two_are_made_one_by_name(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.add_all(Tag(name=f"tag {number:03}") for number in range(200))
    root = desk.browser(desk.root)

    page = root.get("/settings/tags").text
    first, second = re.findall(r"/settings/tags/(\d+)/merge", page)[:2]
    answer = root.post(f"/settings/tags/{first}/merge", {"into": " TAG 001 "})

    assert page.count('<option value="tag 123">') == 1
    assert page.count('list="every-name"') == 50
    assert answer.status_code == 303
    with desk.runtime.db.reading() as session:
        assert session.get(Tag, int(first)) is None
        assert session.get_one(Tag, int(second)).name == "tag 001"
