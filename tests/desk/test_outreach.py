"""We write first: a ticket of our own making, its first email, and nobody else's mailbox."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.config import Desk
from helpdesk.desk import compose, outbox, outreach, people
from helpdesk.desk.outreach import NotTheirMailbox
from helpdesk.desk.replies import NobodyToWriteTo
from helpdesk.desk.tickets import Empty
from helpdesk.mail import outbound
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.ticket import Channel, Status
from helpdesk.privacy import access
from helpdesk.storage.vault import Vault
from tests.world import a_mailbox, a_team, an_agent, trail

NILS = Address("Nils Berg", "nils@customer.example")
EVA = Address("Eva Holm", "eva@customer.example")
KIM = Address("", "kim@elsewhere.example")
DESK = Desk(name="Lamps", base_url="https://desk.example")


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return an_agent(session, team)


@pytest.fixture
def mailbox(session: Session, team: Team) -> Mailbox:
    return a_mailbox(session, team)


def test_a_first_email_makes_a_ticket_that_waits_for_the_customer(session: Session, mailbox: Mailbox, ada: Agent):
    ticket = outreach.start(session, mailbox, [NILS], "Your new lamp", "It is here.", by=ada, cc=[EVA], bcc=[KIM])

    assert (ticket.status, ticket.channel, ticket.assignee_id) == (Status.PENDING, Channel.AGENT, ada.id)
    assert not ticket.awaits_us
    assert ticket.customer.name == "Nils Berg"
    assert access.read(session, ticket, by=ada).subject == "Your new lamp"
    assert [one.email for one in people.participants(session, ticket)] == [NILS.email, EVA.email]
    rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [(row.field, row.email) for row in rows] == [("to", NILS.email), ("cc", EVA.email), ("bcc", KIM.email)]
    assert len(trail(session, "ticket.start")) == 1


def test_its_email_names_no_blind_copy_and_answers_nothing(session: Session, mailbox: Mailbox, ada: Agent):
    outreach.start(
        session,
        mailbox,
        [NILS],
        "Your new lamp",
        "It is here.",
        by=ada,
        bcc=[KIM],
        html="<div>It is <b>here</b>.</div>",
    )
    row = session.scalars(select(OutboundEmail)).one()
    claimed = outbox.claim(session, row.id)
    assert claimed is not None

    email = compose.email(session, claimed, desk=DESK, vault=Vault(b"k" * 32))
    raw = outbound.compose(email)

    assert set(claimed.recipients) == {NILS.email, KIM.email}
    assert b"kim@" not in raw
    assert b"In-Reply-To" not in raw
    assert b"Subject: Your new lamp\r\n" in raw
    assert b"<b>here</b>" in raw


def test_nobody_writes_from_the_mailbox_of_another_team(session: Session, ada: Agent):
    foreign = a_mailbox(session, a_team(session))

    with pytest.raises(NotTheirMailbox):
        outreach.start(session, foreign, [NILS], "Hello", "You don't know me.", by=ada)


@pytest.mark.parametrize(
    ("to", "subject", "text", "refused"),
    [
        ([], "Hello", "Text", NobodyToWriteTo),
        ([Address("", "nils at customer")], "Hello", "Text", AddressRefused),
        ([NILS], "  ", "Text", Empty),
        ([NILS], "Hello", "  ", Empty),
    ],
)
def test_what_can_not_be_sent_makes_no_ticket(
    session: Session,
    mailbox: Mailbox,
    ada: Agent,
    to: list[Address],
    subject: str,
    text: str,
    refused: type[Exception],
):
    with pytest.raises(refused):
        outreach.start(session, mailbox, to, subject, text, by=ada)

    assert not session.scalars(select(Message)).all()


def test_a_desk_that_writes_to_itself_is_told_so(session: Session, mailbox: Mailbox, ada: Agent):
    with pytest.raises(NobodyToWriteTo):
        outreach.start(session, mailbox, [Address("", mailbox.address)], "Hello", "Text", by=ada)
