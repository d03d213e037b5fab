"""Emails that wait: who sees them, and what becomes of them once somebody has looked."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import intake, waiting
from helpdesk.mail import inbound
from helpdesk.models.agent import Team
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied
from tests.desk.test_intake import an_email, answered, deliver
from tests.world import a_mailbox, a_team, an_admin, an_agent


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.fixture
def team(session: Session, mailbox: Mailbox) -> Team:
    return session.get_one(Team, mailbox.team_id)


@pytest.fixture
def held(session: Session, mailbox: Mailbox) -> InboundEmail:
    """A stranger's answer on somebody's ticket."""
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    return deliver(session, mailbox, an_email("Re: Lamp", "Me too", From="kim@else.example", In_Reply_To=ours))


def read_again(session: Session, email: InboundEmail, mailbox: Mailbox, raw: bytes) -> Outcome:
    return intake.receive(session, email, inbound.read(raw), at=intake.arrival(session, mailbox))


def test_the_mailboxes_team_and_admins_see_what_waits_and_nobody_else(session, team, held):
    ada, root, otto = an_agent(session, team), an_admin(session), an_agent(session, a_team(session))

    assert [waiting.count(session, by=who) for who in (ada, root, otto)] == [1, 1, 0]
    assert waiting.find(session, held.id, by=otto) is None
    assert access.read(session, held, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, held, by=otto)


def test_a_stranger_let_onto_the_ticket_takes_part_from_then_on(session, team, held, mailbox):
    ticket, raw = session.get_one(Ticket, held.ticket_id), access.read(session, held, by=an_agent(session, team))
    waiting.let_on_ticket(session, held, ticket, by=an_agent(session, team))

    assert read_again(session, held, mailbox, raw) is Outcome.APPENDED
    ours = answered(session, ticket)
    again = deliver(session, mailbox, an_email("Re: Lamp", "Thanks", From="kim@else.example", In_Reply_To=ours))
    assert (again.outcome, again.ticket_id) == (Outcome.APPENDED, ticket.id)


def test_it_can_become_a_ticket_of_its_own(session, team, held, mailbox):
    raw = access.read(session, held, by=an_agent(session, team))
    other = held.ticket_id
    waiting.make_ticket(session, held, by=an_agent(session, team))

    assert read_again(session, held, mailbox, raw) is Outcome.NEW_TICKET
    assert held.ticket_id != other


def test_an_email_without_a_sender_can_be_made_a_ticket(session, team, mailbox):
    raw = an_email(From="undisclosed")
    email = deliver(session, mailbox, raw)
    waiting.make_ticket(session, email, by=an_agent(session, team))

    assert read_again(session, email, mailbox, raw) is Outcome.NEW_TICKET


def test_what_is_put_aside_leaves_the_list_and_stays_closed_to_others(session, team, held):
    ada = an_agent(session, team)
    waiting.put_aside(session, held, by=ada)

    assert waiting.count(session, by=ada) == 0
    assert access.read(session, held, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, held, by=an_agent(session, a_team(session)))
