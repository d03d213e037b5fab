"""Logins by token: begun by an admin, finished by a job, renewed before they end, alarmed when they can't be."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import mailboxes
from helpdesk.mail import oauth
from helpdesk.mail.account import Secret
from helpdesk.mail.oauth import PROVIDERS, Client, Tokens
from helpdesk.mail.probe import Step
from helpdesk.models.mailbox import LoginKind, Mailbox, Security
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job
from helpdesk.storage.vault import Vault, digest_of

CALLBACK: Final = "/settings/mailbox-logins/callback"
CONSENT_WITHIN: Final = timedelta(minutes=30)
RENEWED_BEFORE: Final = timedelta(minutes=15)
WARNED_BEFORE: Final = timedelta(days=21)  # the end of a client's secret

_SECRET, _VERIFIER, _CODE, _REFRESH = "token:client", "token:verifier", "token:code", "token:refresh"


class LoginUnknown(Exception):
    """No login was begun with this state, or too long ago, or it was used."""


class RegistrationRefused(ValueError):
    """A registration that can't work; the message is for the admin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Our app at the provider, as an admin typed it; an empty secret keeps the one that is there."""

    provider: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    authorize_url: str = ""
    token_url: str = ""
    scope: str = ""
    secret_ends_at: datetime | None = None


def begin(
    session: Session, vault: Vault, mailbox: Mailbox, registration: Registration, *, base_url: str, by: Reader
) -> str:
    """Keep the registration and give the address of consent. Raises RegistrationRefused, TlsFailed."""
    provider = PROVIDERS.get(registration.provider)
    if provider is None or not registration.client_id.strip():
        raise RegistrationRefused("choose a provider, and enter the id of the client")
    tenant = registration.tenant.strip() or "organizations"
    if not tenant.replace("-", "").replace(".", "").isalnum():
        raise RegistrationRefused("the tenant is a domain or the id of a directory")
    row = session.get(MailboxToken, mailbox.id) or MailboxToken(
        mailbox_id=mailbox.id, provider="", client_id="", authorize_url="", token_url=""
    )
    row.provider, row.client_id = provider.key, registration.client_id.strip()
    row.authorize_url = (provider.authorize_url or registration.authorize_url.strip()).replace("{tenant}", tenant)
    row.token_url = (provider.token_url or registration.token_url.strip()).replace("{tenant}", tenant)
    row.scope = provider.scope or " ".join(registration.scope.split())
    row.secret_ends_at = registration.secret_ends_at
    if registration.client_secret:
        row.client_secret = vault.seal(registration.client_secret.strip(), what=_SECRET)
    consent = oauth.begin(client_of(row, vault, base_url), user=mailbox.imap_user, asks=provider.asks)
    row.state_digest, row.begun_until = digest_of(consent.state), clock.now() + CONSENT_WITHIN
    row.verifier, row.code = vault.seal(consent.verifier, what=_VERIFIER), b""
    session.add(row)
    session.flush()
    audit.record(session, "mailbox.login.begin", by=by, on=("mailbox", mailbox.id), facts={"provider": provider.key})
    return consent.url


def begun(session: Session, state: str) -> MailboxToken:
    """The login that was begun with this state. Raises LoginUnknown."""
    row = session.scalar(select(MailboxToken).where(MailboxToken.state_digest == digest_of(state))) if state else None
    if row is None or row.begun_until is None or row.begun_until < clock.now():
        raise LoginUnknown("no login was begun with this state")
    return row


def come_back(session: Session, vault: Vault, state: str, code: str, *, by: Reader) -> int:
    """The browser is back with a code: a job asks for the token with it, once. Raises LoginUnknown."""
    row = begun(session, state)
    row.state_digest, row.begun_until = None, None
    row.code, row.trial, row.tried_at = vault.seal(code, what=_CODE), "", None
    audit.record(session, "mailbox.login.consent", by=by, on=("mailbox", row.mailbox_id))
    jobs.ring(session, Job.CONNECT, row.mailbox_id)
    return row.mailbox_id


def taken_code(session: Session, vault: Vault, mailbox_id: int) -> tuple[str, str] | None:
    """Code and verifier, given out once: a code is good for one exchange."""
    row = session.get(MailboxToken, mailbox_id, with_for_update=True)
    if row is None or not row.code:
        return None
    taken = vault.open(row.code, what=_CODE), vault.open(row.verifier, what=_VERIFIER)
    row.code, row.verifier = b"", b""
    return taken


