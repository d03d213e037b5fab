"""We write first: a ticket of our own making, its first email, and nobody else's mailbox."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.config import Desk
from helpdesk.desk import compose, outbox, outreach, people, replies
from helpdesk.desk.outreach import NotTheirMailbox
from helpdesk.desk.replies import NobodyToWriteTo
from helpdesk.desk.tickets import Empty
from helpdesk.mail import outbound
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent, Team
from helpdesk.models.customer import Source
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.ticket import Channel, Status
from helpdesk.privacy import access
from helpdesk.storage.vault import Vault
from tests.world import a_mailbox, a_team, a_ticket, days_ago, trail

NILS = Address("Nils Berg", "nils@customer.example")
EVA = Address("Eva Holm", "eva@customer.example")
KIM = Address("", "kim@elsewhere.example")
DESK = Desk(name="Lamps", base_url="https://desk.example")


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


def test_what_somebody_said_on_the_phone_is_a_note_on_an_open_ticket_of_theirs_and_nothing_is_sent(
    session: Session, mailbox: Mailbox, ada: Agent
):
    ticket = outreach.write_down(session, mailbox, [NILS], "A broken lamp", "He called: it flickers.", by=ada)

    assert (ticket.status, ticket.channel, ticket.awaits_us) == (Status.OPEN, Channel.AGENT, True)
    assert ticket.customer.source is Source.AGENT
    text = access.read(session, ticket, by=ada)
    assert (text.subject, list(text.notes.values())) == ("A broken lamp", ["He called: it flickers."])
    assert session.scalars(select(OutboundEmail)).all() == []
    assert len(trail(session, "ticket.write_down")) == 1

    replies.reply(session, ticket, "We will send another.", by=ada)
    assert [one.email for one in session.scalars(select(Delivery))] == [NILS.email]


def test_everybody_who_was_on_the_phone_is_on_the_ticket(session: Session, mailbox: Mailbox, ada: Agent):
    ours = Address("", mailbox.address)
    ticket = outreach.write_down(session, mailbox, [NILS, EVA, ours], "A broken lamp", "They called.", by=ada)

    assert [one.email for one in people.participants(session, ticket)] == [NILS.email, EVA.email]
    with pytest.raises(AddressRefused):
        outreach.write_down(session, mailbox, [NILS, Address("", "nobody")], "A lamp", "They called.", by=ada)


def test_what_was_said_opens_nothing_of_what_the_customer_wrote_before(
    session: Session, team: Team, mailbox: Mailbox, ada: Agent
):
    earlier = a_ticket(session, team, customer=people.customer_of(session, NILS.email), at=days_ago(90))
    earlier.status, earlier.closed_at = Status.CLOSED, days_ago(60)

    outreach.write_down(session, mailbox, [NILS], "A broken lamp", "He called: it flickers.", by=ada)

    assert access.readable_ids(session, [earlier.id], by=ada) == set()


def test_nobody_writes_something_down_for_another_team_or_without_a_word(
    session: Session, mailbox: Mailbox, ada: Agent
):
    foreign = a_mailbox(session, a_team(session))

    for box, said, refused in ((foreign, "It flickers.", NotTheirMailbox), (mailbox, "  ", Empty)):
        with pytest.raises(refused):
            outreach.write_down(session, box, [NILS], "A broken lamp", said, by=ada)


def test_one_writes_from_where_the_tickets_came_to_else_from_the_first_mailbox(session: Session, team: Team):
    first, second = a_mailbox(session, team), a_mailbox(session, team, "a.first.by.alphabet@desk.example")
    came = [a_ticket(session, team, mailbox=one) for one in (first, second, second)]
    foreign = [a_ticket(session) for _ in range(3)]

    assert outreach.usual([second, first]) == first.id
    assert outreach.usual([second, first], came) == second.id
    assert outreach.usual([second, first], foreign) == first.id
    assert outreach.usual([]) is None
