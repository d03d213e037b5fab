"""What a colleague forwards is its author's ticket, if our own MX vouches for the colleague; it can be undone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import forwards, people, replies
from helpdesk.models.agent import Agent, Team
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.staff_forward import Reading
from helpdesk.models.ticket import Ticket
from helpdesk.privacy.access import AccessDenied
from tests.desk.test_intake import an_email, deliver
from tests.world import a_mailbox, a_team, an_agent, trail

LETTER = (
    "Please take this.\n\n---------- Forwarded message ---------\nFrom: Nils Berg <nils@customer.example>\n"
    "Date: Mon, 2 Nov 2026 at 10:00\nSubject: Lamp\nTo: <ada@desk.example>\n\nIt flickers.\n"
)
PROOF = {"Authentication_Results": "mx.desk.example; dmarc=pass header.from=desk.example"}


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.fixture
def ada(session: Session, mailbox: Mailbox) -> Agent:
    return an_agent(session, session.get_one(Team, mailbox.team_id))


def forward(session: Session, mailbox: Mailbox, sender: str, text: str = LETTER, **headers: str) -> Ticket:
    email = deliver(session, mailbox, an_email("Fwd: Lamp", text, From=f"Ada Fischer <{sender}>", **headers))
    return session.get_one(Ticket, email.ticket_id)


def addresses(session: Session, ticket: Ticket) -> list[str]:
    of_customer = select(CustomerAddress.email).where(CustomerAddress.customer_id == ticket.customer_id)
    return list(session.scalars(of_customer))


def test_the_author_is_the_customer_and_gets_the_answer(session, mailbox, ada):
    ticket = forward(session, mailbox, ada.email, **PROOF)

    assert addresses(session, ticket) == ["nils@customer.example"]
    assert [one.email for one in replies.recipients(session, ticket).to] == ["nils@customer.example"]
    message = session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
    assert (message.from_email, message.customer_id) == (ada.email, ticket.customer_id)
    assert message.agent_id is None


def test_undoing_makes_the_colleague_the_customer_and_it_can_be_set_again(session, mailbox, ada):
    ticket = forward(session, mailbox, ada.email, **PROOF)

    forwards.undo(session, ticket, by=ada)
    assert (addresses(session, ticket), reading(session, ticket)) == ([ada.email], Reading.OFFERED)
    assert [one.email for one in people.participants(session, ticket)] == [ada.email]

    forwards.believe(session, ticket, by=ada)
    assert addresses(session, ticket) == ["nils@customer.example"]
    assert len(trail(session, "ticket.requester")) == 2


def reading(session: Session, ticket: Ticket) -> Reading:
    found = forwards.of_ticket(session, ticket)
    assert found is not None
    return found.reading


def test_a_sender_nobody_vouches_for_only_makes_an_offer(session, mailbox, ada):
    ticket = forward(session, mailbox, ada.email)

    assert (addresses(session, ticket), reading(session, ticket)) == ([ada.email], Reading.OFFERED)
    forwards.decline(session, ticket, by=ada)
    assert reading(session, ticket) is Reading.DECLINED


def test_customers_who_forward_are_the_customers_themselves(session, mailbox, ada):
    ticket = forward(session, mailbox, "kim@else.example", **PROOF)

    assert addresses(session, ticket) == ["kim@else.example"]
    assert forwards.of_ticket(session, ticket) is None


def test_a_colleague_who_forwards_a_colleague_names_no_customer(session, mailbox, ada):
    ticket = forward(session, mailbox, ada.email, LETTER.replace("nils@customer.example", ada.email), **PROOF)

    assert forwards.of_ticket(session, ticket) is None


def test_another_team_decides_nothing(session, mailbox, ada):
    ticket = forward(session, mailbox, ada.email, **PROOF)

    with pytest.raises(AccessDenied):
        forwards.undo(session, ticket, by=an_agent(session, a_team(session)))
