"""Intake: every fetched email is kept first, and ends as a ticket, a message, or something to look at."""

import threading
import time
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, intake, ledger, replies
from helpdesk.desk.ledger import Arrived
from helpdesk.mail import inbound
from helpdesk.mail.thread import new_message_id
from helpdesk.models.agent import Team
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Direction, Message
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import Database
from tests.at_once import at_once
from tests.world import a_mailbox, a_message, a_team, an_agent, days_ago, trail


def an_email(subject: str = "Lamp", text: str = "It flickers.\n", **headers: str) -> bytes:
    message = EmailMessage()
    given = {"From": "Nils Berg <nils@customer.example>", "To": "support@desk.example", "Subject": subject}
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    stamped = {name: said.pop(name) for name in ("Authentication-Results",) if name in said}  # servers write on top
    for name, value in {**stamped, **given, **said}.items():
        message[name] = value
    message.set_content(text)
    return message.as_bytes()


def deliver(session: Session, mailbox: Mailbox, raw: bytes, *, uid: int = 0, uidvalidity: int = 1) -> InboundEmail:
    place = ledger.position(session, mailbox.id, "INBOX", uidvalidity)
    uid = uid or place.last_uid + 1
    fresh = ledger.keep(session, place, [Arrived(uid, raw, len(raw), clock.now())])
    parsed = inbound.read(raw)
    at = intake.arrival(session, mailbox, emails=[parsed], trusted_authserv_id="mx.desk.example")
    for email in fresh:
        intake.receive(session, email, parsed, at=at)
    session.flush()
    return session.scalars(select(InboundEmail).order_by(InboundEmail.id.desc()).limit(1)).one()


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


def answered(session: Session, ticket: Ticket) -> str:
    """A ticket we answered: the Message-ID of our answer."""
    ours = new_message_id(ticket.number, "desk.example")
    a_message(session, ticket, direction=Direction.SENT, rfc_message_id=ours)
    ticket.awaits_us = False
    session.flush()
    return ours


def test_an_email_becomes_a_ticket_of_the_mailboxes_team(session: Session, mailbox: Mailbox):
    email = deliver(session, mailbox, an_email("Lampe kaputt", "Sie flackert."))

    assert (email.outcome, email.reason) == (Outcome.NEW_TICKET, "a new ticket")
    ticket = session.get_one(Ticket, email.ticket_id)
    assert (ticket.team_id, ticket.status, ticket.message_count) == (mailbox.team_id, Status.OPEN, 1)
    ada = an_agent(session, session.get_one(Team, mailbox.team_id))
    said = access.read(session, ticket, by=ada)
    assert said.subject == "Lampe kaputt"
    assert [message.text.strip() for message in said.messages.values()] == ["Sie flackert."]
    assert access.read(session, email, by=ada) == an_email("Lampe kaputt", "Sie flackert.")
    assert len(trail(session, "ticket.open")) == 1


def test_the_same_bytes_again_make_no_second_ticket(session: Session, mailbox: Mailbox):
    raw = an_email()
    first = deliver(session, mailbox, raw)

    again = deliver(session, mailbox, raw, uidvalidity=2)

    assert (again.outcome, again.ticket_id) == (Outcome.ALREADY_RECEIVED, first.ticket_id)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 1


def test_the_same_message_id_with_other_content_is_kept(session: Session, mailbox: Mailbox):
    deliver(session, mailbox, an_email("One", Message_ID="<same@x.example>"))
    other = deliver(session, mailbox, an_email("Two", Message_ID="<same@x.example>"))

    assert other.outcome is Outcome.NEW_TICKET


