"""Mailboxes: set up, changed, paused; their secrets are sealed in the row and opened only for the mail floor."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import outbox
from helpdesk.mail import account
from helpdesk.mail.account import ImapAccount, Secret, SmtpAccount
from helpdesk.mail.address import wire_address
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import AfterFetch, LoginKind, Mailbox, Security
from helpdesk.models.outbound_email import ON_THE_WAY, Delivery, OutboundEmail
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage.db import hold
from helpdesk.storage.once import once
from helpdesk.storage.vault import Vault

UNREACHED: Final = timedelta(minutes=1)
STOPPED: Final = "stopped mailboxes"  # what a page learns of them beforehand
UNTRIED: Final = timedelta(minutes=5)  # a mailbox is polled at least once a minute

_IMAP = "mailbox:imap"
_SMTP = "mailbox:smtp"


class AddressTaken(Exception):
    """There is a mailbox with this address already."""


class SecretNeeded(Exception):
    """A stored password goes to the server it was given for, and to no other: type it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to reach one side of a mailbox, as somebody typed it."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def add(  # noqa: PLR0913  a mailbox has these
    session: Session,
    vault: Vault,
    *,
    address: str,
    name: str,
    team: Team,
    imap: Server,
    smtp: Server,
    by: Reader | None,
    folder: str = "INBOX",
    after_fetch: AfterFetch = AfterFetch.NOTHING,
    move_to: str | None = None,
    import_since: datetime | None = None,
) -> Mailbox:
    """Set up a mailbox; nothing is tried out here (mail/probe does that).

    Raises AddressTaken, AddressRefused, TlsFailed (no encryption, and the server is not on this machine).
    """
    address = address.strip().lower()
    wire_address(address)
    hold(session, "the addresses of mailboxes")  # two who set up the same one at once
    if session.scalar(select(Mailbox.id).where(func.lower(Mailbox.address) == address)) is not None:
        raise AddressTaken(f"there is a mailbox {address} already")
    mailbox = Mailbox(
        address=address,
        name=name.strip() or address,
        team_id=team.id,
        folder=folder,
        after_fetch=after_fetch,
        move_to=move_to,
        import_since=import_since,
        imap_host=imap.host,
        imap_port=imap.port,
        imap_security=imap.security,
        imap_user=imap.user,
        imap_secret=vault.seal(imap.password, what=_IMAP),
        smtp_host=smtp.host,
        smtp_port=smtp.port,
        smtp_security=smtp.security,
        smtp_user=smtp.user,
        smtp_secret=vault.seal(smtp.password, what=_SMTP),
    )
    _check(mailbox, vault)
    session.add(mailbox)
    session.flush()
    _record(session, mailbox, "mailbox.add", by=by)
    return mailbox


def change(
    session: Session,
    vault: Vault,
    mailbox: Mailbox,
    *,
    by: Reader | None,
    imap: Server | None = None,
    smtp: Server | None = None,
) -> None:
    """Reach it another way, or with another password (an empty one keeps the old); sending goes on at once.

    Raises SecretNeeded where the old password would go to another server; TlsFailed as add() does.
    """
    require_secrets(mailbox, imap, smtp)
    if imap is not None:
        mailbox.imap_host, mailbox.imap_port, mailbox.imap_security = imap.host, imap.port, imap.security
        mailbox.imap_user = imap.user
        if imap.password:
            mailbox.login = LoginKind.PASSWORD
            mailbox.imap_secret = vault.seal(imap.password, what=_IMAP)
    if smtp is not None:
        if smtp.host != mailbox.smtp_host:
            mailbox.smtp_takes = None
        mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security = smtp.host, smtp.port, smtp.security
        mailbox.smtp_user = smtp.user
        if smtp.password:
            mailbox.smtp_secret = vault.seal(smtp.password, what=_SMTP)
    _check(mailbox, vault)
    _record(session, mailbox, "mailbox.change", by=by)
    resume_sending(session, mailbox, by=by)


