"""The sweeper: what should have left and did not is rung for again, and if nobody hears it, sent from here."""

import logging
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from helpdesk import runtime
from helpdesk.desk import mailboxes, outbox
from helpdesk.mail.smtp import Post
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.privacy.readers import Machine
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job
from helpdesk.storage.vault import KeyFileUnusable, SecretUnreadable
from workers.delivery import deliver

# what is due for longer was rung for and not heard: Redis is gone, or no worker is there
UNHEARD: Final = timedelta(seconds=30)

log = logging.getLogger(__name__)


def sweep(_row_id: int = 0) -> None:
    """Ring for what is due, and send what stays due all the same."""
    here = runtime.current()
    with here.db.reading() as session:
        waiting = outbox.first_due(session)
        unheard = outbox.first_due(session, since=UNHEARD)
    if waiting:
        with here.db.transaction() as session:
            for email in session.scalars(select(OutboundEmail).where(OutboundEmail.id.in_(waiting))):
                jobs.ring(session, Job.DELIVER, email.id, group=email.mailbox_id)
    for outbound_email_id in unheard:
        deliver(outbound_email_id)


def try_paused_mailboxes() -> None:
    """Whether a paused mailbox's login works again; if it does, what waited leaves."""
    here = runtime.current()
    with here.db.reading() as session:
        paused = mailboxes.paused(session)
    for mailbox in paused:
        try:
            with Post(mailboxes.smtp_account(mailbox, here.vault)) as post:
                post.open()
        except (MailTrouble, KeyFileUnusable, SecretUnreadable) as error:
            log.warning("mailbox %s: sending stays paused (%s)", mailbox.id, type(error).__name__)
            continue
        with here.db.transaction() as session:
            mailboxes.resume_sending(session, session.get_one(Mailbox, mailbox.id), by=Machine.DELIVERY)
