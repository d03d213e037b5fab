"""The job that sends, against a real mail server: each recipient once, and every answer written down."""

from helpdesk.models.outbound_email import DeliveryState
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import Outbox
from workers.delivery import deliver


def test_a_reply_that_is_due_is_sent_once(outbox: Outbox, smtp_sink: SmtpSink):
    row = outbox.reply("Please send the lamp back.")

    deliver(row)
    deliver(row)

    (email,) = smtp_sink.accepted
    assert email.recipients == (outbox.rows(row)[0].email,)
    assert outbox.states(row) == [DeliveryState.ACCEPTED]
    assert outbox.rows(row)[0].answer == "250 OK"