def require_secrets(mailbox: Mailbox, imap: Server | None, smtp: Server | None) -> None:
    """Raises SecretNeeded: whoever may set a mailbox up can't have its password sent to a server of their own."""
    sides = ((imap, incoming(mailbox), mailbox.imap_secret), (smtp, outgoing(mailbox), mailbox.smtp_secret))
    for wanted, now, secret in sides:
        is_other = wanted is not None and (wanted.host, wanted.security) != (now.host, now.security)
        if wanted is not None and is_other and secret and wanted.user and not wanted.password:
            raise SecretNeeded("another server or encryption: the password has to be typed again")


def incoming(mailbox: Mailbox) -> Server:
    """How it is fetched from, without its password."""
    one = mailbox
    return Server(host=one.imap_host, port=one.imap_port, security=one.imap_security, user=one.imap_user)


def outgoing(mailbox: Mailbox) -> Server:
    """How it is sent from, without its password."""
    one = mailbox
    return Server(host=one.smtp_host, port=one.smtp_port, security=one.smtp_security, user=one.smtp_user)


def describe(  # noqa: PLR0913  what stands beside the servers
    session: Session,
    mailbox: Mailbox,
    *,
    name: str,
    team: Team,
    folder: str,
    after_fetch: AfterFetch,
    move_to: str | None,
    by: Reader,
) -> None:
    """The name customers see, the team new mail goes to, the folder, and what happens there after fetching."""
    wanted = (name.strip() or mailbox.address, team.id, folder.strip() or "INBOX", after_fetch, move_to)
    if wanted == (mailbox.name, mailbox.team_id, mailbox.folder, mailbox.after_fetch, mailbox.move_to):
        return
    mailbox.name, mailbox.team_id, mailbox.folder, mailbox.after_fetch, mailbox.move_to = wanted
    _record(session, mailbox, "mailbox.describe", by=by)


def limit(session: Session, mailbox: Mailbox, most_per_minute: int, *, by: Reader) -> None:
    """Let so many emails leave in a minute, evenly spaced; 0: as many as there are."""
    if mailbox.most_per_minute != most_per_minute:
        mailbox.most_per_minute, mailbox.next_send_at = most_per_minute, None
        _record(session, mailbox, "mailbox.describe", by=by)


def switch(session: Session, mailbox: Mailbox, *, on: bool, by: Reader) -> None:
    """Fetch from it, or leave it alone; answers that wait are sent all the same."""
    if mailbox.is_active is not on:
        mailbox.is_active = on
        _record(session, mailbox, "mailbox.switch_on" if on else "mailbox.switch_off", by=by)


def imap_account(mailbox: Mailbox, vault: Vault) -> ImapAccount:
    """How the poller reaches it. Raises SecretUnreadable, TlsFailed."""
    return ImapAccount(
        host=mailbox.imap_host,
        port=mailbox.imap_port,
        security=account.Security(mailbox.imap_security.value),
        user=mailbox.imap_user,
        password=_opened(mailbox.imap_secret, vault, _IMAP),
        has_token=mailbox.login is LoginKind.TOKEN,
        folder=mailbox.folder,
    )


def smtp_account(mailbox: Mailbox, vault: Vault) -> SmtpAccount:
    """How delivery reaches it; without a user, the server wants no login. Raises SecretUnreadable, TlsFailed."""
    return SmtpAccount(
        host=mailbox.smtp_host,
        port=mailbox.smtp_port,
        security=account.Security(mailbox.smtp_security.value),
        user=mailbox.smtp_user,
        password=_opened(mailbox.smtp_secret, vault, _SMTP),
        has_token=mailbox.login is LoginKind.TOKEN,
        hello=wire_address(mailbox.address).rpartition("@")[2],
    )


