"""The outbox: what is due is claimed by one, each recipient has a state, and nothing is lost or sent twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import delivery, mailboxes, outbox, people, replies, tickets
from helpdesk.desk.delivery import WAITS
from helpdesk.desk.outbox import LEASE, Claimed
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.ticket import Status, Ticket
from helpdesk.storage.db import Database
from helpdesk.storage.jobs import Job, Ring
from tests.world import a_mailbox, a_team, a_ticket, an_agent, trail

OK, LATER, NEVER = Answer.of(250, "OK"), Answer.of(451, "come back later"), Answer.of(550, "no such user")
EVA = "eva@customer.example"


@pytest.fixture
def ada(session: Session) -> Agent:
    return an_agent(session, a_team(session))


@pytest.fixture
def email(session: Session, ada: Agent) -> OutboundEmail:
    return a_reply(session, ada)


def a_reply(session: Session, by: Agent, *, also: str = "", due_in: timedelta = timedelta(0)) -> OutboundEmail:
    ticket = a_ticket(session, by.teams[0])
    if also:
        people.join(session, ticket, [(also, "")])
        session.flush()
    message = replies.reply(session, ticket, "Please send it back.", by=by, due_in=due_in)
    session.flush()
    return session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()


def claimed(session: Session, email: OutboundEmail) -> Claimed:
    found = outbox.claim(session, email.id)
    assert found is not None
    return found


def to_all(claimed: Claimed, answer: Answer) -> dict[str, Answer]:
    return dict.fromkeys(claimed.recipients, answer)


def rows(session: Session, email: OutboundEmail) -> list[Delivery]:
    chosen = select(Delivery).where(Delivery.outbound_email_id == email.id).order_by(Delivery.id)
    return list(session.scalars(chosen.execution_options(populate_existing=True)))


def states(session: Session, email: OutboundEmail) -> list[DeliveryState]:
    return [row.state for row in rows(session, email)]


def ticket_of(session: Session, email: OutboundEmail) -> Ticket:
    return session.get_one(Ticket, session.get_one(Message, email.message_id).ticket_id)


def test_what_is_due_is_claimed_once(session: Session, email: OutboundEmail):
    first = claimed(session, email)

    assert first.recipients == (rows(session, email)[0].email,)
    assert states(session, email) == [DeliveryState.SENDING]
    assert outbox.claim(session, email.id) is None


def test_nothing_is_claimed_before_it_is_due(session: Session, ada: Agent):
    email = a_reply(session, ada, due_in=timedelta(seconds=15))

    assert outbox.claim(session, email.id) is None
    with clock.stopped_at(clock.now() + timedelta(seconds=16)):
        assert claimed(session, email)


def test_what_a_dead_worker_held_is_claimed_when_its_lease_ended(session: Session, email: OutboundEmail):
    lost = claimed(session, email)

    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        again = claimed(session, email)

    assert again.recipients == lost.recipients
    assert again.token != lost.token


def test_a_lease_is_kept_while_the_mail_server_thinks(session: Session, email: OutboundEmail):
    held = claimed(session, email)

    with clock.stopped_at(clock.now() + LEASE / 2):
        outbox.keep(session, [held])
    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        assert outbox.claim(session, email.id) is None


def test_who_has_it_already_is_not_claimed_again(session: Session, ada: Agent):
    email = a_reply(session, ada, also=EVA)
    first = claimed(session, email)
    nils = first.recipients[0]
    delivery.mark(session, first, {nils: OK, EVA: LATER})

    with clock.stopped_at(clock.now() + WAITS[0]):
        assert claimed(session, email).recipients == (EVA,)


def test_a_paused_mailbox_keeps_its_email(session: Session, email: OutboundEmail):
    mailboxes.pause_sending(session, session.get_one(Mailbox, email.mailbox_id), "wrong password")
    session.flush()

    assert outbox.claim(session, email.id) is None
    assert outbox.first_due(session) == []
    assert states(session, email) == [DeliveryState.QUEUED]


def test_what_was_accepted_stays_accepted(session: Session, email: OutboundEmail):
    held = claimed(session, email)

    delivery.mark(session, held, to_all(held, OK))
    delivery.mark(session, held, to_all(held, NEVER))

    assert states(session, email) == [DeliveryState.ACCEPTED]
    assert rows(session, email)[0].answer == "250 OK"
    assert len(trail(session, "email.deliver")) == 1


def test_a_deferred_email_comes_back_and_is_rung_for(session: Session, email: OutboundEmail):
    with clock.stopped_at(clock.now()):
        held = claimed(session, email)
        delivery.mark(session, held, to_all(held, LATER))
        again_at = clock.now() + WAITS[0]

    (row,) = rows(session, email)
    assert (row.state, row.due_at, row.answer) == (DeliveryState.DEFERRED, again_at, "451 come back later")
    assert session.info["leaving"].rings[-1] == Ring(Job.DELIVER, email.id, again_at, email.mailbox_id)


def test_after_two_days_of_deferring_it_has_failed(session: Session, email: OutboundEmail):
    first = moment = clock.now()
    for attempt in range(len(WAITS) + 1):
        with clock.stopped_at(moment):
            held = claimed(session, email)
            delivery.mark(session, held, to_all(held, LATER))
            (row,) = rows(session, email)
            assert row.state is (DeliveryState.DEFERRED if attempt < len(WAITS) else DeliveryState.FAILED)
            moment = row.due_at

    assert moment - first == timedelta(days=2)
    assert sorted(WAITS) == list(WAITS)
    assert WAITS[0] == timedelta(minutes=1)


def test_a_failure_opens_the_ticket_again_and_shows(session: Session, ada: Agent):
    email = a_reply(session, ada)
    ticket = ticket_of(session, email)
    tickets.close(session, ticket, by=ada)
    held = claimed(session, email)

    delivery.mark(session, held, to_all(held, NEVER))

    assert states(session, email) == [DeliveryState.FAILED]
    assert (ticket.status, ticket.has_failed_delivery) == (Status.OPEN, True)
    assert ticket.id in session.info["leaving"].changed_tickets
    assert b"failed 550" in trail(session, "email.deliver")[0].core
    assert len(trail(session, "ticket.reopen")) == 1


def test_each_recipient_has_a_state_of_its_own(session: Session, ada: Agent):
    email = a_reply(session, ada, also=EVA)
    held = claimed(session, email)

    delivery.mark(session, held, {held.recipients[0]: OK, EVA: NEVER})

    assert states(session, email) == [DeliveryState.ACCEPTED, DeliveryState.FAILED]


def test_an_acceptance_told_late_counts_a_failure_told_late_does_not(session: Session, email: OutboundEmail):
    slow = claimed(session, email)
    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        second = claimed(session, email)

        delivery.mark(session, slow, to_all(slow, NEVER))
        assert states(session, email) == [DeliveryState.SENDING]
        delivery.mark(session, slow, to_all(slow, OK))
        delivery.mark(session, second, to_all(second, LATER))

    assert states(session, email) == [DeliveryState.ACCEPTED]


def test_an_email_that_was_not_tried_costs_no_attempt(session: Session, email: OutboundEmail):
    outbox.give_back(session, [claimed(session, email)])

    (row,) = rows(session, email)
    assert (row.state, row.attempts, row.claim) == (DeliveryState.QUEUED, 0, None)
    assert claimed(session, email)


def test_an_email_whose_every_attempt_is_cut_off_is_hopeless_in_the_end(session: Session, email: OutboundEmail):
    moment = clock.now()
    for _ in range(50):
        with clock.stopped_at(moment):
            held = claimed(session, email)
        if held.is_hopeless:
            break
        moment += LEASE + timedelta(seconds=1)

    assert held.is_hopeless
    delivery.mark(session, held, to_all(held, NEVER))
    assert states(session, email) == [DeliveryState.FAILED]


def test_an_email_can_be_cancelled_until_it_is_sent(session: Session, ada: Agent):
    email = a_reply(session, ada, due_in=timedelta(seconds=15))

    assert delivery.cancel(session, email, by=ada)

    assert states(session, email) == [DeliveryState.CANCELLED]
    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        assert outbox.claim(session, email.id) is None
    assert len(trail(session, "email.cancel")) == 1


def test_what_is_being_sent_cannot_be_cancelled(session: Session, ada: Agent, email: OutboundEmail):
    claimed(session, email)

    assert not delivery.cancel(session, email, by=ada)
    assert states(session, email) == [DeliveryState.SENDING]


def test_what_failed_can_be_tried_again_by_hand(session: Session, ada: Agent):
    email = a_reply(session, ada, also=EVA)
    held = claimed(session, email)
    delivery.mark(session, held, {held.recipients[0]: OK, EVA: NEVER})

    delivery.retry(session, email, by=ada)

    assert states(session, email) == [DeliveryState.ACCEPTED, DeliveryState.QUEUED]
    assert claimed(session, email).recipients == (EVA,)


def test_a_bounce_is_tied_to_the_email_it_answers(session: Session, ada: Agent, email: OutboundEmail):
    held = claimed(session, email)
    delivery.mark(session, held, to_all(held, OK))
    people.customer_of(session, held.recipients[0])

    found = delivery.bounced(session, f"<{email.rfc_message_id}>", held.recipients[0].upper(), "5.1.1 unknown")

    assert found is email
    (row,) = rows(session, email)
    assert (row.state, row.answer) == (DeliveryState.BOUNCED, "5.1.1 unknown")
    assert ticket_of(session, email).has_failed_delivery
    flagged = select(CustomerAddress.bounced_at).where(CustomerAddress.email == held.recipients[0])
    assert session.scalar(flagged) is not None


def test_the_same_bounce_again_changes_nothing(session: Session, email: OutboundEmail):
    address = rows(session, email)[0].email
    claimed(session, email)
    delivery.bounced(session, email.rfc_message_id, address, "5.1.1")

    assert delivery.bounced(session, email.rfc_message_id, address, "5.1.1") is email
    assert len(trail(session, "email.bounce")) == 1


@pytest.mark.parametrize(
    ("message_id", "recipient"),
    [("t.1.0123@desk.example", EVA), (None, "somebody@elsewhere.example"), (None, None)],
    ids=["an unknown email", "an address that was not on it", "one of two, unnamed"],
)
def test_a_bounce_that_fits_no_email_of_ours_proves_nothing(
    session: Session, ada: Agent, message_id: str | None, recipient: str | None
):
    email = a_reply(session, ada, also=EVA)

    assert delivery.bounced(session, message_id or email.rfc_message_id, recipient, "5.1.1") is None
    assert DeliveryState.BOUNCED not in states(session, email)
    assert not ticket_of(session, email).has_failed_delivery


def test_a_bounce_without_an_address_is_the_only_recipients(session: Session, email: OutboundEmail):
    claimed(session, email)

    assert delivery.bounced(session, email.rfc_message_id, None, "5.0.0") is email
    assert states(session, email) == [DeliveryState.BOUNCED]


def test_an_email_without_a_ticket_fails_too(session: Session):
    mailbox = a_mailbox(session, a_team(session))
    email = outbox.queue(
        session, mailbox, Purpose.PASSWORD_RESET, to=[Address("Ada", "ada@desk.example")], rfc_message_id="<t.0.1@x>"
    )
    held = claimed(session, email)

    delivery.mark(session, held, to_all(held, NEVER))

    assert states(session, email) == [DeliveryState.FAILED]


def test_the_sweep_finds_one_email_of_each_mailbox(session: Session, ada: Agent):
    first, second = a_reply(session, ada), a_reply(session, ada)
    second.mailbox_id = first.mailbox_id
    other, later = a_reply(session, ada), a_reply(session, ada, due_in=timedelta(minutes=1))
    session.flush()

    assert outbox.first_due(session) == [first.id, other.id]
    assert outbox.due(session, mailbox_id=first.mailbox_id) == [first.id, second.id]
    assert outbox.first_due(session, since=timedelta(seconds=30)) == []
    with clock.stopped_at(clock.now() + timedelta(seconds=31)):
        assert outbox.first_due(session, since=timedelta(seconds=30)) == [first.id, other.id]
    assert later.mailbox_id not in {first.mailbox_id, other.mailbox_id}


def test_many_workers_at_once_claim_each_email_once(db: Database):
    with db.transaction() as session:
        ada = an_agent(session, a_team(session))
        ids = [a_reply(session, ada, also=f"{number}@customer.example").id for number in range(8)]

    def claim_all(_worker: int) -> list[tuple[int, str]]:
        taken = []
        for outbound_email_id in ids:
            with db.transaction() as session:
                found = outbox.claim(session, outbound_email_id)
            taken += [(outbound_email_id, email) for email in found.recipients] if found else []
        return taken

    with ThreadPoolExecutor(4) as workers:
        taken = [one for part in workers.map(claim_all, range(4)) for one in part]

    assert len(taken) == len(set(taken)) == 16


def test_a_mailbox_with_a_limit_gives_one_email_at_a_time_evenly_spaced(session: Session, ada: Agent):
    ticket = a_ticket(session, ada.teams[0])
    mailbox = session.get_one(Mailbox, ticket.mailbox_id)
    mailbox.most_per_minute = 30
    with clock.stopped_at(clock.now()):
        for _number in range(3):
            replies.reply(session, ticket, "Please send it back.", by=ada)
        session.flush()

        first, second = (outbox.claim_batch(session, mailbox.id) for _ in range(2))

        soon = clock.now() + timedelta(seconds=2)
    with clock.stopped_at(soon):
        third = outbox.claim_batch(session, mailbox.id)
        assert outbox.first_due(session) == []
    assert [len(batch.claimed) for batch in (first, second, third)] == [1, 0, 1]
    assert second.not_before == soon


def test_emails_of_a_mailbox_are_claimed_together(session: Session, ada: Agent):
    ticket = a_ticket(session, ada.teams[0])
    for _number in range(3):
        replies.reply(session, ticket, "Please send it back.", by=ada)
    session.flush()

    two = outbox.claim_batch(session, ticket.mailbox_id, most=2)
    rest = outbox.claim_batch(session, ticket.mailbox_id)
    outbox.give_back(session, two.claimed)

    assert [len(two.claimed), len(rest.claimed)] == [2, 1]
    assert len(outbox.claim_batch(session, ticket.mailbox_id).claimed) == 2
