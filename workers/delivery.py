"""The job that sends: claim, compose, SMTP with no transaction open, mark; then what else is due at that mailbox."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

from helpdesk import failpoints, runtime
from helpdesk.desk import compose, delivery, mailboxes
from helpdesk.desk.delivery import Claimed
from helpdesk.mail import outbound
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import NotComposed, OutgoingEmail
from helpdesk.mail.smtp import Answer, Post, Verdict
from helpdesk.mail.trouble import LoginRefused, MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import audit
from helpdesk.privacy.access import FileMissing
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from helpdesk.storage.vault import KeyFileUnusable, SecretUnreadable

MOST_IN_A_ROW: Final = 100
LONGEST_ROW: Final = timedelta(minutes=1)
RENEWED_EVERY: Final = timedelta(seconds=15)  # a lease, while a slow mail server thinks
_PATIENCE: Final = (0.1, 0.5, 2, 5, 10, 20)  # seconds between attempts to write down what was answered

log = logging.getLogger(__name__)
_stop = threading.Event()


def deliver(outbound_email_id: int) -> None:
    """Send one email that is due, and over the same connection what else is due at its mailbox.

    Run again, it sends nothing that was accepted.
    """
    here = runtime.current()
    with here.db.transaction() as session:
        claimed = delivery.claim(session, outbound_email_id)
        mailbox = session.get_one(Mailbox, claimed.mailbox_id) if claimed else None
    if claimed is None or mailbox is None:  # not due, sent, cancelled, paused, or in other hands
        return
    try:
        account = mailboxes.smtp_account(mailbox, here.vault)
    except (KeyFileUnusable, SecretUnreadable) as error:
        _pause(here, claimed, str(error))
        return
    except MailTrouble as error:
        _mark(here, claimed, _all(claimed, _later(str(error))))
        return
    with Post(account) as post:
        goes_on = _send(here, post, claimed)
        for further in _further(here, claimed.mailbox_id) if goes_on else ():
            if not _send(here, post, further):
                return


def stop_after_this_one() -> None:
    """The process is asked to end: the email at hand is finished, no further one is begun."""
    _stop.set()


def _further(here: Runtime, mailbox_id: int) -> Iterator[Claimed]:
    """What else is due at this mailbox, until the row is long enough; then the next job goes on."""
    ends = time.monotonic() + LONGEST_ROW.total_seconds()
    for _ in range(MOST_IN_A_ROW):
        if _stop.is_set() or time.monotonic() > ends:
            break
        with here.db.transaction() as session:
            claimed = delivery.claim_next(session, mailbox_id)
        if claimed is None:
            return
        yield claimed
    with here.db.transaction() as session:
        delivery.ring_for(session, mailbox_id)


def _send(here: Runtime, post: Post, claimed: Claimed) -> bool:
    """Whether this mailbox's server is worth the next email."""
    failpoints.passing("after-claim")
    goes_on = True
    try:
        with _keeping(here, claimed):
            email = _composed(here, claimed)
            answers = post.send(email.envelope_sender, claimed.recipients, outbound.compose(email))
    except LoginRefused as error:
        _pause(here, claimed, str(error))
        return False
    except MailTrouble as error:
        answers, goes_on = _all(claimed, _later(str(error))), False
    except FileMissing:
        answers = _all(claimed, _later("A file of this email is missing: bring the files folder back from a backup."))
    except (NotComposed, AddressRefused) as error:
        answers = _all(claimed, Answer(554, str(error), Verdict.REFUSED))
    failpoints.passing("after-smtp")
    _mark(here, claimed, answers)
    failpoints.passing("after-mark")
    return goes_on


def _composed(here: Runtime, claimed: Claimed) -> OutgoingEmail:
    """The email; that it was read is on the trail before a byte leaves."""
    if claimed.is_hopeless:
        raise NotComposed("Every attempt to send this email ended without an answer.")
    with here.db.reading() as session:
        email = compose.email(session, claimed, desk=here.config.desk, vault=here.vault, by=Machine.DELIVERY)
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    return email


@contextmanager
def _keeping(here: Runtime, claimed: Claimed) -> Iterator[None]:
    """Renew the lease while the mail server takes its time, so that nobody else sends this email too."""
    is_done = threading.Event()

    def keep() -> None:
        while not is_done.wait(RENEWED_EVERY.total_seconds()):
            with suppress(DatabaseBusy, DatabaseUnreachable), here.db.transaction() as session:
                delivery.keep(session, claimed)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_done.set()
        keeper.join()


def _mark(here: Runtime, claimed: Claimed, answers: dict[str, Answer]) -> None:
    """Write the answers down, however busy the database is: what is forgotten here is sent again."""
    for seconds in _PATIENCE:
        try:
            with here.db.transaction() as session:
                delivery.mark(session, claimed, answers)
        except (DatabaseBusy, DatabaseUnreachable):
            log.warning("outbound email %s: its answers could not be written yet", claimed.outbound_email_id)
            time.sleep(seconds)
        else:
            return
    with here.db.transaction() as session:
        delivery.mark(session, claimed, answers)


def _pause(here: Runtime, claimed: Claimed, because: str) -> None:
    log.warning("mailbox %s: sending is paused, the login does not work", claimed.mailbox_id)
    with here.db.transaction() as session:
        mailboxes.pause_sending(session, session.get_one(Mailbox, claimed.mailbox_id), because)
        delivery.give_back(session, claimed)


def _all(claimed: Claimed, answer: Answer) -> dict[str, Answer]:
    return dict.fromkeys(claimed.recipients, answer)


def _later(words: str) -> Answer:
    return Answer(451, words, Verdict.DEFERRED)
