"""A person is protected from a ticket of theirs: whoever reads any of them says what for, once."""

from helpdesk.models.agent import Team
from helpdesk.models.customer import Customer
from tests import world
from tests.web.desk import Desk


def test_a_person_is_protected_with_all_their_tickets_and_lifted_again_by_who_may_read(desk: Desk):
    with desk.runtime.db.transaction() as session:
        team, customer = (
            session.get_one(Team, desk.ticket.team_id),
            session.get_one(Customer, desk.ticket.customer_id),
        )
        other = world.a_ticket(session, team, customer=customer, subject="The vase").number
        beside = world.a_customer(session, "nils@work.example")
        beside.part_of_id = customer.id
        work = world.a_ticket(session, team, customer=beside).number
    ada, way = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}/customer/protection"
    tickets = [f"/tickets/{number}" for number in (desk.ticket.number, other, work)]
    assert way in ada.get(tickets[0]).text

    assert desk.browser(desk.root).post(way).status_code == 404
    assert ada.post(way).status_code == 303
    assert all("what do you read it for?" in ada.get(ticket).text for ticket in tickets)

    assert ada.post(way, {"lift": "1"}).status_code == 404  # not before saying what for
    ada.post(f"{tickets[0]}/purpose", {"purpose": "answer"})
    assert "Lift this person" in ada.get(tickets[0]).text
    assert ada.post(way, {"lift": "1"}).status_code == 303
    assert not any("what do you read it for?" in ada.get(ticket).text for ticket in tickets)
