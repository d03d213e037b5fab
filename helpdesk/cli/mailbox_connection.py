"""`helpdesk mailbox connect`: consent in any browser, then what that one came back with is pasted here."""

from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

import click
from sqlalchemy import func, select

from helpdesk import runtime
from helpdesk.cli.errors import Failed, WrongUse
from helpdesk.desk import mailbox_tokens
from helpdesk.desk.mailbox_tokens import LoginUnknown, Registration, RegistrationRefused
from helpdesk.mail.probe import Step
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from workers import mailbox_tokens as jobs


class Registered(TypedDict):
    """What the options say of our app at the provider."""

    provider: str
    client_id: str
    tenant: str
    authorize_url: str
    token_url: str
    scope: str


def connect(here: Runtime, address: str, registration: Registration) -> Sequence[Step]:
    """Begin, wait for the consent, ask for the token and try the mailbox: each step with what came of it."""
    base_url = here.config.desk.base_url
    with here.db.transaction() as session:
        mailbox = session.scalar(select(Mailbox).where(func.lower(Mailbox.address) == address.strip().lower()))
        if mailbox is None:
            raise Failed(f"there is no mailbox {address}: 'helpdesk mailbox list' shows them")
        try:
            url = mailbox_tokens.begin(
                session, here.vault, mailbox, registration, base_url=base_url, by=Machine.COMMAND
            )
        except (RegistrationRefused, MailTrouble) as error:
            raise WrongUse(str(error)) from None
    click.echo(f"At the provider, enter this as redirect URI: {mailbox_tokens.redirect_uri(base_url)}")
    click.echo(f"Open this in a browser, sign in as {mailbox.imap_user}, and agree:\n\n{url}\n")
    _come_back(here, click.prompt("Paste the address the browser ends at (do not click there)"))
    runtime.use(here)
    jobs.connect(mailbox.id)
    with here.db.reading() as session:
        return mailbox_tokens.trial(session.get_one(MailboxToken, mailbox.id))


def _come_back(here: Runtime, pasted: str) -> None:
    said = {name: values[0] for name, values in parse_qs(urlsplit(pasted.strip()).query).items()}
    if "code" not in said:
        words = said.get("error_description") or said.get("error") or "the address holds no code"
        raise Failed(f"the provider did not agree: {words[:300]}")
    with here.db.transaction() as session:
        try:
            mailbox_tokens.come_back(session, here.vault, said.get("state", ""), said["code"], by=Machine.COMMAND)
        except LoginUnknown:
            raise Failed("this address belongs to another login: run the command again") from None
