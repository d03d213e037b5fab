"""Two desks that acknowledge whatever comes, through real IMAP and SMTP: they fall silent, and nothing is lost."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.desk import automatic
from helpdesk.models.acknowledgement import Acknowledges
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import create_key_file
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink
from tests.workers.desks import Desk, a_desk, polling, until
from workers.delivery import deliver

# without these lines nobody can tell that a machine wrote, or that it is an answer
SPOKEN = b"Auto-Submitted", b"X-Auto-Response-Suppress", b"In-Reply-To", b"References"
BRAKE = 3  # of five as it stands: the same, sooner
LETTER = (
    b"From: One <support@one.example>\r\nTo: support@two.example\r\nMessage-ID: <%s@one.example>\r\n"
    b"Return-Path: <support@one.example>\r\nSubject: A lamp\r\n\r\nIt flickers.\r\n"
)


@pytest.fixture
def desks(
    runtime: Runtime, migrated_sqlite: Path, tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink
) -> Iterator[list[Desk]]:
    """Each an installation of its own, with a mailbox that acknowledges always."""
    folder = tmp_path / "other"
    folder.mkdir()
    shutil.copy(migrated_sqlite, folder / "candour.db")
    written = folder / config.FILE_NAME
    redis = runtime.config.redis_url
    written.write_text(f'[database]\nurl = "sqlite:///{folder}/candour.db"\n\n[redis]\nurl = "{redis}"\n')
    create_key_file(folder / "candour.key")
    other = parts.assemble(config.load(written, environ={}))
    made = [a_desk(here, dovecot, acknowledges=Acknowledges.ALWAYS) for here in (runtime, other)]
    for desk, name in zip(made, ("one", "two"), strict=True):
        with desk.here.db.transaction() as session:
            mailbox = session.get_one(Mailbox, desk.mailbox_id)
            mailbox.address, mailbox.smtp_port = f"support@{name}.example", smtp_sink.port
    yield made
    other.close()


def send(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this desk's outbox holds, as its own worker would."""
    monkeypatch.setattr(parts, "_current", desk.here)
    with desk.here.db.reading() as session:
        waiting = select(Delivery.outbound_email_id).where(Delivery.state == DeliveryState.QUEUED)
        first = session.scalars(waiting.limit(1)).first()
    if first is not None:
        deliver(first)


def carry(desks: list[Desk], sink: SmtpSink, *, is_honest: bool) -> int:
    """What was sent arrives at the other desk; a dishonest carrier takes out what says that a machine wrote it."""
    letters, sink.accepted[:] = list(sink.accepted), []
    for email in letters:
        (desk,) = (one for one in desks if one.mailbox.address in email.recipients)
        writer = "" if is_honest else next(one.mailbox.address for one in desks if one is not desk)
        desk.write(f"Return-Path: <{writer}>\r\n".encode() + (email.raw if is_honest else without(email.raw)))
    return len(letters)


def without(raw: bytes) -> bytes:
    head, end, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(SPOKEN)]
    return b"\r\n".join(lines) + end + body


def sent(desk: Desk) -> int:
    with desk.here.db.reading() as session:
        chosen = select(func.count()).where(OutboundEmail.purpose == Purpose.ACKNOWLEDGEMENT)
        return session.scalar(chosen) or 0


def test_two_desks_that_answer_each_other_fall_silent(
    desks: list[Desk], smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(automatic, "MOST_TO_ONE", BRAKE)
    with ExitStack() as pollers:
        for desk in desks:
            pollers.enter_context(polling(desk.here))
        honest = exchange(desks, smtp_sink, monkeypatch, is_honest=True)
        dishonest = exchange(desks, smtp_sink, monkeypatch, is_honest=False)

    # a machine that says so is answered by none; one that hides it, until the brake of each desk
    assert honest == 1
    assert honest + dishonest == sum(map(sent, desks)) == 2 * BRAKE - 1
    assert all(email.outcome in {Outcome.NEW_TICKET, Outcome.FILED} for desk in desks for email in desk.ledger)
    assert filed(desks) == 2 + honest + dishonest


def exchange(desks: list[Desk], sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, *, is_honest: bool) -> int:
    """Somebody at the one writes to the other; how many emails that makes, until no further one is sent."""
    desks[1].write(LETTER % (b"first" if is_honest else b"second"))
    before, emails = filed(desks) + 1, 0
    for _round in range(4 * BRAKE):
        until(lambda arrived=before + emails: filed(desks) == arrived)  # type: ignore[misc]
        for desk in desks:
            send(desk, monkeypatch)
        carried = carry(desks, sink, is_honest=is_honest)
        if not carried:
            return emails
        emails += carried
    raise AssertionError("they would go on")


def filed(desks: list[Desk]) -> int:
    """How many emails stand in their ledgers with what became of them."""
    return sum(email.outcome is not Outcome.STORED for desk in desks for email in desk.ledger)
