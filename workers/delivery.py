"""The job that sends: claim, compose, SMTP with no transaction open, mark; then what else is due at that mailbox."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy.orm import Session

from helpdesk import clock, failpoints, runtime
from helpdesk.desk import compose, delivery, mailboxes, outbox, put_off, together
from helpdesk.desk.outbox import Claimed
from helpdesk.mail import outbound
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import NotComposed, OutgoingEmail
from helpdesk.mail.smtp import Answer, Post, Verdict
from helpdesk.mail.trouble import LoginRefused, MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.privacy import audit
from helpdesk.privacy.access import FileMissing
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import later
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.storage.jobs import Job
from helpdesk.storage.vault import KeyFileUnusable, SecretUnreadable

MOST_IN_A_ROW: Final = 1000
LONGEST_ROW: Final = timedelta(seconds=20)  # then other mailboxes have their turn
LONGEST_BREATH: Final = timedelta(seconds=3)  # a mailbox with a limit keeps its connection for so long
MOST_BYTES_AT_ONCE: Final = 8 * 1024 * 1024  # of composed emails in memory, and at least one
MARKED_TOGETHER: Final = 5  # emails; so many leave a second time if the worker is killed at the wrong moment
MARKED_WITHIN: Final = timedelta(seconds=0.2)
RENEWED_EVERY: Final = timedelta(seconds=15)  # a lease, while a slow mail server thinks
_PATIENCE: Final = (0.1, 0.5, 2, 5, 10, 20)  # seconds between attempts to write down what was answered

log = logging.getLogger(__name__)
_stop = threading.Event()


def deliver(outbound_email_id: int) -> None:
    """Send what is due at the mailbox of an email, over one connection, some at a time.

    Run again, it sends nothing that was accepted.
    """
    here = runtime.current()
    with here.db.reading() as session:
        email = session.get(OutboundEmail, outbound_email_id)
        mailbox = session.get_one(Mailbox, email.mailbox_id) if email else None
    if mailbox is None:
        return
    here.doorbell.begun(Job.DELIVER, mailbox.id)
    batches = _batches(here, mailbox.id)
    first = next(batches, None)
    if first is None:  # not due, sent, cancelled, paused, or in other hands
        return
    try:
        account = mailboxes.smtp_account(mailbox, here.vault)
    except (KeyFileUnusable, SecretUnreadable) as error:
        _pause(here, first, str(error))
        return
    except MailTrouble as error:
        _mark(here, [(claimed, _all(claimed, _later(str(error)))) for claimed in first])
        return
    with Post(account) as post:
        for batch in chain([first], batches):
            goes_on = _send_all(here, post, batch)
            _learn(here, mailbox, post)
            if not goes_on:
                return


def _learn(here: Runtime, mailbox: Mailbox, post: Post) -> None:
    """How large an email the server takes: the next editor knows."""
    if post.takes is None or post.takes == mailbox.smtp_takes:
        return
    mailbox.smtp_takes = post.takes
    with here.db.transaction() as session:
        session.get_one(Mailbox, mailbox.id).smtp_takes = post.takes


def stop_after_this_one() -> None:
    """The process is asked to end: the email at hand is finished, no further one is begun."""
    _stop.set()


def _batches(here: Runtime, mailbox_id: int) -> Iterator[Sequence[Claimed]]:
    """What is due at this mailbox, until the row is long enough; then the next job goes on."""
    ends, left = time.monotonic() + LONGEST_ROW.total_seconds(), MOST_IN_A_ROW
    while left > 0 and not _stop.is_set() and time.monotonic() < ends:
        with here.db.transaction() as session:
            batch = outbox.claim_batch(session, mailbox_id, most=min(left, outbox.MOST_AT_ONCE))
            may_leave = put_off.hold(session, batch.claimed)
        left -= len(batch.claimed)
        if may_leave:
            yield may_leave
        elif batch.claimed:
            continue
        elif batch.not_before is None or not _took_breath(batch.not_before):
            _ring_again(here, mailbox_id, batch.not_before)
            return
    _ring_again(here, mailbox_id, clock.now())


def _took_breath(until: datetime) -> bool:
    """Wait for a mailbox that may send its next one soon, rather than connect anew."""
    seconds = (until - clock.now()).total_seconds()
    return seconds <= LONGEST_BREATH.total_seconds() and not _stop.wait(max(0.0, seconds))


def _ring_again(here: Runtime, mailbox_id: int, at: datetime | None) -> None:
    if at is not None:
        with here.db.transaction() as session:
            outbox.ring_for(session, mailbox_id, at=at)


def _send_all(here: Runtime, post: Post, batch: Sequence[Claimed]) -> bool:
    """Whether this mailbox's server is worth the next emails; what was not tried is given back."""
    left, answered = list(batch), Answered(here)
    with _keeping(here, batch):
        while left:
            ahead = _Ahead(_composed(here, left))
            for claimed in ahead.emails:
                if _stop.is_set():
                    answered.mark()
                    _give_back(here, left)
                    return False
                goes_on = _send(here, post, claimed, ahead, answered)
                left.pop(0)
                if not goes_on:
                    answered.mark()
                    _give_back(here, left)
                    return False
        answered.mark()
    return True


def _send(here: Runtime, post: Post, claimed: Claimed, ahead: "_Ahead", answered: "Answered") -> bool:
    """Whether the server is there for the next email."""
    failpoints.passing("after-claim")
    made, goes_on = ahead.take(), True
    if isinstance(made, Answer):
        answers = _all(claimed, made)
    else:
        try:
            answers = post.send(made.envelope_sender, claimed.recipients, made.raw, meanwhile=ahead.prepare)
        except LoginRefused as error:
            _pause(here, [claimed], str(error))
            return False
        except MailTrouble as error:
            answers, goes_on = _all(claimed, _later(str(error))), False
        except AddressRefused as error:
            answers = _all(claimed, Answer(554, str(error), Verdict.REFUSED))
    failpoints.passing("after-smtp")
    answered.keep(claimed, answers)
    return goes_on


