"""Blocked senders: held with that reason, never dropped, and let go again."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import blocks, intake, ledger, waiting
from helpdesk.desk.waiting import Shelf
from helpdesk.mail import inbound
from helpdesk.models.agent import Team
from helpdesk.models.inbound_email import InboundEmail, Outcome, Ruling
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from tests.desk.test_intake import an_email, answered, deliver
from tests.world import a_mailbox, a_team, an_admin, an_agent, trail


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


def read(session: Session, email: InboundEmail, mailbox: Mailbox) -> Outcome:
    """What the job does that was rung for it."""
    parsed = inbound.read(access.read(session, email, by=Machine.INTAKE))
    return intake.receive(session, email, parsed, at=intake.arrival(session, mailbox))


@pytest.mark.parametrize("blocked", ["nils@customer.example", "@customer.example", " NILS@Customer.Example "])
def test_what_a_blocked_sender_writes_is_kept_and_held(session, mailbox, blocked):
    ada = an_agent(session, session.get_one(Team, mailbox.team_id))
    blocks.block(session, blocked, by=ada)

    email = deliver(session, mailbox, an_email())

    assert (email.outcome, email.reason) == (Outcome.HELD, "its sender is blocked")
    assert access.read(session, email, by=ada) == an_email()
    assert waiting.count(session, by=ada) == 0
    assert waiting.count(session, by=ada, shelf=Shelf.BLOCKED) == 1
    assert deliver(session, mailbox, an_email(From="other@else.example")).outcome is Outcome.NEW_TICKET


def test_blocking_twice_is_blocking_once_and_leaves_one_event(session):
    root = an_admin(session)

    assert blocks.block(session, "a@b.example", by=root) is blocks.block(session, "A@b.example", by=root)
    assert len(trail(session, "sender.block")) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", blocks.NoSender),
        ("nonsense", blocks.NoSender),
        ("@", blocks.NoSender),
        ("a@b.example, c@d.example", blocks.NoSender),
        ("a@b.example\r\nBcc: x@y.example", blocks.NoSender),
        ("support@desk.example", blocks.Ourselves),
        ("@desk.example", blocks.Ourselves),
        ("@gmail.com", blocks.TooWide),
    ],
)
def test_what_would_hold_the_wrong_people_is_refused(session, mailbox, address, why):
    with pytest.raises(why):
        blocks.block(session, address, by=an_admin(session))


def test_lifting_a_block_delivers_what_was_held(session, mailbox):
    root = an_admin(session)
    blocked = blocks.block(session, "@customer.example", by=root)
    held = [deliver(session, mailbox, an_email(f"Lamp {n}")) for n in range(3)]
    aside = held.pop()
    waiting.put_aside(session, aside, by=root)

    assert blocks.lift(session, blocked, by=root) == 2

    assert {email.outcome for email in held} == {Outcome.STORED}
    # where no worker hears, the poller finds them
    assert set(ledger.unread(session, mailbox.id, limit=9)) == set(held)
    assert [read(session, email, mailbox) for email in held] == [Outcome.NEW_TICKET] * 2
    assert aside.outcome is Outcome.PUT_ASIDE
    assert not blocks.listed(session)


def test_one_email_can_be_released_and_its_sender_stays_blocked(session, mailbox):
    root = an_admin(session)
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    blocks.block(session, "nils@customer.example", by=root)
    email = deliver(session, mailbox, an_email("Re: Lamp", "Still dark.", In_Reply_To=ours))

    waiting.release(session, email, by=root)

    assert read(session, email, mailbox) is Outcome.APPENDED
    assert (email.ticket_id, email.ruling) == (ticket.id, Ruling.RELEASED)
    assert deliver(session, mailbox, an_email("Again")).outcome is Outcome.HELD


def test_a_stranger_who_is_released_gets_a_ticket_of_their_own(session, mailbox):
    ticket = session.get_one(Ticket, deliver(session, mailbox, an_email()).ticket_id)
    ours = answered(session, ticket)
    email = deliver(session, mailbox, an_email("Re: Lamp", From="kim@else.example", In_Reply_To=ours))
    waiting.release(session, email, by=an_admin(session))

    assert read(session, email, mailbox) is Outcome.NEW_TICKET
    assert email.ticket_id != ticket.id


def test_what_was_put_aside_can_be_got_back_as_it_was(session, mailbox):
    root = an_admin(session)
    email = deliver(session, mailbox, an_email(From="undisclosed"))
    reason = email.reason
    for _ in range(2):
        waiting.put_aside(session, email, by=root)
    assert waiting.count(session, by=root, shelf=Shelf.ASIDE) == 1

    for _ in range(2):
        waiting.get_back(session, email, by=root)

    assert (email.outcome, email.reason) == (Outcome.HELD, reason)
    assert waiting.count(session, by=root) == 1
