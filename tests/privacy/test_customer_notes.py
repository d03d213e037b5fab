"""What is noted about a customer: read by their team with a basis, told to them, taken away with them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import places
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.customer_note import CustomerNote
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import customer_notes, inspection, record
from helpdesk.privacy.access import AccessDenied
from tests import world
from tests.privacy.test_erasure import erased


def words(session: Session, ticket: Ticket, *, by: Agent) -> list[str]:
    return [one.text for one in customer_notes.read(session, ticket, by=by).notes]


def granted(session: Session, agent: Agent, scope: Scope, scope_id: int) -> None:
    now = clock.now()
    ends = now + timedelta(hours=4)
    session.add(
        AccessGrant(
            agent_id=agent.id,
            scope=scope,
            scope_id=scope_id,
            purpose=Purpose.BUG,
            approver=Approver.ADMIN,
            state=GrantState.ACTIVE,
            asked_minutes=240,
            lapses_at=ends,
            starts_at=now,
            expires_at=ends,
        )
    )
    session.flush()


def test_the_team_reads_it_beside_each_ticket_of_theirs_and_leaves_a_reading(session: Session):
    team = world.a_team(session)
    ada, eva = world.an_agent(session, team), world.an_agent(session, team, name="Eva Lind")
    ticket = world.a_ticket(session, team)
    other = world.a_ticket(session, team, customer=ticket.customer)
    customer_notes.note(session, ticket, "  Deaf: never ring. ", by=ada)
    customer_notes.place(session, ticket, "Lighthouse   Ltd", by=ada)

    about = customer_notes.read(session, other, by=eva)

    assert about.organisation == "Lighthouse Ltd"
    assert [(one.text, one.writer) for one in about.notes] == [("Deaf: never ring.", "Ada Fischer")]
    (event,) = world.trail(session, "customer.read")
    assert (event.actor_id, event.subject_id, event.basis) == (str(eva.id), ticket.customer_id, "ordinary handling")
    assert [one.kind for one in record.readings_of(session, ticket.customer)] == ["customer"]
    assert b"deaf" not in b" ".join(one.core for one in world.trail(session, "customer.note")).lower()
    assert inspection.READINGS == record.READINGS


def test_another_team_reads_the_organisation_and_none_of_the_notes(session: Session):
    lamps, chairs = world.a_team(session), world.a_team(session)
    ada, otto = world.an_agent(session, lamps), world.an_agent(session, chairs)
    ticket = world.a_ticket(session, lamps)
    theirs = world.a_ticket(session, chairs, customer=ticket.customer)
    made = customer_notes.note(session, ticket, "Pays late.", by=ada)
    customer_notes.place(session, ticket, "Lighthouse Ltd", by=ada)

    about = customer_notes.read(session, theirs, by=otto)
    customer_notes.remove(session, theirs, made.id, by=otto)

    assert (about.organisation, list(about.notes)) == ("Lighthouse Ltd", [])
    assert words(session, ticket, by=ada) == ["Pays late."]
    with pytest.raises(AccessDenied):
        customer_notes.read(session, ticket, by=otto)
    places.move(session, ticket, chairs, by=ada)  # the ticket goes, what the team noted stays with it
    session.flush()
    assert words(session, ticket, by=otto) == []


def test_a_permission_for_one_ticket_reaches_none_of_it_and_one_for_the_customer_all(session: Session):
    team, elsewhere = world.a_team(session), world.a_team(session)
    ada = world.an_agent(session, team)
    ticket = world.a_ticket(session, team)
    customer_notes.note(session, ticket, "Deaf.", by=ada)
    developer, auditor = world.an_agent(session, elsewhere), world.an_agent(session, elsewhere)
    granted(session, developer, Scope.TICKET, ticket.id)
    granted(session, auditor, Scope.CUSTOMER, ticket.customer_id)

    for step in (customer_notes.read, customer_notes.may_note):
        if step is customer_notes.may_note:
            assert not step(session, ticket, by=developer)
        else:
            with pytest.raises(AccessDenied):
                step(session, ticket, by=developer)
    with pytest.raises(AccessDenied):
        customer_notes.note(session, ticket, "I was here", by=developer)
    assert words(session, ticket, by=auditor) == ["Deaf."]
    assert world.trail(session, "customer.read")[0].basis.startswith("grant ")


def test_when_the_right_to_read_ends_so_does_that_to_the_notes(session: Session):
    team = world.a_team(session)
    ada = world.an_agent(session, team)
    ticket = world.a_ticket(session, team)
    customer_notes.note(session, ticket, "Deaf.", by=ada)
    ticket.status, ticket.closed_at = Status.CLOSED, world.days_ago(20)
    session.flush()

    with pytest.raises(AccessDenied):
        customer_notes.read(session, ticket, by=ada)
    assert not customer_notes.may_note(session, ticket, by=ada)


def test_nothing_too_much_and_too_many_is_refused_and_twice_is_once(session: Session):
    team = world.a_team(session)
    ada, ticket = world.an_agent(session, team), world.a_ticket(session, team)

    for wrong in (" ", "x" * (customer_notes.LONGEST + 1)):
        with pytest.raises(customer_notes.Empty):
            customer_notes.note(session, ticket, wrong, by=ada)
    with pytest.raises(customer_notes.Empty):
        customer_notes.place(session, ticket, "x" * 121, by=ada)
    for organisation in ("", "Ltd", "Ltd", "Inc", "", ""):
        customer_notes.place(session, ticket, organisation, by=ada)
    assert len(world.trail(session, "customer.organisation")) == 3
    assert session.scalar(select(func.count(CustomerNote.id))) == 0
    for number in range(customer_notes.MOST):
        customer_notes.note(session, ticket, f"Note {number}", by=ada)
    with pytest.raises(customer_notes.TooMany):
        customer_notes.note(session, ticket, "One more", by=ada)


def test_it_goes_with_the_person_and_stays_of_others(session: Session):
    team = world.a_team(session)
    ada = world.an_agent(session, team)
    nils, eva = world.a_customer(session), world.a_customer(session)
    for customer in (nils, eva):
        ticket = world.a_ticket(session, team, customer=customer)
        customer_notes.note(session, ticket, "Deaf.", by=ada)
        customer_notes.place(session, ticket, "Lighthouse Ltd", by=ada)

    erased(session, nils)

    left = session.scalars(select(CustomerNote.customer_id)).all()
    assert set(left) == {eva.id}
    assert customer_notes.of_person(session, session.get_one(Customer, eva.id)).organisation == "Lighthouse Ltd"
    assert not customer_notes.of_person(session, session.get_one(Customer, nils.id)).notes
    assert not customer_notes.of_person(session, session.get_one(Customer, nils.id)).organisation