def client_of(row: MailboxToken, vault: Vault, base_url: str) -> Client:
    """Raises SecretUnreadable, TlsFailed."""
    return Client(
        client_id=row.client_id,
        client_secret=Secret(vault.open(row.client_secret, what=_SECRET) if row.client_secret else ""),
        authorize_url=row.authorize_url,
        token_url=row.token_url,
        scope=row.scope,
        redirect_uri=redirect_uri(base_url),
    )


def redirect_uri(base_url: str) -> str:
    """What the provider must know as the address that browsers come back to."""
    return base_url.rstrip("/") + CALLBACK


def refresh_token(row: MailboxToken, vault: Vault) -> Secret:
    return Secret(vault.open(row.refresh_token, what=_REFRESH) if row.refresh_token else "")


def keep(session: Session, vault: Vault, mailbox_id: int, tokens: Tokens) -> None:
    """The token of the next hour, where the mailbox's password would be; what waited leaves with it."""
    row, mailbox = session.get_one(MailboxToken, mailbox_id), session.get_one(Mailbox, mailbox_id)
    first = mailbox.login is not LoginKind.TOKEN or row.expires_at is None
    row.refresh_token = vault.seal(tokens.refresh, what=_REFRESH)
    row.expires_at, row.error, row.error_since = tokens.expires_at, None, None
    if first:
        _use_servers_of(mailbox, row)
        if mailbox.polled_at is None:  # it was set up to wait for this
            mailboxes.switch(session, mailbox, on=True, by=Machine.DELIVERY)
    mailboxes.use_token(mailbox, vault, tokens.access)
    audit.record(
        session,
        "mailbox.login.connect" if first else "mailbox.login.renew",
        by=Machine.DELIVERY,
        on=("mailbox", mailbox_id),
    )
    mailboxes.resume_sending(session, mailbox, by=Machine.DELIVERY)


def could_not(session: Session, mailbox_id: int, because: str) -> None:
    """No token was given; admins are alarmed while the last one still works."""
    row = session.get_one(MailboxToken, mailbox_id)
    row.error, row.error_since = because[:500], row.error_since or clock.now()


def keep_trial(session: Session, mailbox_id: int, steps: Sequence[Step]) -> None:
    row = session.get_one(MailboxToken, mailbox_id)
    row.trial, row.tried_at = json.dumps([asdict(step) for step in steps]), clock.now()


def trial(row: MailboxToken) -> list[Step]:
    """What the last look found at each step."""
    return [Step(**step) for step in json.loads(row.trial or "[]")]


def to_renew(session: Session) -> list[int]:
    """The mailboxes whose token ends soon; one that could not be renewed is tried again.

    Also one that was switched off once it had its first: answers on its tickets still leave from it.
    """
    soon = clock.now() + RENEWED_BEFORE
    ends = or_(MailboxToken.expires_at < soon, MailboxToken.error.is_not(None))
    begun = select(MailboxToken.mailbox_id).join(Mailbox, Mailbox.id == MailboxToken.mailbox_id)
    is_connected = or_(Mailbox.is_active, MailboxToken.expires_at.is_not(None))
    return list(session.scalars(begun.where(is_connected, Mailbox.login == LoginKind.TOKEN, ends)))


def troubled(session: Session) -> list[tuple[Mailbox, MailboxToken]]:
    """What an admin must mend before mail stops: no new token, or a client's secret that ends soon."""
    soon = clock.now() + WARNED_BEFORE
    wrong = or_(MailboxToken.error.is_not(None), MailboxToken.secret_ends_at < soon)
    found = select(Mailbox, MailboxToken).join(MailboxToken, MailboxToken.mailbox_id == Mailbox.id)
    rows = session.execute(
        found.where(mailboxes.is_used(), Mailbox.login == LoginKind.TOKEN, wrong).order_by(Mailbox.id)
    )
    return [(mailbox, token) for mailbox, token in rows]


def _use_servers_of(mailbox: Mailbox, row: MailboxToken) -> None:
    """The provider's own mail servers, where they are known; those of another are as they were set up."""
    provider = PROVIDERS[row.provider]
    if provider.imap[0]:
        mailbox.imap_host, mailbox.imap_port = provider.imap[:2]
        mailbox.imap_security = Security(provider.imap[2])
        mailbox.smtp_host, mailbox.smtp_port = provider.smtp[:2]
        mailbox.smtp_security = Security(provider.smtp[2])