class Answered:
    """What servers said and is not written down yet: a few emails at most, and not for long.

    These are sent again, with the same Message-ID, if this process dies now.
    """

    def __init__(self, here: Runtime) -> None:
        self._here = here
        self._kept: list[tuple[Claimed, dict[str, Answer]]] = []
        self._since = 0.0

    def keep(self, claimed: Claimed, answers: dict[str, Answer]) -> None:
        self._since = self._since if self._kept else time.monotonic()
        self._kept.append((claimed, answers))
        if len(self._kept) >= MARKED_TOGETHER or time.monotonic() - self._since > MARKED_WITHIN.total_seconds():
            self.mark()

    def mark(self) -> None:
        if self._kept:
            _mark(self._here, self._kept)
            failpoints.passing("after-mark")
            self._kept = []


@dataclass(frozen=True, slots=True)
class Ready:
    """An email as it goes to the mail server."""

    envelope_sender: str
    raw: bytes = field(repr=False)


Refused = Answer  # why an email could not be made, as if a server had said so


class _Ahead:
    """Emails whose bytes are made one ahead: of the next one while the server thinks about this one."""

    def __init__(self, composed: Sequence[tuple[Claimed, OutgoingEmail | Refused]]) -> None:
        self.emails = [claimed for claimed, _made in composed]
        self._left = deque(made for _claimed, made in composed)
        self._next: Ready | Refused | None = None

    def prepare(self) -> None:
        if self._next is None and self._left:
            self._next = _ready(self._left.popleft())

    def take(self) -> Ready | Refused:
        self.prepare()
        made, self._next = self._next, None
        assert made is not None  # noqa: S101  there are as many as emails
        return made


def _ready(made: OutgoingEmail | Refused) -> Ready | Refused:
    if isinstance(made, Answer):
        return made
    try:
        return Ready(made.envelope_sender, outbound.compose(made))
    except (NotComposed, AddressRefused) as error:
        return Answer(554, str(error), Verdict.REFUSED)


def _composed(here: Runtime, batch: Sequence[Claimed]) -> list[tuple[Claimed, OutgoingEmail | Refused]]:
    """The next emails, as many as are not too large together; they are on the trail before a byte leaves."""
    made: list[tuple[Claimed, OutgoingEmail | Refused]] = []
    size = 0
    with here.db.reading() as session:
        held = together.hold(session, batch)
        for claimed in batch:
            one = _compose(here, session, claimed)
            made.append((claimed, one))
            size += 0 if isinstance(one, Answer) else one.weight
            if size > MOST_BYTES_AT_ONCE:
                break
        readings = session.info["readings"]
        del held
    audit.keep_readings(here.db, readings)
    return made


def _compose(here: Runtime, session: Session, claimed: Claimed) -> OutgoingEmail | Refused:
    if claimed.is_hopeless:
        return Answer(554, "Every attempt to send this email ended without an answer.", Verdict.REFUSED)
    try:
        return compose.email(session, claimed, desk=here.config.desk, vault=here.vault, by=Machine.DELIVERY)
    except FileMissing:
        return _later("A file of this email is missing: bring the files folder back from a backup.")
    except (NotComposed, AddressRefused) as error:
        return Answer(554, str(error), Verdict.REFUSED)


@contextmanager
def _keeping(here: Runtime, batch: Sequence[Claimed]) -> Iterator[None]:
    """Renew the lease while the mail server takes its time, so that nobody else sends these emails too."""
    is_done = threading.Event()

    def keep() -> None:
        while not is_done.wait(RENEWED_EVERY.total_seconds()):
            with suppress(DatabaseBusy, DatabaseUnreachable), here.db.transaction() as session:
                outbox.keep(session, batch)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_done.set()
        keeper.join()


def _mark(here: Runtime, answered: Sequence[tuple[Claimed, dict[str, Answer]]]) -> None:
    """Write the answers down, however busy the database is: what is forgotten here is sent again."""
    for seconds in _PATIENCE:
        try:
            with here.db.transaction() as session, later.gathering(session):
                delivery.mark_all(session, answered)
        except (DatabaseBusy, DatabaseUnreachable):
            log.warning("%s emails: their answers could not be written yet", len(answered))
            time.sleep(seconds)
        else:
            return
    with here.db.transaction() as session, later.gathering(session):
        delivery.mark_all(session, answered)


def _pause(here: Runtime, batch: Sequence[Claimed], because: str) -> None:
    mailbox_id = batch[0].mailbox_id
    log.warning("mailbox %s: sending is paused, the login does not work", mailbox_id)
    with here.db.transaction() as session:
        mailboxes.pause_sending(session, session.get_one(Mailbox, mailbox_id), because)
        outbox.give_back(session, batch)


def _give_back(here: Runtime, batch: Sequence[Claimed]) -> None:
    if batch:
        with here.db.transaction() as session:
            outbox.give_back(session, batch)
            if _stop.is_set():  # a server that is not there is left alone until the sweeper's next round
                outbox.ring_for(session, batch[0].mailbox_id)


def _all(claimed: Claimed, answer: Answer) -> dict[str, Answer]:
    return dict.fromkeys(claimed.recipients, answer)


def _later(words: str) -> Answer:
    return Answer(451, words, Verdict.DEFERRED)
