"""What stands beside a ticket of its customer, and on the page of one that may not be read: nothing that is empty."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.objection import Wish
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import objections
from tests.web.desk import Desk


def test_who_else_may_read_it_and_until_when_and_what_the_customer_wished(desk: Desk):
    ada, address = desk.browser(desk.ada), f"/tickets/{desk.ticket.number}"
    assert "With permission" not in ada.get(address).text
    with desk.runtime.db.transaction() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        now = clock.now()
        for scope, scope_id, ends in (
            (Scope.TICKET, ticket.id, now + timedelta(hours=4)),
            (Scope.CUSTOMER, ticket.customer_id, now - timedelta(hours=1)),  # over, and nobody wrote that down yet
            (Scope.TICKET, ticket.id + 1, now + timedelta(hours=4)),
        ):
            session.add(
                AccessGrant(
                    agent_id=desk.otto.id if scope_id == ticket.id else desk.root.id,
                    scope=scope,
                    scope_id=scope_id,
                    purpose=Purpose.BUG,
                    approver=Approver.ADMIN,
                    state=GrantState.ACTIVE,
                    asked_minutes=240,
                    lapses_at=ends,
                    starts_at=now - timedelta(hours=2),
                    expires_at=ends,
                )
            )
        by = session.get_one(Agent, desk.root.id)
        objections.note(session, session.get_one(Customer, ticket.customer_id), Wish.OBJECTION, by=by)

    page = ada.get(address).text

    said = page.partition("With permission</dt><dd>")[2].partition("</dd>")[0]
    assert desk.otto.name in said
    assert desk.root.name not in said
    assert "Left out of statistics and themes" in page
    assert "Who opened it" not in page  # that is for who audits


def test_a_ticket_that_may_not_be_read_names_somebody_even_where_there_is_no_name(desk: Desk):
    with desk.runtime.db.transaction() as session:
        customer = session.get_one(Customer, session.get_one(Ticket, desk.ticket.id).customer_id)
        customer.name = ""
        session.query(CustomerAddress).filter_by(customer_id=customer.id).delete()

    page = desk.browser(desk.root).get(f"/tickets/{desk.ticket.number}").text

    assert '<dt>Customer</dt><dd dir="auto">Unknown</dd>' in page
