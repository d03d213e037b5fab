"""The job that sends, against a real mail server: each recipient once, and every answer written down."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from helpdesk import clock
from helpdesk.desk import mailboxes
from helpdesk.desk.delivery import WAITS
from helpdesk.desk.mailboxes import Server
from helpdesk.desk.outbox import LEASE, claim
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.models.audit import AuditEvent
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.ticket import Status
from helpdesk.runtime import Runtime
from tests.servers.programs import free_port
from tests.servers.smtp_sink import DROP, LOGIN, SmtpSink, running_sink
from tests.workers.outbox import Outbox
from workers import delivery as worker
from workers.delivery import deliver
from workers.sweeper import try_paused_mailboxes

EVA = "eva@customer.example"
ACCEPTED, DEFERRED, FAILED, QUEUED = (
    DeliveryState.ACCEPTED,
    DeliveryState.DEFERRED,
    DeliveryState.FAILED,
    DeliveryState.QUEUED,
)


def test_a_reply_that_is_due_is_sent_once(outbox: Outbox, smtp_sink: SmtpSink):
    row = outbox.reply("Please send the lamp back.")

    deliver(row)
    deliver(row)

    (email,) = smtp_sink.accepted
    assert email.recipients == (outbox.rows(row)[0].email,)
    assert email.sender == "support@desk.example"
    assert outbox.states(row) == [ACCEPTED]
    assert outbox.rows(row)[0].answer == "250 OK"


def test_nothing_leaves_before_it_is_due(outbox: Outbox, smtp_sink: SmtpSink):
    row = outbox.reply(due_in=timedelta(seconds=15))

    deliver(row)
    assert smtp_sink.accepted == []

    with clock.stopped_at(clock.now() + timedelta(seconds=16)):
        deliver(row)
    assert len(smtp_sink.accepted) == 1


def test_each_recipient_gets_what_the_server_said(outbox: Outbox, smtp_sink: SmtpSink):
    late, gone = "late@customer.example", "gone@customer.example"
    smtp_sink.answer(late, "451 greylisted", "250 OK")
    smtp_sink.answer(gone, "550 unknown")
    row = outbox.reply(also=[late, gone])

    deliver(row)
    with clock.stopped_at(clock.now() + WAITS[0]):
        deliver(row)

    assert outbox.states(row) == [ACCEPTED, ACCEPTED, FAILED]
    assert outbox.rows(row)[2].answer == "550 unknown"
    # its author is told by mail, too
    first, second = (email for email in smtp_sink.accepted if not email.recipients[0].endswith("@desk.example"))
    assert (len(first.recipients), second.recipients) == (1, (late,))
    assert first.raw == second.raw
    ticket = outbox.ticket(row)
    assert (ticket.status, ticket.has_failed_delivery) == (Status.OPEN, True)


def test_what_else_is_due_goes_over_the_same_connection(outbox: Outbox, smtp_sink: SmtpSink):
    rows = [outbox.reply(f"Reply {number}") for number in range(5)]

    deliver(rows[2])

    assert len(smtp_sink.accepted) == 5
    assert outbox.states() == [ACCEPTED] * 5
    assert smtp_sink.connections == 1


def test_how_large_an_email_the_server_takes_is_learnt(outbox: Outbox, smtp_sink: SmtpSink):
    deliver(outbox.reply())

    assert outbox.mailbox().smtp_takes == 33_554_432  # aiosmtpd's own
    assert outbox.states() == [ACCEPTED]


def test_a_long_row_is_left_to_the_next_job(outbox: Outbox, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(worker, "MOST_IN_A_ROW", 2)
    rows = [outbox.reply(f"Reply {number}") for number in range(5)]

    deliver(rows[0])

    assert len(smtp_sink.accepted) == 2


def test_the_reading_is_on_the_trail_before_anything_leaves(outbox: Outbox, smtp_sink: SmtpSink):
    deliver(outbox.reply())

    with outbox.runtime.db.reading() as session:
        events = session.scalars(
            select(AuditEvent.action).where(AuditEvent.actor_id == "delivery").order_by(AuditEvent.id)
        ).all()
    assert events == ["message.read", "email.deliver"]


def test_a_line_that_breaks_after_the_email_was_taken_is_tried_again(outbox: Outbox, smtp_sink: SmtpSink):
    smtp_sink.answer_contents(DROP, "250 OK")
    row = outbox.reply()

    deliver(row)
    assert outbox.states(row) == [DEFERRED]
    with clock.stopped_at(clock.now() + WAITS[0]):
        deliver(row)

    assert outbox.states(row) == [ACCEPTED]
    # its author is told by mail, too
    first, second = (email for email in smtp_sink.accepted if not email.recipients[0].endswith("@desk.example"))
    assert (first.raw, first.recipients) == (second.raw, second.recipients)


def test_a_mail_server_that_is_away_defers_one_email_and_keeps_the_others(outbox: Outbox, runtime: Runtime):
    with runtime.db.transaction() as session:
        session.execute(update(Mailbox).values(smtp_port=free_port()))
    rows = [outbox.reply("One"), outbox.reply("Two")]

    deliver(rows[0])

    assert outbox.states() == [DEFERRED, QUEUED]
    assert "No mail server answers at 127.0.0.1" in outbox.rows(rows[0])[0].answer


def test_a_refused_login_pauses_the_mailbox_not_the_email(outbox: Outbox, runtime: Runtime):
    with running_sink(login=True) as sink:
        use(outbox, runtime, sink, password="wrong")
        rows = [outbox.reply("One"), outbox.reply("Two")]

        deliver(rows[0])
        deliver(rows[1])
        try_paused_mailboxes()

        assert outbox.states() == [QUEUED, QUEUED]
        assert [row.attempts for row in outbox.rows()] == [0, 0]
        assert "does not accept this user name and password" in (outbox.mailbox().sending_paused_because or "")

        use(outbox, runtime, sink, password=LOGIN[1])
        deliver(rows[0])

        assert outbox.states() == [ACCEPTED, ACCEPTED]
        assert outbox.mailbox().sending_paused_because is None


def test_a_paused_mailbox_goes_on_by_itself_when_the_login_works_again(outbox: Outbox, runtime: Runtime):
    with running_sink(login=True) as sink:
        use(outbox, runtime, sink, password=LOGIN[1])
        with runtime.db.transaction() as session:
            mailboxes.pause_sending(session, session.get_one(Mailbox, outbox.mailbox_id), "the server had a bad day")
        row = outbox.reply()
        deliver(row)
        assert outbox.states() == [QUEUED]

        try_paused_mailboxes()
        deliver(row)

        assert outbox.states() == [ACCEPTED]


def test_a_lost_key_file_pauses_sending_and_says_so(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    use(outbox, runtime, smtp_sink, password="sealed")
    runtime.config.key_file.write_text("00" * 32)
    runtime.config.key_file.chmod(0o600)
    del runtime.vault

    deliver(outbox.reply())

    assert outbox.states() == [QUEUED]
    assert "can't be opened with this key file" in (outbox.mailbox().sending_paused_because or "")


def test_an_email_whose_file_is_missing_waits_for_the_backup(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    large = OutgoingAttachment("plan.bin", "application/octet-stream", bytes(200_000))
    row = outbox.reply(files=[large])
    (stored,) = [path for path in Path(runtime.config.files_folder).rglob("*") if path.is_file()]
    away = stored.rename(stored.with_suffix(".away"))

    deliver(row)
    assert outbox.states(row) == [DEFERRED]
    away.rename(stored)
    with clock.stopped_at(clock.now() + WAITS[0]):
        deliver(row)

    assert outbox.states(row) == [ACCEPTED]
    assert len(smtp_sink.accepted[0].raw) > 200_000


def test_an_email_that_cannot_be_said_fails_and_stops_no_other(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    rows = [outbox.reply("One"), outbox.reply("Two")]
    with runtime.db.transaction() as session:
        session.execute(update(OutboundEmail).where(OutboundEmail.id == rows[0]).values(rfc_message_id="no id"))

    deliver(rows[0])

    assert [outbox.states(row) for row in rows] == [[FAILED], [ACCEPTED]]
    assert outbox.ticket(rows[0]).has_failed_delivery


def test_what_a_dead_worker_held_is_sent_when_its_lease_ended(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    row = outbox.reply()
    with runtime.db.transaction() as session:
        assert claim(session, row)
    deliver(row)
    assert smtp_sink.accepted == []

    with clock.stopped_at(clock.now() + LEASE + timedelta(seconds=1)):
        deliver(row)

    assert outbox.states(row) == [ACCEPTED]


def test_an_email_without_a_row_is_nothing_to_do(outbox: Outbox, runtime: Runtime, smtp_sink: SmtpSink):
    row = outbox.reply()
    with runtime.db.transaction() as session:
        session.execute(delete(Delivery).where(Delivery.outbound_email_id == row))

    deliver(row)
    deliver(12345)

    assert smtp_sink.accepted == []


def use(outbox: Outbox, runtime: Runtime, sink: SmtpSink, *, password: str) -> None:
    server = Server(host="127.0.0.1", port=sink.port, security=Security.PLAIN, user=LOGIN[0], password=password)
    with runtime.db.transaction() as session:
        mailboxes.change(session, runtime.vault, session.get_one(Mailbox, outbox.mailbox_id), by=None, smtp=server)
