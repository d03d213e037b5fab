"""Copies of answers in the folder for sent mail of a real Dovecot: each once, and never in an answer's way."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpdesk import clock
from helpdesk.desk import mailboxes, sent_copies
from helpdesk.desk.delivery import mark
from helpdesk.desk.mailboxes import Server
from helpdesk.desk.outbox import claim
from helpdesk.desk.sent_copies import LEASE, SETTLES, WAITS
from helpdesk.mail.smtp import Answer, Verdict
from helpdesk.models.audit import AuditEvent
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose, SentCopy
from helpdesk.privacy.readers import Machine
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.programs import free_port
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import Outbox
from workers.delivery import deliver
from workers.sent_copies import keep_copies

DUE, FAILED, KEPT, NONE = SentCopy.DUE, SentCopy.FAILED, SentCopy.KEPT, SentCopy.NONE


@dataclass
class Copies:
    """What a test asks of the mailbox's folder, and of the rows."""

    outbox: Outbox
    dovecot: Dovecot
    user: str

    def answer(self) -> int:
        row = self.outbox.reply()
        deliver(row)
        return row

    def keep(self, after: timedelta = SETTLES) -> None:
        with clock.stopped_at(clock.now() + after):
            keep_copies()

    def lie_in(self, folder: str = "Sent") -> list[bytes]:
        return list(self.dovecot.messages(self.user, folder).values())

    def state(self, row: int) -> SentCopy:
        with self.outbox.runtime.db.reading() as session:
            return session.get_one(OutboundEmail, row).sent_copy

    def change(self, **values: object) -> None:
        with self.outbox.runtime.db.transaction() as session:
            session.execute(update(Mailbox).values(**values))


@pytest.fixture
def copies(outbox: Outbox, dovecot: Dovecot) -> Copies:
    """A desk whose mailbox is at the test's Dovecot and keeps copies in the folder that the server marks."""
    user = dovecot.new_user()
    there = Server(host="127.0.0.1", port=dovecot.port, security=Security.PLAIN, user=user, password=PASSWORD)
    with outbox.runtime.db.transaction() as session:
        mailbox = session.get_one(Mailbox, outbox.mailbox_id)
        mailboxes.change(session, outbox.runtime.vault, mailbox, imap=there, by=None)
        sent_copies.choose(session, mailbox, "", by=Machine.COMMAND)
    return Copies(outbox, dovecot, user)


def test_an_answer_that_was_accepted_lies_in_the_folder_once_as_it_was_sent(copies: Copies, smtp_sink: SmtpSink):
    row = copies.answer()
    copies.keep()
    copies.keep()

    (sent,), (copy,) = smtp_sink.accepted, copies.lie_in()
    assert copy.rstrip() == sent.raw.rstrip()
    assert copies.state(row) is KEPT
    (uid,) = copies.dovecot.messages(copies.user, "Sent")
    assert b"\\Seen" in copies.dovecot.flags(copies.user, uid, "Sent")


@pytest.mark.parametrize("folder", [None, "Answers/Wärme"])
def test_none_is_kept_unless_it_is_asked_for_and_then_in_the_folder_named(copies: Copies, folder: str | None):
    copies.change(sent_folder=folder)
    if folder:
        with copies.dovecot.login(copies.user) as client:
            client.create_folder(folder)

    row = copies.answer()
    copies.keep()

    assert copies.state(row) is (KEPT if folder else NONE)
    assert [len(copies.lie_in(folder)) if folder else 0, len(copies.lie_in())] == [1 if folder else 0, 0]


def test_what_did_not_leave_has_no_copy(copies: Copies, smtp_sink: SmtpSink):
    row = copies.outbox.reply()
    (one,) = copies.outbox.rows(row)
    smtp_sink.answer(one.email, "550 unknown")

    deliver(row)
    copies.keep()

    assert copies.outbox.states(row) == [DeliveryState.FAILED]
    assert (copies.state(row), copies.lie_in()) == (NONE, [])


def test_what_the_desk_writes_by_itself_has_none(copies: Copies, smtp_sink: SmtpSink):
    row = copies.outbox.reply()
    (one,) = copies.outbox.rows(row)
    smtp_sink.answer(one.email, "550 unknown")
    deliver(row)  # its author is told by mail

    with copies.outbox.runtime.db.reading() as session:
        chosen = select(OutboundEmail.id).where(OutboundEmail.purpose == Purpose.DELIVERY_FAILED)
        notice = session.scalars(chosen).one()
    deliver(notice)
    copies.keep()

    assert copies.outbox.states(notice) == [DeliveryState.ACCEPTED]
    assert (copies.state(notice), copies.lie_in()) == (NONE, [])


