"""What did not arrive: its author is told once, it is listed, tried again, or sent to the right address."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.config import Desk
from helpdesk.desk import compose, delivery, notices, outbox, people, replies, sendings, undelivered
from helpdesk.desk.composing import Sending
from helpdesk.desk.editor import Written
from helpdesk.desk.notices import Told
from helpdesk.desk.undelivered import NotLost
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.storage.vault import Vault
from tests.world import a_team, a_ticket, an_agent

NEVER, OK = Answer.of(550, "no such user"), Answer.of(250, "OK")
DESK = Desk(name="Lamps", base_url="https://desk.example")


@pytest.fixture
def ada(session: Session) -> Agent:
    return an_agent(session, a_team(session))


@pytest.fixture
def ticket(session: Session, ada: Agent) -> Ticket:
    return a_ticket(session, ada.teams[0], subject="My secret")


def answered(session: Session, ticket: Ticket, by: Agent, answer: Answer) -> Delivery:
    message = replies.reply(session, ticket, "Please send it back.", by=by)
    session.flush()
    email = session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()
    send(session, email.id, answer)
    return session.scalars(select(Delivery).where(Delivery.outbound_email_id == email.id)).one()


def send(session: Session, outbound_email_id: int, answer: Answer) -> None:
    claimed = outbox.claim(session, outbound_email_id)
    assert claimed
    delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, answer))


def letters(session: Session) -> list[OutboundEmail]:
    return list(session.scalars(select(OutboundEmail).where(OutboundEmail.purpose == Purpose.DELIVERY_FAILED)))


def test_the_author_is_told_once_in_the_desk_and_by_mail_without_any_content(
    session: Session, ada: Agent, ticket: Ticket
):
    answered(session, ticket, ada, NEVER)
    answered(session, ticket, ada, NEVER)

    assert notices.unseen(session, ada) == 1
    (letter,) = letters(session)
    claimed = outbox.claim(session, letter.id)
    assert claimed
    email = compose.email(session, claimed, desk=DESK, vault=Vault(b"k" * 32), by=Machine.DELIVERY)
    assert email.recipients == (ada.email,)
    assert email.envelope_sender == ""
    assert f"https://desk.example/tickets/{ticket.id}" in email.text
    assert "secret" not in email.text + email.subject
    assert "send it back" not in email.text
    notices.see_all(session, ada)
    assert notices.unseen(session, ada) == 0


def test_a_letter_that_fails_itself_tells_nobody(session: Session, ada: Agent, ticket: Ticket):
    answered(session, ticket, ada, NEVER)

    send(session, letters(session)[0].id, NEVER)

    assert len(letters(session)) == 1


def test_who_wants_no_mail_gets_none_and_who_sees_the_ticket_no_longer_has_no_notice(
    session: Session, ada: Agent, ticket: Ticket
):
    settings.change_own(session, Told(by_mail=False), by=ada)
    answered(session, ticket, ada, NEVER)
    assert (letters(session), notices.unseen(session, ada)) == ([], 1)

    ada.teams = [a_team(session)]
    session.flush()

    assert notices.unseen(session, ada) == 0
    assert list(notices.latest(session, ada)) == []


def test_what_did_not_arrive_is_listed_for_those_who_see_the_ticket(session: Session, ada: Agent, ticket: Ticket):
    row = answered(session, ticket, ada, NEVER)
    other = an_agent(session, a_team(session))

    assert [one.delivery.id for one in undelivered.listed(session, by=ada)] == [row.id]
    assert undelivered.count(session, by=ada) == 1
    assert undelivered.listed(session, by=other) == []
    assert undelivered.count(session, by=other) == 0
    assert ticket.status is Status.OPEN


def test_tried_again_it_leaves_the_list_until_it_fails_again(session: Session, ada: Agent, ticket: Ticket):
    row = answered(session, ticket, ada, NEVER)

    undelivered.try_again(session, ticket, row, by=ada)
    assert row.state is DeliveryState.QUEUED
    assert undelivered.count(session, by=ada) == 0

    send(session, row.outbound_email_id, NEVER)
    session.refresh(row)
    assert undelivered.count(session, by=ada) == 1


def test_a_corrected_address_gets_the_same_email_and_may_answer(session: Session, ada: Agent, ticket: Ticket):
    row = answered(session, ticket, ada, NEVER)
    before = session.get_one(OutboundEmail, row.outbound_email_id).rfc_message_id

    undelivered.send_to(session, ticket, row, " Nils@Customer.Example ", by=ada)

    claimed = outbox.claim(session, row.outbound_email_id)
    assert claimed
    assert claimed.recipients == ("nils@customer.example",)
    email = compose.email(session, claimed, desk=DESK, vault=Vault(b"k" * 32), by=Machine.DELIVERY)
    assert [one.email for one in email.to] == ["nils@customer.example"]
    assert email.message_id == before
    assert "nils@customer.example" in [one.email for one in people.participants(session, ticket)]


@pytest.mark.parametrize("aside", ["bcc", "forward"])
def test_who_was_written_to_aside_stays_aside_at_the_corrected_address(
    session: Session, ada: Agent, ticket: Ticket, aside: str
):
    settings.change_own(session, Sending(undo_seconds=0), by=ada)
    wrong, nils = Address("Law", "law@outside.exampel"), Address("Nils", "nils@customer.example")
    written = Written(text="See", to=[nils], bcc=[wrong]) if aside == "bcc" else Written(
        text="See", mode=Mode.FORWARD, to=[wrong]
    )  # fmt: skip
    message = sendings.send(session, ticket, written, by=ada)
    send(session, session.scalars(select(OutboundEmail.id).filter_by(message_id=message.id)).one(), NEVER)
    row = session.scalars(select(Delivery).where(Delivery.email == wrong.email)).one()

    undelivered.send_to(session, ticket, row, "law@outside.example", by=ada)

    assert row.state is DeliveryState.QUEUED
    assert "law@outside.example" not in {one.email for one in people.participants(session, ticket)}


def test_of_two_lost_answers_the_other_is_still_to_be_looked_at(session: Session, ada: Agent, ticket: Ticket):
    first, second = (answered(session, ticket, ada, NEVER) for _ in range(2))

    undelivered.try_again(session, ticket, second, by=ada)
    assert [one.delivery for one in undelivered.listed(session, by=ada)] == [first]

    undelivered.try_again(session, ticket, first, by=ada)
    assert undelivered.listed(session, by=ada) == []


def test_what_arrived_is_not_sent_again_and_no_address_is_refused(session: Session, ada: Agent, ticket: Ticket):
    arrived = answered(session, ticket, ada, OK)
    with pytest.raises(NotLost):
        undelivered.try_again(session, ticket, arrived, by=ada)
    with pytest.raises(NotLost):
        undelivered.send_to(session, ticket, arrived, "nils@customer.example", by=ada)
    row = answered(session, ticket, ada, NEVER)
    for wrong in ("nobody", "a@b@c", "a@x, b@y", ticket.mailbox.address, ""):
        with pytest.raises(AddressRefused):
            undelivered.send_to(session, ticket, row, wrong, by=ada)


def test_who_is_written_to_at_the_right_address_is_so_from_then_on(session: Session, ada: Agent, ticket: Ticket):
    row = answered(session, ticket, ada, NEVER)
    people.join(session, ticket, [("kim@customer.example", "Kim"), ("right@customer.example", "")])
    assert [one.email for one in replies.recipients(session, ticket).to] == [row.email]

    undelivered.send_to(session, ticket, row, "new@customer.example", by=ada)
    now = replies.recipients(session, ticket)
    assert [one.email for one in now.to] == ["new@customer.example"]
    assert [one.email for one in now.cc] == ["kim@customer.example", "right@customer.example"]

    people.readdress(session, ticket, "new@customer.example", "right@customer.example")
    now = replies.recipients(session, ticket)
    assert [one.email for one in now.everybody] == ["right@customer.example", "kim@customer.example"]


def test_a_corrected_address_and_one_that_is_tried_again_concern_nobody_else(
    session: Session, ada: Agent, ticket: Ticket
):
    settings.change_own(session, Sending(undo_seconds=0), by=ada)
    names = ("nils", "eva", "kim")
    everybody = [Address("", f"{name}@customer.exampel") for name in names]
    message = sendings.send(session, ticket, Written(text="See", to=everybody), by=ada)
    send(session, session.scalars(select(OutboundEmail.id).filter_by(message_id=message.id)).one(), NEVER)
    nils, eva, kim = session.scalars(select(Delivery).order_by(Delivery.id)).all()[:3]

    undelivered.send_to(session, ticket, nils, "nils@customer.example", by=ada)
    undelivered.try_again(session, ticket, eva, by=ada)

    assert [one.state for one in (nils, eva, kim)] == [DeliveryState.QUEUED] * 2 + [DeliveryState.FAILED]
    claimed = outbox.claim(session, nils.outbound_email_id)
    assert claimed
    assert claimed.recipients == ("nils@customer.example", "eva@customer.exampel")


@pytest.mark.parametrize("recipient", [None, "itself"])
def test_a_bounce_that_comes_twice_stops_no_further_try(
    session: Session, ada: Agent, ticket: Ticket, recipient: str | None
):
    row = answered(session, ticket, ada, OK)
    email = session.get_one(OutboundEmail, row.outbound_email_id)
    address = recipient and row.email
    assert delivery.bounced(session, email.rfc_message_id, address, "5.1.1")
    assert row.state is DeliveryState.BOUNCED

    undelivered.try_again(session, ticket, row, by=ada)
    assert delivery.bounced(session, email.rfc_message_id, address, "5.1.1")

    assert (row.state, ticket.has_failed_delivery) == (DeliveryState.QUEUED, False)
