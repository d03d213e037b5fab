"""Other people's test mail, delivered for real: every message ends in the ledger once, and the poller lives on."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from helpdesk.models.inbound_email import Outcome
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.workers.desks import a_desk, an_email, polling, until

CORPUS = os.environ.get("HELPDESK_MAIL_CORPUS")


@pytest.mark.story
@pytest.mark.skipif(not CORPUS, reason="HELPDESK_MAIL_CORPUS is not set: no folder of real messages to deliver")
def test_every_message_of_the_corpus_has_one_outcome_and_the_next_email_is_a_ticket_within_seconds(
    runtime: Runtime, dovecot: Dovecot
):
    desk = a_desk(runtime, dovecot)
    messages = [path.read_bytes() for path in sorted(Path(str(CORPUS)).rglob("*.eml"))]
    desk.write(*filter(None, messages))
    delivered = len(dovecot.messages(desk.user))

    with polling(runtime):
        until(lambda: len(desk.ledger) == delivered and Outcome.STORED not in desk.outcomes, 240)
        before, began = desk.tickets, time.monotonic()
        desk.write(an_email(0))
        until(lambda: desk.tickets == before + 1, 10)
        assert time.monotonic() - began < 10

    assert Counter(email.uid for email in desk.ledger).most_common(1)[0][1] == 1
    assert all(email.reason and email.decided_at for email in desk.ledger)
    assert not [email for email in desk.ledger if "could not be filed" in email.reason]
