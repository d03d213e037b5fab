"""An agent's reply: a message, a row in the outbox for everybody it goes to, and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import people, replies, tickets
from helpdesk.desk.replies import NobodyToWriteTo, TooMuch
from helpdesk.desk.sizes import MOST_BYTES
from helpdesk.mail import thread
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent, Team
from helpdesk.models.message import Attachment, Direction, MessageAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied
from helpdesk.storage.jobs import Job, Ring
from tests.world import a_customer, a_message, a_team, a_ticket, an_agent, days_ago, trail

NILS = Address("Nils Berg", "nils@customer.example")
EVA = Address("Eva Holm", "eva@customer.example")
STRANGER = Address("Kim Lund", "kim@elsewhere.example")


@pytest.fixture
def ticket(session: Session, team: Team) -> Ticket:
    """Of Nils, with Eva on it."""
    made = a_ticket(session, team, customer=a_customer(session, NILS.email))
    for one in people.participants(session, made):
        session.delete(one)
    session.flush()
    people.join(session, made, [(NILS.email, NILS.name), (EVA.email, EVA.name)])
    session.flush()
    return made


def outbox(session: Session) -> list[tuple[str, str, DeliveryState]]:
    rows = session.scalars(select(Delivery).order_by(Delivery.id))
    return [(row.field, row.email, row.state) for row in rows]


def test_a_reply_is_a_message_and_a_row_for_each_recipient(session: Session, ticket: Ticket, ada: Agent):
    message = replies.reply(session, ticket, "Please send the lamp back.\n", by=ada)

    assert (message.direction, message.agent_id, message.from_email) == (
        Direction.SENT,
        ada.id,
        ticket.mailbox.address,
    )
    assert outbox(session) == [("to", NILS.email, DeliveryState.QUEUED), ("cc", EVA.email, DeliveryState.QUEUED)]
    email = session.scalars(select(OutboundEmail)).one()
    assert (email.purpose, email.message_id, email.mailbox_id) == (Purpose.REPLY, message.id, ticket.mailbox_id)
    assert email.rfc_message_id == message.rfc_message_id
    said = access.read(session, message, by=ada)
    assert (said.subject, said.text) == ("Re: The lamp flickers", "Please send the lamp back.")
    assert session.info["leaving"].rings == [Ring(Job.DELIVER, email.id, outbox_due(session), ticket.mailbox_id)]
    assert session.info["leaving"].changed_tickets == {ticket.id}
    assert [event.object_id for event in trail(session, "ticket.reply")] == [ticket.id]


def test_its_message_id_names_the_ticket_and_holds_a_secret(session: Session, ticket: Ticket, ada: Agent):
    first, second = (replies.reply(session, ticket, text, by=ada).rfc_message_id or "" for text in ("One", "Two"))

    assert first.startswith(f"t.{ticket.number}.")
    secrets = {thread.secret_of(first), thread.secret_of(second)}
    assert None not in secrets
    assert len(secrets) == 2


def test_a_reply_moves_its_ticket_to_the_end_of_the_line(session: Session, ticket: Ticket, ada: Agent):
    ticket.waiting_since = days_ago(3)
    ticket.has_failed_delivery = True
    with clock.stopped_at(clock.now()):
        replies.reply(session, ticket, "We look into it.", by=ada)
        now = clock.now()

    assert (ticket.first_reply_at, ticket.active_at, ticket.waiting_since) == (now, now, now)
    assert (ticket.awaits_us, ticket.message_count, ticket.has_failed_delivery) == (False, 2, False)
    assert access.glimpse(session, [ticket], by=ada, view="open")[ticket.id].preview == "We look into it."


def test_the_first_reply_stays_the_first(session: Session, ticket: Ticket, ada: Agent):
    ticket.first_reply_at = first = days_ago(1)

    replies.reply(session, ticket, "Once more.", by=ada)

    assert ticket.first_reply_at == first


@pytest.mark.parametrize("status", [Status.OPEN, Status.PENDING, Status.SNOOZED, Status.CLOSED])
def test_a_reply_leaves_the_status_to_the_agent(session: Session, ticket: Ticket, ada: Agent, status: Status):
    ticket.status = status
    ticket.closed_at = clock.now() if status is Status.CLOSED else None
    session.flush()

    replies.reply(session, ticket, "One last word.", by=ada)

    assert ticket.status is status


def test_a_reply_that_can_be_undone_is_due_later(session: Session, ticket: Ticket, ada: Agent):
    with clock.stopped_at(clock.now()):
        replies.reply(session, ticket, "Sent too soon?", by=ada, due_in=timedelta(seconds=15))
        later = clock.now() + timedelta(seconds=15)

    assert outbox_due(session) == later
    assert session.info["leaving"].rings[0].at == later


def test_who_has_no_basis_cannot_reply(session: Session, ticket: Ticket):
    with pytest.raises(AccessDenied):
        replies.reply(session, ticket, "Hello", by=an_agent(session, a_team(session)))

    assert outbox(session) == []


def test_an_empty_reply_is_refused(session: Session, ticket: Ticket, ada: Agent):
    with pytest.raises(tickets.Empty):
        replies.reply(session, ticket, " \n\t", by=ada)


def test_a_file_says_enough_by_itself(session: Session, ticket: Ticket, ada: Agent):
    invoice = OutgoingAttachment("invoice.pdf", "application/pdf", b"%PDF-")

    message = replies.reply(session, ticket, " ", by=ada, files=[invoice])

    assert session.scalars(select(Attachment.message_id)).all() == [message.id]
    assert access.read(session, ticket, by=ada).messages[message.id].text == ""


def test_everybody_on_the_ticket_is_answered_but_never_ourselves(session: Session, ticket: Ticket):
    people.join(session, ticket, [(ticket.mailbox.address.upper(), "Support")])
    session.flush()

    found = replies.recipients(session, ticket)

    assert [one.email for one in found.to] == [NILS.email]
    assert [one.email for one in found.cc] == [EVA.email]


def test_a_copy_to_a_stranger_is_shown_as_left_out(session: Session, ticket: Ticket, ada: Agent):
    message = a_message(session, ticket)
    for field, email in (("to", ticket.mailbox.address), ("cc", EVA.email), ("cc", "Kim@elsewhere.example")):
        session.add(MessageAddress(message_id=message.id, field=field, email=email, name="Somebody"))
    session.add(MessageAddress(message_id=message.id, field="reply_to", email="ivan@evil.example"))
    session.flush()

    found = replies.recipients(session, ticket)
    replies.reply(session, ticket, "To all who belong here.", by=ada)

    assert [one.email for one in found.left_out] == [STRANGER.email, "ivan@evil.example"]
    assert {email for _field, email, _state in outbox(session)} == {NILS.email, EVA.email}


def test_a_stranger_whom_the_agent_writes_to_is_on_the_ticket_from_then_on(
    session: Session, ticket: Ticket, ada: Agent
):
    replies.reply(session, ticket, "Kim, can you help?", by=ada, to=[NILS], cc=[STRANGER])
    session.flush()

    assert STRANGER.email in {one.email for one in people.participants(session, ticket)}
    assert [email for _field, email, _state in outbox(session)] == [NILS.email, STRANGER.email]


def test_an_agent_may_answer_one_alone(session: Session, ticket: Ticket, ada: Agent):
    replies.reply(session, ticket, "Between us.", by=ada, to=[EVA])

    assert [email for _field, email, _state in outbox(session)] == [EVA.email]


def test_each_recipient_gets_it_once(session: Session, ticket: Ticket, ada: Agent):
    twice = [NILS, Address("Nils", "NILS@customer.example")]

    replies.reply(session, ticket, "Once.", by=ada, to=twice, cc=[NILS, EVA, EVA])

    assert [email for _field, email, _state in outbox(session)] == [NILS.email, EVA.email]


def test_a_reply_needs_somebody_to_go_to(session: Session, ticket: Ticket, ada: Agent):
    ourselves = Address("", ticket.mailbox.address)

    with pytest.raises(NobodyToWriteTo):
        replies.reply(session, ticket, "To whom?", by=ada, to=[ourselves])


@pytest.mark.parametrize("email", ["nils", "a@b, c@d", "a@b>\r\nBcc: c@d", "nils@customer.example;x"])
def test_what_is_no_address_is_refused_at_once(session: Session, ticket: Ticket, ada: Agent, email: str):
    with pytest.raises(AddressRefused):
        replies.reply(session, ticket, "Hello", by=ada, to=[Address("", email)])


def test_files_go_with_the_reply(session: Session, ticket: Ticket, ada: Agent):
    message = replies.reply(
        session,
        ticket,
        "The invoice.",
        by=ada,
        files=[OutgoingAttachment("invoice.pdf", "application/pdf", b"%PDF-")],
    )

    row = session.scalars(select(Attachment)).one()
    assert (row.message_id, row.media_type, row.size) == (message.id, "application/pdf", 5)
    file = access.read(session, row, by=ada)
    assert (file.name, file.body) == ("invoice.pdf", b"%PDF-")
    assert ticket.has_attachments


def test_files_that_no_mail_server_takes_are_refused_before_sending(session: Session, ticket: Ticket, ada: Agent):
    huge = OutgoingAttachment("film.mp4", "video/mp4", bytes(MOST_BYTES + 1))

    with pytest.raises(TooMuch, match="18,254,615 bytes"):
        replies.reply(session, ticket, "Look!", by=ada, files=[huge])


def outbox_due(session: Session):
    return session.scalars(select(Delivery.due_at).order_by(Delivery.id)).first()


def test_a_bounce_is_no_email_that_somebody_could_be_left_out_of(session: Session, ticket: Ticket):
    a_message(session, ticket)
    bounce = a_message(session, ticket, text="550 nobody here")
    bounce.is_automatic, bounce.from_email = True, "mailer-daemon@elsewhere.example"
    session.add(MessageAddress(message_id=bounce.id, field="reply_to", email="mailer-daemon@elsewhere.example"))
    session.flush()

    found = replies.recipients(session, ticket)

    assert found.left_out == ()
    assert [one.email for one in replies.writer_of_last(session, ticket)] == [NILS.email]