def await_token(session: Session, mailbox: Mailbox, *, by: Reader) -> None:
    """Leave a new mailbox alone until it has its first token: without one nobody is let in."""
    mailbox.login = LoginKind.TOKEN
    switch(session, mailbox, on=False, by=by)


def use_token(mailbox: Mailbox, vault: Vault, token: str) -> None:
    """Log in with this token on both sides until the next one."""
    mailbox.login = LoginKind.TOKEN
    mailbox.imap_secret, mailbox.smtp_secret = vault.seal(token, what=_IMAP), vault.seal(token, what=_SMTP)
    mailbox.smtp_user = mailbox.smtp_user or mailbox.imap_user


def pause_sending(session: Session, mailbox: Mailbox, because: str) -> None:
    """Keep this mailbox's emails until somebody mends the login: they stay queued, none loses an attempt."""
    if mailbox.sending_paused_because is None:
        _record(session, mailbox, "mailbox.pause", by=Machine.DELIVERY)
    mailbox.sending_paused_because = because


def resume_sending(session: Session, mailbox: Mailbox, *, by: Reader | None) -> None:
    """Send again, beginning with what waited; a mailbox that is not paused goes on as before."""
    if mailbox.sending_paused_because is None:
        return
    mailbox.sending_paused_because = None
    _record(session, mailbox, "mailbox.resume", by=by)
    session.flush()
    outbox.ring_for(session, mailbox.id)


def everything(session: Session) -> Sequence[Mailbox]:
    """All mailboxes, by address."""
    return session.scalars(select(Mailbox).order_by(Mailbox.address)).all()


def are_there(session: Session) -> bool:
    """Whether anybody can write to this desk."""
    return session.scalar(select(Mailbox.id).limit(1)) is not None


def paused(session: Session) -> Sequence[Mailbox]:
    """Those that send nothing, but not one that nobody uses any more."""
    return session.scalars(select(Mailbox).where(_is_paused()).order_by(Mailbox.id)).all()


def stopped(session: Session) -> Sequence[Mailbox]:
    """Those that send nothing, or of which nothing could be fetched for longer than a line that breaks explains.

    So are those that nobody even tried to fetch from for some minutes: the poller does not run.
    """

    def ask() -> Sequence[int]:
        now = clock.now()
        return session.scalars(select(Mailbox.id).where(is_stopped(now - UNREACHED, now - UNTRIED))).all()

    ids = once(session, STOPPED, ask)
    return session.scalars(select(Mailbox).where(Mailbox.id.in_(ids)).order_by(Mailbox.id)).all() if ids else []


def is_stopped(
    unreached_since: datetime | BindParameter[datetime], untried_since: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """That sends nothing, of which nothing could be fetched since one moment, or was not tried to since another."""
    tried = func.coalesce(Mailbox.polled_at, Mailbox.created_at)
    fetches_nothing = or_(Mailbox.poll_error_since < unreached_since, tried < untried_since)
    return or_(_is_paused(), and_(Mailbox.is_active, fetches_nothing))


def is_used() -> ColumnElement[bool]:
    """Whether a mailbox is fetched from, or switched off while something waits that is to leave from it."""
    waiting = (
        select(Delivery.id)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .where(OutboundEmail.mailbox_id == Mailbox.id, Delivery.state.in_(ON_THE_WAY))
    )
    return or_(Mailbox.is_active, waiting.exists())


def _is_paused() -> ColumnElement[bool]:
    return and_(Mailbox.sending_paused_because.is_not(None), is_used())


def _check(mailbox: Mailbox, vault: Vault) -> None:
    imap_account(mailbox, vault)
    smtp_account(mailbox, vault)


def _opened(sealed: bytes, vault: Vault, what: str) -> Secret:
    return Secret(vault.open(sealed, what=what) if sealed else "")


def _record(session: Session, mailbox: Mailbox, action: str, *, by: Reader | None) -> None:
    audit.record(session, action, by=by, on=("mailbox", mailbox.id))