def test_an_answer_by_the_customer_lands_on_its_ticket_and_reopens_it(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    ticket.status, ticket.closed_at = Status.CLOSED, days_ago(3)

    email = deliver(session, mailbox, an_email("Re: Lamp", "Still dark.", In_Reply_To=ours))

    assert (email.outcome, email.ticket_id) == (Outcome.APPENDED, ticket.id)
    assert (ticket.status, ticket.awaits_us, ticket.message_count) == (Status.OPEN, True, 3)


def test_the_secret_anywhere_in_the_references_is_enough(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    references = f"<a@b.example> {ours} <c@d.example>"

    email = deliver(session, mailbox, an_email("Re: Lamp", In_Reply_To="<c@d.example>", References=references))

    assert email.ticket_id == ticket.id


def test_a_stranger_with_the_secret_waits_to_be_looked_at(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)

    email = deliver(session, mailbox, an_email("Re: Lamp", From="mallory@evil.example", In_Reply_To=ours))

    assert (email.outcome, email.ticket_id) == (Outcome.HELD, ticket.id)
    assert ticket.message_count == 2


def test_a_forged_secret_or_another_tickets_number_makes_a_new_ticket(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    other = session.get_one(Ticket, deliver(session, mailbox, an_email("Other")).ticket_id)
    forged = [
        new_message_id(ticket.number, "desk.example"),
        ours.replace(f"<t.{ticket.number}.", f"<t.{other.number}."),
    ]

    for message_id in forged:
        email = deliver(session, mailbox, an_email("Re: Lamp", f"{message_id}", In_Reply_To=message_id))
        assert email.outcome is Outcome.NEW_TICKET


def test_where_pointers_conflict_the_nearest_true_secret_decides(session: Session, mailbox: Mailbox):
    lamp, bell = (session.get_one(Ticket, deliver(session, mailbox, an_email(name)).ticket_id) for name in "ab")
    ours, theirs = answered(session, lamp), answered(session, bell)
    forged = new_message_id(bell.number, "desk.example")
    conflicts = [
        {"Subject": f"Re: b [#{bell.number}]", "In_Reply_To": ours},
        {"Subject": "Re: b", "In_Reply_To": ours, "References": f"{theirs} {ours}"},
        {"Subject": "Something else entirely", "In_Reply_To": "<a@b.example>", "References": f"{theirs} {ours}"},
        {"Subject": "Re: b", "In_Reply_To": forged, "References": ours},
        {"Subject": "Re: b", "In_Reply_To": f"{forged} {ours}"},
    ]

    landed = [deliver(session, mailbox, an_email(text=str(one), **one)) for one in conflicts]

    assert [email.ticket_id for email in landed] == [lamp.id] * len(conflicts)
    assert bell.message_count == 2


def test_a_known_id_counts_for_a_participant_our_own_mx_vouches_for(session: Session, mailbox: Mailbox):
    first = deliver(session, mailbox, an_email(Message_ID="<first@customer.example>"))
    proof = {"Authentication_Results": "mx.desk.example; dmarc=pass header.from=customer.example"}
    pointing = {"In_Reply_To": "<first@customer.example>"}

    proven = deliver(session, mailbox, an_email("Re: Lamp", "proven", **pointing, **proof))
    claimed = deliver(session, mailbox, an_email("Re: Lamp", "claimed", **pointing))
    forged = deliver(
        session, mailbox,
        an_email("Re: Lamp", "forged", **pointing, Authentication_Results="mx.evil.example; dmarc=pass"),
    )  # fmt: skip

    assert (proven.outcome, proven.ticket_id) == (Outcome.APPENDED, first.ticket_id)
    assert (claimed.outcome, forged.outcome) == (Outcome.NEW_TICKET, Outcome.NEW_TICKET)


def test_an_answer_long_after_closing_is_a_new_ticket_linked_to_the_old(session: Session, mailbox: Mailbox):
    old = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, old)
    old.status, old.closed_at = Status.CLOSED, days_ago(31)

    email = deliver(session, mailbox, an_email("Re: Lamp", In_Reply_To=ours))

    ticket = session.get_one(Ticket, email.ticket_id)
    assert (email.outcome, ticket.follows_id) == (Outcome.NEW_TICKET, old.id)
    assert old.is_closed


@pytest.mark.parametrize("sender", ["support@desk.example", ""])
def test_an_email_from_ourselves_or_from_nobody_is_held(session: Session, mailbox: Mailbox, sender: str):
    email = deliver(session, mailbox, an_email(From=sender or "undisclosed"))

    assert email.outcome is Outcome.HELD
    assert email.reason


def test_attachments_are_kept_and_read_through_the_gate(session: Session, mailbox: Mailbox):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "nils@customer.example", "support@desk.example", "Photo"
    message.set_content("see photo")
    message.add_attachment(b"\x89PNG\r\n\x1a\n" + bytes(300_000), maintype="image", subtype="png", filename="l.png")

    email = deliver(session, mailbox, message.as_bytes())

    ticket = session.get_one(Ticket, email.ticket_id)
    said = access.read(session, ticket, by=Machine.DELIVERY)
    assert list(said.attachment_names.values()) == ["l.png"]
    assert ticket.has_attachments


def test_the_customers_first_name_is_learnt_and_their_data_is_theirs(session: Session, mailbox: Mailbox):
    email = deliver(session, mailbox, an_email())
    ticket = session.get_one(Ticket, email.ticket_id)
    message = session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()

    assert message.customer_id == ticket.customer_id
    assert message.from_name == "Nils Berg"


def a_bounce(message_id: str, recipient: str = "nils@customer.example") -> bytes:
    """A delivery status notification (RFC 3464), as a mail server sends it."""
    return (
        "From: MAILER-DAEMON@mx.customer.example\r\nTo: support@desk.example\r\nSubject: Undelivered Mail\r\n"
        'Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"'
        "\r\nMIME-Version: 1.0\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNobody of that name here.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {message_id}\r\nTo: {recipient}\r\nSubject: Re: Lamp"
        "\r\n\r\nTry another bulb.\r\n--b--\r\n"
    ).encode()


def sent_answer(session: Session, ticket: Ticket, team: Team) -> OutboundEmail:
    message = replies.reply(session, ticket, "Try another bulb.", by=an_agent(session, team))
    session.flush()
    sent = session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()
    for row in session.scalars(select(Delivery).where(Delivery.outbound_email_id == sent.id)):
        row.state = DeliveryState.ACCEPTED  # what waits to be sent, no bounce is about
    session.flush()
    return sent


def test_a_bounce_marks_the_answer_it_is_about_and_reopens_the_ticket(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    sent = sent_answer(session, ticket, session.get_one(Team, mailbox.team_id))
    ticket.status, ticket.closed_at = Status.CLOSED, clock.now()
    session.flush()

    email = deliver(session, mailbox, a_bounce(f"<{sent.rfc_message_id}>"))

    assert (email.outcome, email.ticket_id) == (Outcome.BOUNCE, ticket.id)
    assert (ticket.status, ticket.has_failed_delivery) == (Status.OPEN, True)


def test_a_bounce_that_refers_to_the_whole_conversation_marks_the_answer_it_brings_back_alone(
    session: Session, mailbox: Mailbox
):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    team = session.get_one(Team, mailbox.team_id)
    sent = [sent_answer(session, ticket, team) for _ in range(3)]
    chain = " ".join(f"<{one.rfc_message_id}>" for one in sent)

    bounce = a_bounce(f"<{sent[1].rfc_message_id}>")
    deliver(session, mailbox, f"References: {chain}\r\n".encode() + bounce)

    theirs = Delivery.outbound_email_id.in_([one.id for one in sent])
    states = session.scalars(select(Delivery.state).where(theirs).order_by(Delivery.id)).all()
    assert states == [DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.ACCEPTED]


def test_a_bounce_about_somebody_the_answer_never_went_to_marks_nothing(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    sent = sent_answer(session, ticket, session.get_one(Team, mailbox.team_id))

    email = deliver(session, mailbox, a_bounce(f"<{sent.rfc_message_id}>", "mallory@evil.example"))

    assert email.outcome is Outcome.FILED
    assert not ticket.has_failed_delivery


def test_a_bounce_of_no_email_of_ours_waits_to_be_looked_at(session: Session, mailbox: Mailbox):
    assert deliver(session, mailbox, a_bounce("<unknown@else.example>")).outcome is Outcome.HELD


def test_an_out_of_office_is_filed_and_reopens_nothing(session: Session, mailbox: Mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    ticket.status, ticket.closed_at = Status.CLOSED, clock.now()

    away = an_email("Out of office", "I am away.", In_Reply_To=ours, Auto_Submitted="auto-replied")
    email = deliver(session, mailbox, away)

    assert (email.outcome, ticket.status) == (Outcome.FILED, Status.CLOSED)


def answers_at_once(db: Database, before_the_first_ends: Callable[[Session, Ticket], None]) -> tuple[int, Status]:
    """Two customers' answers and what somebody does between them, each in a transaction of its own."""
    with db.transaction() as session:
        mailbox = a_mailbox(session, a_team(session), "support@desk.example")
        ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
        ours, ticket_id, mailbox_id = answered(session, ticket), ticket.id, mailbox.id
        before = ticket.message_count
    is_read = threading.Event()

    def first() -> None:
        with db.transaction() as session:
            ticket = session.get_one(Ticket, ticket_id, with_for_update=True)
            is_read.set()
            before_the_first_ends(session, ticket)

    def second() -> None:
        assert is_read.wait(10)
        with db.transaction() as session:
            raw = an_email("Re: Lamp", "And the second.", In_Reply_To=ours)
            deliver(session, session.get_one(Mailbox, mailbox_id), raw, uid=9)

    raised = at_once(first, second)
    assert raised == [None, None]
    with db.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        return ticket.message_count - before, ticket.status


def test_an_answer_that_comes_while_its_ticket_is_being_closed_opens_it_again(db: Database):
    def close(session: Session, ticket: Ticket) -> None:
        time.sleep(0.2)
        ticket.status, ticket.closed_at = Status.CLOSED, clock.now()

    assert answers_at_once(db, close) == (1, Status.OPEN)


def test_two_answers_at_once_are_counted_both(db: Database):
    def count(session: Session, ticket: Ticket) -> None:
        time.sleep(0.2)
        ticket.message_count += 1

    assert answers_at_once(db, count) == (2, Status.OPEN)


def test_what_a_batch_answers_is_looked_up_together_and_decided_as_ever(session: Session, mailbox: Mailbox):
    theirs = session.get_one(Ticket, deliver(session, mailbox, an_email("One")).ticket_id)
    foreign = session.get_one(Ticket, deliver(session, mailbox, an_email("Two", From="eva@x.example")).ticket_id)
    ours, other = answered(session, theirs), answered(session, foreign)
    forged = new_message_id(theirs.number, "desk.example")
    raws = [
        an_email("Re: One", "First.", In_Reply_To=ours),
        an_email("Re: Two", "Not mine.", In_Reply_To=other),
        an_email("Re: One", "Guessed.", In_Reply_To=forged),
        an_email("Re: One", "Second.", References=f"{forged} {ours}"),
        an_email("Three", "Nothing of yours."),
    ]

    held = conversation.expect(session, [inbound.read(raw) for raw in raws])
    became = [deliver(session, mailbox, raw) for raw in raws]

    assert sorted(held) == sorted([theirs.id, foreign.id])
    assert [email.outcome for email in became] == [
        Outcome.APPENDED, Outcome.HELD, Outcome.NEW_TICKET, Outcome.APPENDED, Outcome.NEW_TICKET,
    ]  # fmt: skip
    assert {became[0].ticket_id, became[3].ticket_id} == {theirs.id}
    session.flush()
    session.expire(theirs)
    assert theirs.message_count == 4
