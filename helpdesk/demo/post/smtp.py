"""The sandbox's SMTP server: takes what is sent to anybody and puts it into their inbox."""

import hmac
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from helpdesk import clock
from helpdesk.demo.post.office import Incoming, Office

LARGEST = 35_000_000
NOBODY = "gone.example"
"""Addresses of this domain are refused for good, so that a failed delivery can be looked at."""
NOT_NOW = "slow.example"
"""Addresses of this domain are always put off until later."""


class Counter:
    """What aiosmtpd calls at each step of a delivery."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        domain = address.rpartition("@")[2].lower()
        if domain == NOBODY:
            return "550 5.1.1 nobody has this address any more"
        if domain == NOT_NOW:
            return "451 4.7.1 not now, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        stamped = f"Return-Path: <{envelope.mail_from or ''}>\r\n".encode() + raw
        now = clock.now()
        self._office.deliver(Incoming(address, stamped, now) for address in dict.fromkeys(envelope.rcpt_tos))
        return "250 2.0.0 delivered"


def server(office: Office, password: str, token: str) -> SMTP:
    """One connection's server; who logs in must know the password, and nobody has to."""

    def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd says so
        is_right = isinstance(given, LoginPassword) and hmac.compare_digest(given.password, password.encode())
        return AuthResult(success=is_right, handled=False)

    return SMTP(
        Counter(office),
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        hostname="sandbox.example",
        ident=f"Candour sandbox {token}",
        authenticator=authenticate,
        auth_require_tls=False,
        timeout=120,
    )
