"""Taking in what was fetched: read in the limited child, filed together in short transactions, or else each apart."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

from helpdesk import clock, failpoints
from helpdesk.desk import automatic, conversation, followers, intake, ledger, people, taking_back
from helpdesk.mail import language
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.mail.sandbox import Quarantined, Sandbox
from helpdesk.models.acknowledgement import Acknowledges
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import later
from workers.reading import Read, Reading

BATCH: Final = 50
AT_ONCE: Final = 25  # of them in one transaction, which asks for all of these together
SHORT: Final = 0.08  # seconds a writing transaction goes on taking emails: on SQLite all other writers wait for it,
LONGER: Final = 0.25  # on PostgreSQL only who wants the same rows
READ_AGAIN_BYTES: Final = 8_000_000

# What an email nobody foresaw can bring about in our own code. A database that is busy or away is none of these.
_ITS_OWN_FAULT: Final = (
    DataError,
    IntegrityError,
    InvalidRequestError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
)

File = Callable[[Session, InboundEmail, ParsedEmail, intake.Arrival], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Intake:
    """The way from stored bytes to tickets, for one mailbox. `fence` raises where the mailbox is not ours."""

    here: Runtime
    sandbox: Sandbox
    mailbox_id: int
    fence: Callable[[Session], None]

    def take_in(self, waiting: Sequence[tuple[int, bytes]]) -> None:
        """Read emails and file them; each is (id in the ledger, raw bytes)."""
        self.file(self.begin(waiting))

    def begin(self, waiting: Sequence[tuple[int, bytes]]) -> Reading:
        """Let emails be read from now on; whoever asks files them, or gives them up."""
        return Reading(self.sandbox, waiting)

    def file(self, reading: Iterable[Read]) -> None:
        """Make tickets of what is read, a few in each transaction."""
        self._get_languages_ready()
        queue = deque(reading)
        while queue:
            before = list(queue)
            try:
                self._file_together(queue)
            except _ITS_OWN_FAULT:
                log.exception("emails from %s on could not be filed together: now one by one", before[0][0])
                taken = before[: max(1, len(before) - len(queue))]
                queue = deque(before[len(taken) :])
                self._file_each(taken)

    def _file_together(self, queue: deque[Read]) -> None:
        with self.here.db.transaction() as session:
            self.fence(session)
            with later.gathering(session):
                self._file_some(session, queue, _file)
            failpoints.passing("before-commit-ticket")
        failpoints.passing("after-commit-ticket")

    def _file_each(self, emails: Sequence[Read]) -> None:
        """What one of them brings about must not keep the others waiting: nothing of it is put off."""
        for one in emails:
            with self.here.db.transaction() as session:
                self.fence(session)
                self._file_some(session, deque([one]), _file_apart)

    def _get_languages_ready(self) -> None:
        """Before a transaction is open: what acknowledgements need to know a language takes a second to load."""
        if language.is_ready():
            return
        with self.here.db.reading() as session:
            acknowledges = session.get_one(Mailbox, self.mailbox_id).acknowledges
            counts = intake.counts_languages(session)
        if counts or acknowledges is not Acknowledges.OFF:
            language.get_ready()

    def has_left_behind(self) -> bool:
        """Whether something is stored and not read: after a crash, or when the database was away."""
        with self.here.db.reading() as session:
            return bool(ledger.unread(session, self.mailbox_id, limit=1))

    def take_in_left_behind(self) -> None:
        """Take in the oldest of them."""
        with self.here.db.transaction() as session:
            self.fence(session)
            waiting: list[tuple[int, bytes]] = []
            held = 0
            for email in ledger.unread(session, self.mailbox_id, limit=BATCH):
                if waiting and held + email.size > READ_AGAIN_BYTES:
                    break
                waiting.append((email.id, access.read(session, email, by=Machine.INTAKE)))
                held += email.size
        self.take_in(waiting)

    def tell_senders(self) -> None:
        """Tell those who sent what is too large; their headers are read in the child like any email."""
        with self.here.db.reading() as session:
            if not ledger.untold(session, self.mailbox_id, limit=1):
                return
        with self.here.db.transaction() as session:
            self.fence(session)
            untold = ledger.untold(session, self.mailbox_id)
            headers = [(email.id, access.read(session, email, by=Machine.INTAKE)) for email in untold]
        parsed = list(self.sandbox.read_all(raw for _email_id, raw in headers))
        with self.here.db.transaction() as session:
            self.fence(session)
            for (email_id, _raw), header in zip(headers, parsed, strict=True):
                email = session.get_one(InboundEmail, email_id)
                if isinstance(header, Quarantined):
                    email.told_at = clock.now()
                else:
                    automatic.tell_too_large(session, email, header)

    def _file_some(self, session: Session, queue: deque[Read], file: File) -> None:
        upcoming = list(queue)[:AT_ONCE]
        at = self._arrival(session, [read for _id, read in upcoming if isinstance(read, ParsedEmail)])
        waiting = select(InboundEmail).where(InboundEmail.id.in_([email_id for email_id, _read in upcoming]))
        rows = {row.id: row for row in session.scalars(waiting)}
        until, filed = time.monotonic() + (SHORT if self.here.db.is_sqlite else LONGER), 0
        while queue and filed < AT_ONCE and (not filed or time.monotonic() < until):
            email_id, parsed = queue.popleft()
            filed += 1
            row = rows[email_id]
            if row.outcome is not Outcome.STORED:
                continue  # filed by another poller, before it lost the mailbox to us
            if isinstance(parsed, Quarantined):
                intake.quarantine(session, row, parsed.reason)
            else:
                file(session, row, parsed, at)

    def _arrival(self, session: Session, emails: Sequence[ParsedEmail]) -> intake.Arrival:
        """Ask once what all of them need: who their writers are, too."""
        people.expect(session, [address for email in emails for address, _name in people.senders(email)])
        answered = conversation.expect(session, emails)
        followers.expect(session, answered)
        taking_back.expect(session, answered)
        config = self.here.config
        return intake.arrival(
            session,
            session.get_one(Mailbox, self.mailbox_id),
            emails=emails,
            trusted_authserv_id=config.mail.trusted_authserv_id,
            vault=self.here.vault,
            desk=config.desk,
            time_zone=config.desk.time_zone,
        )


def _file(session: Session, email: InboundEmail, parsed: ParsedEmail, at: intake.Arrival) -> None:
    """Make it a ticket, and let the next one find what it brought; where it fails, all of its batch is undone."""
    intake.receive(session, email, parsed, at=at)
    if session.new:
        session.flush()


def _file_apart(session: Session, email: InboundEmail, parsed: ParsedEmail, at: intake.Arrival) -> None:
    """Make it a ticket; what our own code stumbles over is undone alone, and waits to be looked at."""
    try:
        with session.begin_nested():
            intake.receive(session, email, parsed, at=at)
    except _ITS_OWN_FAULT as error:
        log.exception("email %s could not be filed", email.id)
        intake.quarantine(session, email, f"it was read, but could not be filed ({type(error).__name__})")
