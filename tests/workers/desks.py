"""A desk with a mailbox at the test's Dovecot, a poller that runs while a test looks, and what became of the mail."""

import atexit
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox, MailboxPosition
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.world import a_mailbox, a_team
from workers.poller import Poller


@dataclass(frozen=True)
class Desk:
    """One mailbox of one installation, and the user it has at the server."""

    here: Runtime
    dovecot: Dovecot
    user: str
    mailbox_id: int

    def write(self, *emails: bytes) -> list[int]:
        return self.dovecot.append_all(self.user, list(emails))

    @property
    def tickets(self) -> int:
        with self.here.db.reading() as session:
            return session.scalar(select(func.count()).select_from(Ticket)) or 0

    @property
    def outcomes(self) -> Counter[Outcome]:
        return Counter(email.outcome for email in self.ledger)

    @property
    def ledger(self) -> list[InboundEmail]:
        with self.here.db.reading() as session:
            found = select(InboundEmail).where(InboundEmail.mailbox_id == self.mailbox_id).order_by(InboundEmail.id)
            return list(session.scalars(found))

    @property
    def place(self) -> MailboxPosition:
        with self.here.db.reading() as session:
            chosen = select(MailboxPosition).where(MailboxPosition.mailbox_id == self.mailbox_id)
            return session.scalars(chosen.order_by(MailboxPosition.id.desc())).first() or _nowhere()

    @property
    def mailbox(self) -> Mailbox:
        with self.here.db.reading() as session:
            return session.get_one(Mailbox, self.mailbox_id)


def _nowhere() -> MailboxPosition:
    return MailboxPosition(mailbox_id=0, folder="", uidvalidity=0)


def a_desk(here: Runtime, dovecot: Dovecot, *, port: int | None = None, **settings: Any) -> Desk:
    """With a mailbox that went live an hour ago; `settings` are its columns."""
    user = dovecot.new_user()
    with here.db.transaction() as session:
        mailbox = a_mailbox(session, a_team(session), port=port or dovecot.port)
        mailbox.imap_user = user
        mailbox.imap_secret = here.vault.seal(dovecot.password, what="mailbox:imap")
        mailbox.go_live_at = clock.now() - timedelta(hours=1)
        for name, value in settings.items():
            setattr(mailbox, name, value)
        return Desk(here, dovecot, user, mailbox.id)


@cache
def reader() -> Sandbox:
    """One for all tests of this process: its child loads what reading needs once."""
    made = Sandbox()
    atexit.register(made.close)
    return made


@contextmanager
def polling(here: Runtime) -> Iterator[None]:
    """A poller at work in this process."""
    stop = threading.Event()
    thread = threading.Thread(target=Poller(here, reader()).run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(15)
        assert not thread.is_alive()


def until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that is to happen."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
        time.sleep(0.05)


def an_email(number: int, text: str = "It flickers.", **headers: str) -> bytes:
    """One of many, each from a customer of its own."""
    lines = {
        "From": f"Customer {number} <customer{number}@customer.example>",
        "To": "support@desk.example",
        "Subject": f"Lamp {number}",
        "Message-ID": f"<{number}@customer.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{text}\r\n".encode()
