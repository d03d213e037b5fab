"""The whole desk, every process of it killed in its turn: all emails arrive, in and out, none twice."""

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpdesk import config, runtime
from helpdesk.desk import replies
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.outbound_email import Delivery, DeliveryState
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.servers.programs import free_port
from tests.servers.smtp_sink import Accepted, SmtpSink
from tests.stories.commands import Started, set_up, started, wait_until
from tests.stories.test_commands import PASSWORD, pids_of

pytestmark = pytest.mark.story

EMAILS = 120
REPLIES = 30
PAUSE = 3.0  # seconds between two kills: each process must come to work again in between
KILLED = ("poll", "worker", "schedule", "web", "redis")


def test_any_process_may_die_at_any_moment_and_nothing_is_lost_or_doubled(
    tmp_path: Path, migrated_sqlite: Path, dovecot: Dovecot, smtp_sink: SmtpSink
):
    # given a desk with a mailbox, and an agent of its team
    user = dovecot.new_user()
    here = a_desk(tmp_path, migrated_sqlite, dovecot, smtp_sink, user)
    smtp_sink.think_for(0.05)

    with started(tmp_path, "up") as desk:
        wait_until(lambda: "runs: http" in desk.words() or desk.process.poll() is not None)

        # when emails come in and answers go out while one process after the other is killed
        with killing_each_in_turn(desk) as killed:
            for first in range(0, EMAILS, 20):
                dovecot.append_all(user, [an_email(number) for number in range(first, first + 20)])
            answered: set[int] = set()
            wait_until(lambda: answer_some(here, answered) >= REPLIES, 120)
            wait_until(lambda: tickets(here) >= EMAILS and killed == set(KILLED), 120)

        # then all of them arrive
        wait_until(lambda: still_to_go(here) == 0, 150)
        assert desk.stop() == 0
    assert Counter(outcomes(here)) == {Outcome.NEW_TICKET: EMAILS}
    assert tickets(here) == EMAILS
    copies = by_message_id(smtp_sink.accepted)
    assert len(copies) == REPLIES
    for same in copies.values():
        assert len({(email.raw, email.recipients) for email in same}) == 1
    here.close()


@contextmanager
def killing_each_in_turn(desk: Started) -> Iterator[set[str]]:
    """Which were killed so far."""
    over, killed = threading.Event(), set[str]()
    killer = threading.Thread(target=kill_each_in_turn, args=(desk, over, killed), daemon=True)
    killer.start()
    try:
        yield killed
    finally:
        over.set()
        killer.join()


def kill_each_in_turn(desk: Started, over: threading.Event, killed: set[str]) -> None:
    for name in cycle(KILLED):
        if over.wait(PAUSE):
            return
        found = {re.sub(r".*(redis|valkey).*", "redis", key): pid for key, pid in pids_of(desk).items()}
        if name in found:
            with suppress(ProcessLookupError):
                os.kill(found[name], signal.SIGKILL)
                killed.add(name)


def a_desk(folder: Path, migrated: Path, dovecot: Dovecot, sink: SmtpSink, user: str) -> Runtime:
    set_up(
        folder, migrated, "--port", str(free_port()), "--mailbox-address", "support@desk.example",
        "--imap-host", dovecot.host, "--imap-port", str(dovecot.port), "--imap-security", "plain",
        "--imap-user", user,
        "--smtp-host", sink.host, "--smtp-port", str(sink.port), "--smtp-security", "plain", "--smtp-user", "",
        environment={"HELPDESK_MAILBOX_PASSWORD": dovecot.password, "HELPDESK_AGENT_PASSWORD": PASSWORD},
    )  # fmt: skip
    return runtime.assemble(config.load(folder / "config.toml", {}))


def an_email(number: int) -> bytes:
    message = EmailMessage()
    message["From"] = f"Customer {number} <c{number}@customer.example>"
    message["To"] = "support@desk.example"
    message["Subject"] = f"Matter {number}"
    message["Message-ID"] = f"<{number}@customer.example>"
    message.set_content(f"This is matter {number}.\n")
    return message.as_bytes()


def answer_some(here: Runtime, answered: set[int]) -> int:
    """Answer tickets that have come so far, as the desk's pages do it; how many are answered."""
    with here.db.reading() as session:
        agent_id = session.scalars(select(Agent.id)).one()
        fresh = [number for number in session.scalars(select(Ticket.id).limit(REPLIES)) if number not in answered]
    for ticket_id in fresh:
        with here.db.transaction() as session:
            ticket, by = session.get_one(Ticket, ticket_id), session.get_one(Agent, agent_id)
            replies.reply(session, ticket, f"About ticket {ticket_id}: done.", by=by)
        answered.add(ticket_id)
        time.sleep(0.1)
    return len(answered)


def tickets(here: Runtime) -> int:
    with here.db.reading() as session:
        return session.scalar(select(func.count()).select_from(Ticket)) or 0


def outcomes(here: Runtime) -> list[Outcome]:
    with here.db.reading() as session:
        return list(session.scalars(select(InboundEmail.outcome)))


def still_to_go(here: Runtime) -> int:
    with here.db.reading() as session:
        return session.scalar(select(func.count()).where(Delivery.state != DeliveryState.ACCEPTED)) or 0


def by_message_id(accepted: list[Accepted]) -> dict[str, list[Accepted]]:
    found: dict[str, list[Accepted]] = {}
    for email in accepted:
        found.setdefault(email.message["Message-ID"], []).append(email)
    return found
