"""A customer's record of readings: of their own tickets, and of what they wrote on somebody else's."""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, record
from tests import world


def test_what_somebody_wrote_on_anothers_ticket_is_in_their_record_from_then_on(session: Session):
    team = world.a_team(session)
    ada, ticket, other = world.an_agent(session, team), world.a_ticket(session, team), world.a_ticket(session, team)
    eva = world.a_customer(session, "eva@customer.example", "Eva Thal")
    access.read(session, ticket, by=ada)  # before she wrote
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        message = world.a_message(session, ticket, text="I have it too")
        message.customer_id = eva.id
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        access.read(session, ticket, by=ada)
        access.read(session, message, by=ada)
        access.read(session, other, by=ada)
        access.glimpse(session, [session.get_one(Ticket, ticket.id), other], by=ada, view="open")
        session.flush()

        read = record.readings_of(session, eva)
        counted = record.count(session, eva, since=world.days_ago(1), until=clock.now() + timedelta(days=1))

    assert [(one.kind, one.tickets) for one in read] == [
        ("list", [ticket.id]), ("message", [ticket.id]), ("ticket", [ticket.id]),
    ]  # fmt: skip
    assert all(one.agent is ada and one.basis for one in read)
    assert counted == (3, 1)
