"""The jobs of logins by token: the first one, each step tried, and the next one before it is needed."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from helpdesk import runtime
from helpdesk.desk import mailbox_tokens, mailboxes
from helpdesk.mail import oauth, probe
from helpdesk.mail.oauth import Tokens
from helpdesk.mail.probe import Side, Step
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.runtime import Runtime
from helpdesk.storage import leases
from helpdesk.storage.vault import KeyFileUnusable, SecretUnreadable

LEASE: Final = timedelta(minutes=2)  # two renewals at once would make one of the two secrets worthless

log = logging.getLogger(__name__)


def connect(mailbox_id: int) -> None:
    """Ask for the first token with the code a browser brought back, then try each step; once."""
    here = runtime.current()
    with here.db.transaction() as session:
        taken = mailbox_tokens.taken_code(session, here.vault, mailbox_id)
    if taken is None:
        return
    steps = [_first_token(here, mailbox_id, *taken)]
    if steps[0].ok:
        steps.extend(_mailbox_steps(here, mailbox_id))
    with here.db.transaction() as session:
        mailbox_tokens.keep_trial(session, mailbox_id, steps)


def renew() -> None:
    """Give each mailbox its next token before the last one ends."""
    here = runtime.current()
    with here.db.reading() as session:
        due = mailbox_tokens.to_renew(session)
    for mailbox_id in due:
        _renew(here, mailbox_id)


def _first_token(here: Runtime, mailbox_id: int, code: str, verifier: str) -> Step:
    with here.db.reading() as session:
        row = session.get_one(MailboxToken, mailbox_id)
    try:
        client = mailbox_tokens.client_of(row, here.vault, here.config.desk.base_url)
        tokens = oauth.exchange(client, code=code, verifier=verifier)
    except MailTrouble as error:
        with here.db.transaction() as session:
            mailbox_tokens.could_not(session, mailbox_id, str(error))
        return Step(Side.LOGIN, "token", ok=False, detail=str(error), fix=oauth.fix_for(error))
    _keep(here, mailbox_id, tokens)
    return Step(Side.LOGIN, "token", ok=True, detail="the provider gave one, and will give the next ones")


def _mailbox_steps(here: Runtime, mailbox_id: int) -> Iterator[Step]:
    with here.db.reading() as session:
        mailbox = session.get_one(Mailbox, mailbox_id)
    incoming, outgoing = mailboxes.imap_account(mailbox, here.vault), mailboxes.smtp_account(mailbox, here.vault)
    yield from probe.probe(incoming, outgoing, mailbox.address)


def _renew(here: Runtime, mailbox_id: int) -> None:
    lease = f"token:{mailbox_id}"
    with here.db.transaction() as session:
        if not leases.take(session, lease, holder="renew", lasting=LEASE):
            return
        row = session.get_one(MailboxToken, mailbox_id)
    try:
        client = mailbox_tokens.client_of(row, here.vault, here.config.desk.base_url)
        tokens = oauth.refresh(client, mailbox_tokens.refresh_token(row, here.vault))
    except (MailTrouble, KeyFileUnusable, SecretUnreadable) as error:
        log.warning("mailbox %s: its login could not be renewed (%s)", mailbox_id, type(error).__name__)
        with here.db.transaction() as session:
            mailbox_tokens.could_not(session, mailbox_id, _what_to_do(error))
    else:
        _keep(here, mailbox_id, tokens)
    with here.db.transaction() as session:
        leases.release(session, lease, holder="renew")


def _what_to_do(error: MailTrouble | KeyFileUnusable | SecretUnreadable) -> str:
    return f"{str(error).rstrip('.')}.\n{oauth.fix_for(error)}" if isinstance(error, MailTrouble) else str(error)


def _keep(here: Runtime, mailbox_id: int, tokens: Tokens) -> None:
    with here.db.transaction() as session:
        mailbox_tokens.keep(session, here.vault, mailbox_id, tokens)
