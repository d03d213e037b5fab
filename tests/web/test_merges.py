"""Merging, splitting, linking, moving and throwing away in the browser, and what a page says of each."""

import re
from datetime import timedelta

from sqlalchemy import select, update

from helpdesk import clock
from helpdesk.desk import merges
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.merge import TicketLink
from helpdesk.models.role import Role
from helpdesk.models.ticket import Place, Ticket
from tests import world
from tests.web.browser import Browser
from tests.web.desk import Desk


def another_ticket(desk: Desk, *, team_id: int | None = None) -> int:
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, team_id or desk.ticket.team_id)
        return world.a_ticket(session, team, subject="A second lamp", text="It hums.").id


def pane(browser: Browser, number: int) -> str:
    """The ticket alone, without the list beside it."""
    return browser.get(f"/tickets/{number}", headers={"HX-Request-Type": "partial"}).text


def test_a_merged_tickets_address_leads_to_where_it_went_on_and_undoing_brings_it_back(desk: Desk):
    number, ada = another_ticket(desk), desk.browser(desk.ada)

    assert ada.post(f"/tickets/{number}/merge", {"number": f"#{desk.ticket.number}"}).status_code == 303
    moved = ada.get(f"/tickets/{number}")
    assert moved.status_code == 302
    page = ada.get(moved.headers["Location"]).text
    assert f"Ticket #{number} was merged into this one." in page
    assert "It hums." in page
    assert "Ada Fischer merged another ticket into this" in page

    assert ada.post(f"/tickets/{number}/merge/undoing").status_code == 303
    assert "It hums." in pane(ada, number)
    assert "It hums." not in pane(ada, desk.ticket.number)


def test_who_may_not_read_both_can_merge_neither_way_and_learns_nothing(desk: Desk):
    otto = desk.browser(desk.otto)
    own = another_ticket(desk, team_id=desk.otto.teams[0].id)

    foreign = otto.post(f"/tickets/{own}/merge", {"number": str(desk.ticket.number)})
    missing = otto.post(f"/tickets/{own}/merge", {"number": "987654"})

    assert (foreign.status_code, missing.status_code) == (422, 422)
    of_their_own = r'((_token|key)" value=|X-CSRFToken": )"[^"]+"|(?<=value=")(987654|%s)(?=" aria-invalid)'
    told = [re.sub(of_their_own % desk.ticket.number, "", page.text) for page in (foreign, missing)]
    assert told[0] == told[1]