def test_the_copy_that_a_provider_made_is_the_only_one(copies: Copies, smtp_sink: SmtpSink):
    row = copies.answer()
    copies.dovecot.append(copies.user, smtp_sink.accepted[0].raw, "Sent")

    copies.keep()

    assert (len(copies.lie_in()), copies.state(row)) == (1, KEPT)


@pytest.mark.parametrize("host", ["smtp.gmail.com", "SMTP.office365.com."])
def test_a_provider_that_keeps_its_own_is_owed_none(copies: Copies, host: str):
    row = copies.outbox.reply()
    with copies.outbox.runtime.db.transaction() as session:
        claimed = claim(session, row)
    copies.change(smtp_host=host)
    assert claimed is not None

    with copies.outbox.runtime.db.transaction() as session:
        mark(session, claimed, dict.fromkeys(claimed.recipients, Answer(250, "OK", Verdict.ACCEPTED)))

    assert (copies.outbox.states(row), copies.state(row)) == ([DeliveryState.ACCEPTED], NONE)


def test_a_worker_that_dies_between_folder_and_row_leaves_one_copy(copies: Copies):
    row = copies.answer()
    copies.keep()
    with copies.outbox.runtime.db.transaction() as session:  # as it was before the last commit
        email = session.get_one(OutboundEmail, row)
        email.sent_copy, email.sent_copy_lease = DUE, clock.now() + LEASE

    copies.keep()
    assert copies.state(row) is DUE  # another's, until the lease is over
    copies.keep(after=LEASE + timedelta(seconds=1))

    assert (len(copies.lie_in()), copies.state(row)) == (1, KEPT)


def test_an_answer_leaves_while_the_folder_is_out_of_reach_and_its_copy_follows(copies: Copies, smtp_sink: SmtpSink):
    copies.change(imap_port=free_port())
    row = copies.answer()
    copies.keep()

    assert copies.outbox.states(row) == [DeliveryState.ACCEPTED]
    assert (copies.state(row), len(smtp_sink.accepted)) == (DUE, 1)
    assert "answers at" in str(copies.outbox.mailbox().sent_copy_error)

    copies.change(imap_port=copies.dovecot.port)
    copies.keep()
    assert copies.lie_in() == []  # not before its time
    copies.keep(after=SETTLES + WAITS[0])

    assert (len(copies.lie_in()), copies.state(row), len(smtp_sink.accepted)) == (1, KEPT, 1)
    assert copies.outbox.mailbox().sent_copy_error is None


def test_a_folder_that_is_not_there_is_named_and_given_up_after_two_days_until_it_is_mended(copies: Copies):
    copies.change(sent_folder="Snet")
    row = copies.answer()
    moment = clock.now() + SETTLES
    for wait in (*WAITS, timedelta(0)):
        with clock.stopped_at(moment):
            keep_copies()
        moment += wait

    assert copies.state(row) is FAILED
    assert "no folder “Snet”. Folders there: INBOX" in str(copies.outbox.mailbox().sent_copy_error)
    assert copies.outbox.states(row) == [DeliveryState.ACCEPTED]

    copies.change(sent_folder="")
    with copies.outbox.runtime.db.transaction() as session:
        sent_copies.try_again(session, session.get_one(Mailbox, copies.outbox.mailbox_id))
    copies.keep()
    assert (len(copies.lie_in()), copies.state(row)) == (1, KEPT)


def test_of_a_person_who_was_erased_meanwhile_nothing_is_copied(copies: Copies):
    row = copies.answer()
    with copies.outbox.runtime.db.transaction() as session:  # what an erasure leaves of a delivery
        session.execute(update(Delivery).values(email="", name="", answer=""))

    copies.keep()

    assert (copies.state(row), copies.lie_in()) == (FAILED, [])


def test_switched_off_nothing_more_is_owed(copies: Copies):
    row = copies.answer()
    copies.change(sent_folder=None)

    copies.keep()

    assert (copies.state(row), copies.lie_in()) == (NONE, [])


def test_to_compose_a_copy_is_a_reading_on_the_trail(copies: Copies):
    copies.answer()
    with clock.stopped_at(clock.now() + timedelta(minutes=6)):
        keep_copies()

    with copies.outbox.runtime.db.reading() as session:
        chosen = select(AuditEvent.action).where(AuditEvent.actor_id == "delivery").order_by(AuditEvent.id)
        assert session.scalars(chosen).all() == ["message.read", "email.deliver", "message.read"]
