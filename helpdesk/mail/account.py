"""How to reach a mail server: addresses of servers, secrets that do not show themselves, and TLS."""

import ipaddress
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from helpdesk.mail.trouble import TlsFailed

CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 25.0


class Security(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


class Secret:
    """A password that neither prints, logs nor compares itself away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __bool__(self) -> bool:
        return bool(self._text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """What IMAP and SMTP have in common."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    has_token: bool = False
    """The secret is a bearer token (OAuth2), good for an hour, and no password"""
    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS
    trusted_certificates: Path | None = None

    def __post_init__(self) -> None:
        if self.security is Security.PLAIN and not is_loopback(self.host):
            raise TlsFailed(
                f"Without encryption we only talk to this machine itself, not to {self.host}. "
                "Choose “tls” or “starttls”."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount(ServerAccount):
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount(ServerAccount):
    """`hello` is the name we greet with; never the machine's own, which would travel in Received lines."""

    hello: str = ""

    @property
    def greeting(self) -> str:
        return self.hello or self.user.rpartition("@")[2] or "localhost"


def is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def tls_context(account: ServerAccount) -> ssl.SSLContext:
    """Certificates are always verified; an operator with an own authority adds it, nobody switches checks off."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if account.trusted_certificates is not None:
        try:
            context.load_verify_locations(cafile=account.trusted_certificates)
        except (OSError, ssl.SSLError) as error:
            raise TlsFailed(
                f"The file of trusted certificates cannot be read: {account.trusted_certificates}."
            ) from error
    return context
