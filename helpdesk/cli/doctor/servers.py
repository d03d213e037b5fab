"""Checks of the servers the desk talks to: Redis, and every mailbox in and out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import redis

from helpdesk import clock
from helpdesk.cli.doctor.finding import Finding, Findings, failed, ok, warning
from helpdesk.config import Config
from helpdesk.desk import mailbox_tokens, mailboxes
from helpdesk.desk.reconciliation import Gap
from helpdesk.mail.account import is_loopback
from helpdesk.mail.probe import Side, Step, probe
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import LoginKind, Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.storage.vault import SecretUnreadable, Vault

_SECONDS: Final = 3
_AT_ONCE: Final = 8


def redis_server(config: Config, *, is_running: bool) -> Findings:
    try:
        with _connected(config.redis_url) as client:
            client.ping()
    except redis.AuthenticationError as error:
        yield failed(
            "redis", "wrong_password", f"Redis refuses the login: {error}", "correct redis.url in config.toml"
        )
    except redis.RedisError as error:
        if not config.redis.url and not is_running:
            yield ok("redis", "the embedded one starts with 'helpdesk up'")
            return
        where = "the embedded Redis" if not config.redis.url else f"Redis at {_host(config)}"
        yield failed(
            "redis",
            "unreachable",
            f"{where} does not answer ({type(error).__name__}); nothing is lost, but replies leave later",
            "restart the desk ('helpdesk up')" if not config.redis.url else "start it, or correct redis.url",
        )
    else:
        yield _not_for_everybody(config)


def redis_clock(config: Config) -> datetime | None:
    try:
        with _connected(config.redis_url) as client:
            seconds, micros = client.time()
            return datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    except redis.RedisError:
        return None


def every_mailbox(found: list[Mailbox], vault: Vault | None) -> Findings:
    if not found:
        yield warning("mailbox", "none", "there is no mailbox, so no email comes in", "run 'helpdesk mailbox add'")
        return
    if vault is None:
        return  # the key file's own check has said why
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        for findings in hands.map(lambda one: _of_mailbox(one, vault), found):
            yield from findings


def polling(late: list[Mailbox], active: list[Mailbox], *, is_running: bool) -> Findings:
    for one in active:
        if one.poll_error:
            says = f"{one.address} can't be polled: {one.poll_error}"
            yield failed("poller", "failing", says, _TRY.format(one), about=one.address)
        if one.sending_paused_because:
            yield failed(
                "sending",
                "paused",
                f"sending from {one.address} is paused: {one.sending_paused_because}",
                f"{_mending(one)}; nothing is lost meanwhile",
                about=one.address,
            )
    for one in late:
        if not one.poll_error:
            yield _late(one, is_running=is_running)
    if active and not late and not any(one.poll_error for one in active):
        yield ok("poller", "every mailbox was polled in the last minutes, or is new")


def logins(troubled: Sequence[tuple[Mailbox, MailboxToken]]) -> Findings:
    """Logins by token that end soon, or did: each with who must do what, while mail still flows."""
    now = clock.now()
    for one, token in troubled:
        if token.error:
            has_ended = token.expires_at is None or token.expires_at <= now
            says = f"the login of {one.address} can't be renewed: {token.error}"
            if has_ended:
                yield failed("login", "ended", f"{says}; the last token has ended", _mending(one), about=one.address)
            else:
                fix = f"{_mending(one)}, before {token.expires_at:%Y-%m-%d %H:%M} UTC"
                yield warning("login", "not_renewed", says, fix, about=one.address)
        if token.secret_ends_at is not None and token.secret_ends_at < now + mailbox_tokens.WARNED_BEFORE:
            ends = "ended" if token.secret_ends_at <= now else "ends"
            says = f"the client secret of {one.address} at its provider {ends} on {token.secret_ends_at:%Y-%m-%d}"
            fix = f"make a new secret at the provider; then {_mending(one)}"
            yield warning("login", "secret_ends", says, fix, about=one.address)


def _mending(one: Mailbox) -> str:
    if one.login is LoginKind.TOKEN:
        return f"sign in there again under Settings, Mailbox logins, {one.address}"
    return f"run 'helpdesk mailbox password {one.address}'"


def ledger(gaps: Sequence[Gap], active: list[Mailbox]) -> Findings:
    for gap in gaps:
        missing = f"{gap.place.missing_count:,} emails on the server of {gap.mailbox.address} are not in the ledger"
        yield failed(
            "ledger",
            "gap",
            f"{missing} (UID {gap.place.missing_uids.replace(' ', ', ')})",
            "the poller fetches them by itself; if this stays, run 'helpdesk mailbox test "
            f"{gap.mailbox.address}' and look at the poller's log (run/logs/poll.log)",
            about=gap.mailbox.address,
        )
    if active and not gaps:
        yield ok("ledger", "every email on the servers is in the ledger, as last counted")


def _late(one: Mailbox, *, is_running: bool) -> Finding:
    since = "never" if one.polled_at is None else f"{int((clock.now() - one.polled_at).total_seconds()):,} s ago"
    says = f"{one.address} was polled {since}"
    if is_running:
        return failed("poller", "late", says, "look at the poller's log (run/logs/poll.log)", about=one.address)
    return failed("poller", "not_running", f"{says}: the desk does not run", "run 'helpdesk up'", about=one.address)


_TRY: Final = "run 'helpdesk mailbox test {0.address}': it says which step fails and what to do"


def _of_mailbox(one: Mailbox, vault: Vault) -> list[Finding]:
    try:
        incoming, outgoing = mailboxes.imap_account(one, vault), mailboxes.smtp_account(one, vault)
    except SecretUnreadable:
        return [
            failed(
                "mailbox",
                "secret_unreadable",
                f"the password of {one.address} was stored under another key file",
                f"bring the right key file back, or run 'helpdesk mailbox password {one.address}'",
                about=one.address,
            )
        ]
    except MailTrouble as trouble:
        return [failed("mailbox", "unencrypted", str(trouble), _TRY.format(one), about=one.address)]
    steps = list(probe(incoming, outgoing, one.address, copies_in=one.sent_folder))
    sides = [(side, [step for step in steps if step.side is side]) for side in Side]
    return [_of_side(one.address, side, tried) for side, tried in sides if tried]  # a password needs no token's steps


def _of_side(address: str, side: Side, steps: list[Step]) -> Finding:
    check = f"mailbox_{side.value}"
    wrong = next((step for step in steps if not step.ok), None)
    if wrong is None:
        return ok(check, f"{address}: {steps[-1].detail}", about=address)
    return failed(check, wrong.name, f"{address}, {wrong.name}: {wrong.detail}", wrong.fix, about=address)


def _not_for_everybody(config: Config) -> Finding:
    """A Redis in the network that asks nobody for a password is a door to the desk's jobs."""
    parts = urlsplit(config.redis_url)
    if parts.scheme == "unix" or is_loopback(parts.hostname or ""):
        return ok("redis", "answers on this machine")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    anonymous = parts._replace(netloc=f"{host}:{parts.port or 6379}").geturl()
    try:
        with _connected(anonymous) as client:
            client.ping()
    except redis.RedisError:
        return ok("redis", f"answers at {_host(config)}, and asks for a password")
    return failed(
        "redis",
        "anonymous",
        f"anybody in the network may use the Redis at {_host(config)}",
        "give it a password (requirepass, or an ACL user) and put that into redis.url",
    )


def _connected(url: str) -> redis.Redis:
    client: redis.Redis = redis.Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS)
    return client


def _host(config: Config) -> str:
    return urlsplit(config.redis_url).hostname or "its socket"