def test_a_ticket_that_is_seen_and_not_read_is_not_offered_to_merge_into_and_it_is_said_why(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.get_one(Agent, desk.ada.id).role = Role.ADMIN  # sees every ticket, and reads her team's
        customer, chairs = session.get_one(Customer, desk.ticket.customer_id), desk.otto.teams[0].id
        other = world.a_ticket(session, session.get_one(Team, chairs), customer=customer).number
    ada = desk.browser(desk.ada)
    page = pane(ada, desk.ticket.number)
    assert "Not readable for you" in page
    assert f'name="number" value="{other}"' not in page

    refused = ada.post(f"/tickets/{desk.ticket.number}/merge", {"number": str(other)})

    assert refused.status_code == 422
    assert f"You can see #{other}, but not read it" in refused.text
    with desk.runtime.db.reading() as session:
        assert [one.object_id for one in world.trail(session, "ticket.refused")] == [other]


def test_a_ticket_merged_into_one_out_of_sight_says_so_and_no_more(desk: Desk):
    number = another_ticket(desk)
    with desk.runtime.db.transaction() as session:
        chairs = session.get_one(Team, desk.otto.teams[0].id)
        both = world.an_agent(session, chairs, session.get_one(Team, desk.ticket.team_id))
        foreign = world.a_ticket(session, chairs)
        merges.merge(session, session.get_one(Ticket, number), foreign, by=both)

    page = desk.browser(desk.ada).get(f"/tickets/{number}")

    assert page.status_code == 200
    assert "merged into one that you can" in page.text
    assert f"tickets/{foreign.id}" not in page.text
    assert f">#{foreign.id}<" not in page.text


def test_a_message_is_split_off_and_the_two_show_each_other(desk: Desk):
    ada = desk.browser(desk.ada)

    answer = ada.post(f"/messages/{desk.message.id}/split")
    new = int(re.search(r"/tickets/(\d+)", answer.headers["Location"])[1])  # type: ignore[index]

    assert f"#{desk.ticket.number}</a>" in ada.get(f"/tickets/{new}").text
    assert "made a message a ticket of its own" in ada.get(f"/tickets/{desk.ticket.number}").text


def test_a_split_is_put_back_from_the_ticket_it_made_by_who_made_it(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    made = ada.post(f"/messages/{desk.message.id}/split").headers["Location"]
    new = int(re.search(r"/tickets/(\d+)", made)[1])  # type: ignore[index]

    page = ada.get(made).text
    assert f"Split off from #{number}." in page
    assert f'action="/tickets/{new}/split/undoing"' in page

    back = ada.post(f"/tickets/{new}/split/undoing")
    assert f"/tickets/{number}" in back.headers["Location"]
    assert f'id="message-{desk.message.id}"' in ada.get(back.headers["Location"]).text


def test_a_split_of_a_while_ago_is_not_put_back_and_it_is_said(desk: Desk):
    ada = desk.browser(desk.ada)
    made = ada.post(f"/messages/{desk.message.id}/split").headers["Location"]
    new = int(re.search(r"/tickets/(\d+)", made)[1])  # type: ignore[index]
    with desk.runtime.db.transaction() as session:
        session.execute(update(TicketLink).values(at=world.days_ago(1)))

    assert "split/undoing" not in ada.get(made).text
    refused = ada.post(f"/tickets/{new}/split/undoing")
    assert (refused.status_code, "It is too late to take that back" in refused.text) == (422, True)


def test_trash_is_a_view_and_a_ticket_says_how_it_is_brought_back(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    page = ada.get(ada.post(f"/tickets/{number}/place", {"place": "trash"}).headers["Location"]).text
    assert "This ticket is in the trash." in page
    assert f"/tickets/{number}" in ada.get("/inbox/trash").text
    assert f'id="row-{number}"' not in ada.get("/inbox/open").text

    ada.post(f"/tickets/{number}/place", {"place": "desk"})

    assert f'id="row-{number}"' in ada.get("/inbox/open").text
    assert ada.post(f"/tickets/{number}/place", {"place": Place.MERGED.value}).status_code == 400


def test_moving_a_ticket_out_of_sight_leads_back_to_the_list(desk: Desk):
    ada = desk.browser(desk.ada)

    answer = ada.post(f"/tickets/{desk.ticket.number}/team", {"team": str(desk.otto.teams[0].id)})

    assert answer.headers["Location"].endswith(f"/inbox/open?moved={desk.ticket.number}")
    assert f"#{desk.ticket.number} is with others now" in ada.get(answer.headers["Location"]).text
    assert ada.get(f"/tickets/{desk.ticket.number}").status_code == 404
    assert desk.browser(desk.otto).get(f"/tickets/{desk.ticket.number}").status_code == 200


def test_what_came_with_a_merge_says_from_where_and_names_no_number_out_of_sight(desk: Desk):
    with desk.runtime.db.transaction() as session:
        other = world.a_ticket(session, session.get_one(Team, desk.ticket.team_id)).number
    ada, number = desk.browser(desk.ada), desk.ticket.number
    ada.post(f"/tickets/{other}/notes", {"text": "A note from there"})

    ada.post(f"/tickets/{other}/merge", {"number": str(number)})

    page = pane(ada, number)
    assert page.count(f"From ticket #{other}<") == 2
    assert f'href="/tickets/{other}/history"' in page
    with desk.runtime.db.transaction() as session:
        session.get_one(Ticket, other).team_id = desk.otto.teams[0].id
    page = pane(ada, number)
    assert page.count("From another ticket<") == 2
    assert f"#{other}" not in page


def test_a_move_out_of_sight_is_taken_back_from_the_list_and_nobody_else_learns_of_it(desk: Desk):
    ada, otto, number = desk.browser(desk.ada), desk.browser(desk.otto), desk.ticket.number
    moved = ada.post(f"/tickets/{number}/team", {"team": str(desk.otto.teams[0].id)}).headers["Location"]
    back = f"/tickets/{number}/team/undoing"

    assert f'action="{back}"' in ada.get(moved).text
    assert otto.post(back).status_code == desk.browser(desk.root).post(back).status_code == 404
    assert ada.post("/tickets/987654/team/undoing").status_code == 404
    assert ada.post(back).headers["Location"].partition("?")[0] == f"/tickets/{number}"
    page = ada.get(f"/tickets/{number}").text
    assert "took the move to another team back" in page
    assert "data-undo" not in page
    assert "it is with" in ada.get(f"/tickets/{number}/history").text


def test_a_list_says_of_a_move_what_is_so_and_not_what_its_address_says(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    for way in ("moved", "given", "stays"):  # it is in sight
        assert "data-left" not in ada.get(f"/inbox/open?{way}={number}").text
    with desk.runtime.db.transaction() as session:
        foreign = world.a_ticket(session, session.merge(desk.otto).teams[0]).number
    for way in ("given", "stays"):  # never theirs, or none at all
        for other in (foreign, 987654):
            assert "data-left" not in ada.get(f"/inbox/open?{way}={other}").text
    for nonsense in ("", "x", "987654", "9" * 40, "-1", "²"):
        assert "data-left" not in ada.get(f"/inbox/open?moved={nonsense}").text

    moved = ada.post(f"/tickets/{number}/team", {"team": str(desk.otto.teams[0].id)}).headers["Location"]
    with clock.stopped_at(clock.now() + timedelta(seconds=10)):
        told = ada.get(moved).text

    seconds = int(told.partition('data-undo="')[2].partition('"')[0])
    assert 0 < seconds <= 20
    assert "data-undo" in ada.get(f"/inbox/open?stays={number}").text  # it is not too late yet
    for way in ("moved", "given", "stays"):
        assert "data-left" not in desk.browser(desk.otto).get(f"/inbox/open?{way}={number}").text
    desk.browser(desk.otto).post(f"/tickets/{number}/notes", {"text": "Mine"})
    assert "data-left" not in ada.get(moved).text
    assert "It is too late" in ada.get(f"/inbox/open?stays={number}").text
    assert "is with others now" in ada.get(f"/inbox/open?given={number}").text


def test_a_move_that_somebody_went_on_from_stays_and_it_is_said(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    ada.post(f"/tickets/{number}/team", {"team": str(desk.otto.teams[0].id)})
    desk.browser(desk.otto).post(f"/tickets/{number}/notes", {"text": "Mine"})

    answer = ada.post(f"/tickets/{number}/team/undoing", headers={"HX-Request-Type": "partial"})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/inbox/open?stays={number}")
    assert "It is too late to take the move" in ada.get(answer.headers["HX-Redirect"]).text


def test_who_still_sees_what_they_moved_is_offered_the_way_back_on_it(desk: Desk):
    with desk.runtime.db.transaction() as session:
        session.add(TeamMember(team_id=desk.otto.teams[0].id, agent_id=desk.ada.id))
    ada, number = desk.browser(desk.ada), desk.ticket.number

    ada.post(f"/tickets/{number}/team", {"team": str(desk.otto.teams[0].id)})

    page = ada.get(f"/tickets/{number}").text
    assert f'action="/tickets/{number}/team/undoing"' in page
    assert f"It is with {desk.otto.teams[0].name} now." in page
    assert ada.post(f"/tickets/{number}/team/undoing").status_code == 303


def test_an_urgent_ticket_shows_it_in_the_list(desk: Desk):
    ada = desk.browser(desk.ada)

    ada.post(f"/tickets/{desk.ticket.number}/priority", {"priority": "urgent"})

    assert "Urgent" in ada.get("/inbox/open").text
    assert ada.post(f"/tickets/{desk.ticket.number}/priority", {"priority": "yesterday"}).status_code == 400


def test_two_records_of_one_person_stand_beside_each_other_on_the_ticket_and_are_parted_there(desk: Desk):
    with desk.runtime.db.transaction() as session:
        customer = world.a_customer(session, "nils@work.example", "N. Berg")
        team = session.get_one(Team, desk.ticket.team_id)
        other = world.a_ticket(session, team, customer=customer, subject="At work")
        number, customer_id = other.id, customer.id
    ada = desk.browser(desk.ada)
    wrong = ada.post(f"/tickets/{desk.ticket.number}/customer/uniting", {"address": "nobody@work.example"})
    assert wrong.status_code == 422
    assert "Nobody else has this address" in wrong.text

    ada.post(f"/tickets/{desk.ticket.number}/customer/uniting", {"address": "nils@work.example"})

    page = pane(ada, desk.ticket.number)
    assert "nils@work.example" in page
    assert "At work" in page
    assert f'href="/tickets/{desk.ticket.number}' in pane(ada, number)
    ada.post(f"/tickets/{desk.ticket.number}/customer/parting", {"other": str(customer_id)})
    assert "nils@work.example" not in pane(ada, desk.ticket.number)


def test_a_subject_is_changed_found_and_told_of_without_its_words(desk: Desk):
    ada = desk.browser(desk.ada)
    assert ada.post(f"/tickets/{desk.ticket.number}/subject", {"subject": " \n "}).status_code == 422

    ada.post(f"/tickets/{desk.ticket.number}/subject", {"subject": "  Heliotrope\n lamp "})

    page = pane(ada, desk.ticket.number)
    assert '<h1 dir="auto">Heliotrope lamp</h1>' in page
    assert "Ada Fischer changed the subject" in page
    for words in ("heliotrope", "flickers"):  # its emails keep theirs
        assert f'id="row-{desk.ticket.number}"' in ada.get(f"/search?q={words}").text
    with desk.runtime.db.reading() as session:
        (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.rename"))
        assert "Heliotrope" not in str(event.core)
    otto = desk.browser(desk.otto)
    assert otto.post(f"/tickets/{desk.ticket.number}/subject", {"subject": "Mine"}).status_code == 404
