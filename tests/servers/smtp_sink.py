"""An SMTP server that keeps what it is given and answers as a test tells it to."""

import asyncio
import ssl
import time
from asyncio import WriteTransport
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificate import Certificate
from tests.servers.programs import LOCALHOST, free_port

OK = "250 OK"
DROP = "drop"  # hang up without an answer
LOGIN = ("desk@candour.example", "the-post-password")


@dataclass(frozen=True)
class Accepted:
    """One email that was accepted, or taken and then met by silence (`answered` is DROP)."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    answered: str

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass
class SmtpSink:
    """Answers 250 unless told otherwise; each list of answers is used up in order, its last one for ever."""

    port: int = 0
    host: str = LOCALHOST
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    _recipients: dict[str, list[str]] = field(default_factory=lambda: defaultdict(lambda: [OK]))
    _contents: list[str] = field(default_factory=lambda: [OK])
    _greetings: list[str] = field(default_factory=lambda: [OK])
    _peers: set[object] = field(default_factory=set)
    _thinks: float = 0

    @property
    def connections(self) -> int:
        """Over how many connections emails were begun."""
        return len(self._peers)

    def answer(self, recipient: str, *answers: str) -> None:
        """What RCPT TO this address is told: "451 later", "550 unknown", DROP, OK."""
        self._recipients[recipient] = list(answers)

    def answer_contents(self, *answers: str) -> None:
        """What is said after the final dot; DROP takes the email and hangs up."""
        self._contents = list(answers)

    def think_for(self, seconds: float) -> None:
        """How long the server takes after the final dot."""
        self._thinks = seconds

    def answer_senders(self, *answers: str) -> None:
        """What MAIL FROM is told."""
        self._greetings = list(answers)

    def to(self, recipient: str) -> list[Accepted]:
        return [email for email in self.accepted if recipient in email.recipients]

    def wait_for(self, number: int, seconds: float = 30) -> list[Accepted]:
        """The emails, as soon as there are that many."""
        deadline = time.monotonic() + seconds
        while len(self.accepted) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(self.accepted) >= number, f"{len(self.accepted)} of {number} emails in {seconds} s"
        return list(self.accepted)

    async def handle_MAIL(  # noqa: N802 (aiosmtpd looks the handlers up by these names)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._peers.add(session.peer)
        said = _next(self._greetings)
        if said == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return _say(server, said)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = _next(self._recipients[address])
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        else:
            self.refused.append((address, said))
        return _say(server, said)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self._thinks)
        said = _next(self._contents)
        if said.startswith("2") or said == DROP:
            assert isinstance(envelope.content, bytes)
            sender = envelope.mail_from or ""
            self.accepted.append(Accepted(sender, tuple(envelope.rcpt_tos), envelope.content, said))
        return _say(server, said)


def _next(answers: list[str]) -> str:
    return answers.pop(0) if len(answers) > 1 else answers[0]


def _say(server: SMTP, said: str) -> str:
    if said == DROP:
        assert isinstance(server.transport, WriteTransport)
        server.transport.abort()
    return said


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """Without TLS and login."""
    with running_sink() as sink:
        yield sink


@contextmanager
def running_sink(
    *, certificate: Certificate | None = None, implicit_tls: bool = False, login: bool = False
) -> Iterator[SmtpSink]:
    """With a certificate it wants STARTTLS, or speaks TLS from the start; `login` wants LOGIN first."""
    sink = SmtpSink()
    settings: dict[str, Any] = {"ident": "sink", "decode_data": False, "enable_SMTPUTF8": True}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate.certificate, certificate.key)
        settings |= {"ssl_context": context} if implicit_tls else {"tls_context": context, "require_starttls": True}
    if login:
        settings |= {
            "authenticator": _authenticate,
            "auth_required": True,
            "auth_require_tls": certificate is not None and not implicit_tls,
        }
    controller = _started(sink, settings)
    try:
        yield sink
    finally:
        controller.stop()


def _started(sink: SmtpSink, settings: dict[str, Any]) -> Controller:
    for attempt in range(5):
        sink.port = free_port()
        controller = Controller(sink, hostname=LOCALHOST, port=sink.port, **settings)
        try:
            controller.start()
        except OSError:  # somebody else was faster
            if attempt == 4:
                raise
        else:
            return controller
    raise AssertionError


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, proof: object) -> AuthResult:
    user, password = LOGIN
    known = isinstance(proof, LoginPassword) and (proof.login, proof.password) == (user.encode(), password.encode())
    return AuthResult(success=known, handled=False)
