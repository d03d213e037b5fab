"""Every server this desk has a reason to talk to, as configuration and rows say: what is not here is not to be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from helpdesk.config import Config
from helpdesk.desk import remote_pictures, single_sign_on
from helpdesk.egress import UNNAMED
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.privacy import settings
from helpdesk.privacy.statistics.plan import Usage

_POSTGRESQL: Final = 5432
_REDIS: Final = 6379


@dataclass(frozen=True, slots=True)
class Declared:
    """A server and what for; a host of `*` is any, and so is a port of 0."""

    what: str
    host: str
    port: int


def declared(session: Session, config: Config) -> list[Declared]:
    """In the order in which somebody who asks would want to read them."""
    return [*of_config(config), *(one for source in _SOURCES for one in source(session))]


def of_config(config: Config) -> list[Declared]:
    """What config.toml names: a database and a Redis in the network. A file or a socket is nothing that leaves."""
    found = []
    database = make_url(config.database_url)
    if database.host and not database.host.startswith("/"):
        found.append(Declared("the database", database.host, database.port or _POSTGRESQL))
    redis = urlsplit(config.redis_url)
    if redis.scheme != "unix" and redis.hostname:
        found.append(Declared("Redis", redis.hostname, redis.port or _REDIS))
    return found


def _mail_servers(session: Session) -> Iterable[Declared]:
    """Those of paused mailboxes too: their answers are still sent."""
    for one in session.scalars(select(Mailbox).order_by(Mailbox.address)):
        yield Declared(f"mail to {one.address}", one.imap_host, one.imap_port)
        yield Declared(f"mail from {one.address}", one.smtp_host, one.smtp_port)


def _token_servers(session: Session) -> Iterable[Declared]:
    """Where a mailbox that logs in by token gets a new one."""
    rows = session.execute(
        select(Mailbox.address, MailboxToken.token_url)
        .join(MailboxToken, MailboxToken.mailbox_id == Mailbox.id)
        .order_by(Mailbox.address)
    )
    for address, url in rows:
        yield Declared(f"the login of {address}", *_server(url))


def _identity_provider(session: Session) -> Iterable[Declared]:
    chosen = single_sign_on.of(session)
    addresses = (chosen.discovery_url, chosen.token_endpoint, chosen.jwks_uri) if chosen.is_on else ()
    for host, port in dict.fromkeys(_server(address) for address in addresses):
        yield Declared(f"single sign-on ({chosen.name})", host, port)


def _receiver_of_statistics(session: Session) -> Iterable[Declared]:
    usage = settings.of(session, Usage)
    if usage.is_on and usage.send_to:
        yield Declared("the published statistics", *_server(usage.send_to))


def _pictures(session: Session) -> Iterable[Declared]:
    """Wherever a letter says, once an agent has asked for its pictures: the usual ports of the web alone."""
    if remote_pictures.are_offered(session):
        yield from (Declared("pictures that agents ask for", UNNAMED, port) for port in (80, 443))


def _server(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


# a feature that talks to a server adds here where it finds which
_SOURCES: Final[Sequence[Callable[[Session], Iterable[Declared]]]] = (
    _mail_servers,
    _token_servers,
    _identity_provider,
    _receiver_of_statistics,
    _pictures,
)
