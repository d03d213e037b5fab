"""Copies of answers for the folder of sent mail: claimed, put there with no transaction open, marked one by one."""

import logging

from helpdesk import runtime
from helpdesk.desk import compose, mailboxes, sent_copies
from helpdesk.desk.outbox import Claimed
from helpdesk.mail import outbound
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import NotComposed, OutgoingEmail
from helpdesk.mail.sent_folder import SentFolder
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy import audit
from helpdesk.privacy.access import FileMissing
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import KeyFileUnusable, SecretUnreadable

log = logging.getLogger(__name__)


def keep_copies() -> None:
    """Put there what each mailbox owes. Done again after a crash, an email still lies there once."""
    here = runtime.current()
    with here.db.reading() as session:
        waiting = sent_copies.waiting(session)
    for mailbox_id in waiting:
        with here.db.transaction() as session:
            claimed = sent_copies.claim(session, mailbox_id)
        if claimed:
            _keep_all(here, mailbox_id, claimed)


def _keep_all(here: Runtime, mailbox_id: int, claimed: list[int]) -> None:
    with here.db.reading() as session:
        mailbox = session.get_one(Mailbox, mailbox_id)
    left = list(claimed)
    try:
        account = mailboxes.imap_account(mailbox, here.vault)
        with SentFolder.opened(account, mailbox.sent_folder or "") as folder:
            while left:
                _keep(here, folder, mailbox_id, left[0])
                left.pop(0)
    except (MailTrouble, KeyFileUnusable, SecretUnreadable) as error:
        log.warning("mailbox %s: %s copies of answers wait (%s)", mailbox_id, len(left), type(error).__name__)
        with here.db.transaction() as session:
            sent_copies.not_kept(session, left, str(error))


def _keep(here: Runtime, folder: SentFolder, mailbox_id: int, outbound_email_id: int) -> None:
    made = _composed(here, Claimed(outbound_email_id, mailbox_id, token="", recipients=()))
    if made is None:
        with here.db.transaction() as session:
            sent_copies.give_up(session, outbound_email_id)
        return
    email, raw = made
    folder.keep(raw, email.message_id, email.date)
    with here.db.transaction() as session:
        sent_copies.kept(session, outbound_email_id)


def _composed(here: Runtime, claimed: Claimed) -> tuple[OutgoingEmail, bytes] | None:
    """The same as was sent, on the trail before a byte leaves; None where it can't be made any more."""
    with here.db.reading() as session:
        try:
            email = compose.email(session, claimed, desk=here.config.desk, vault=here.vault, by=Machine.DELIVERY)
            raw = outbound.compose(email)
        except (FileMissing, NotComposed, AddressRefused):
            return None
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    return email, raw
