"""Handing emails to a mail server: the one place that speaks SMTP, and its answer for every recipient."""

import base64
import re
import smtplib  # noqa: TID251 - this is the module the rule points to
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from enum import StrEnum
from types import TracebackType
from typing import Final, Self

from helpdesk.mail.account import Security, SmtpAccount, tls_context
from helpdesk.mail.address import AddressRefused, wire_address
from helpdesk.mail.trouble import HostUnknown, LoginRefused, PortClosed, ServerRefused, TlsFailed

# The server may think long after the last dot; hanging up early would send the email twice.
DATA_SECONDS: Final = 120.0
_GO_AHEAD: Final = 354
_WANTS_LOGIN: Final = frozenset({530, 534, 535, 538})


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said about one recipient, as it said it."""

    code: int
    text: str
    verdict: Verdict

    @classmethod
    def of(cls, code: int, text: bytes | str) -> Self:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        clean = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", words).split())[:500]
        if 200 <= code < 300:
            return cls(code, clean, Verdict.ACCEPTED)
        return cls(code, clean, Verdict.REFUSED if 500 <= code < 600 else Verdict.DEFERRED)


_BROKE_OFF: Final = Answer(421, "The connection broke off before the server had answered.", Verdict.DEFERRED)


def reach(account: SmtpAccount) -> smtplib.SMTP:
    """Connect and encrypt, before any login."""
    with _reaching(account):
        if account.security is Security.TLS:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                account.host,
                account.port,
                local_hostname=account.greeting,
                timeout=account.connect_seconds,
                context=tls_context(account),
            )
        else:
            client = smtplib.SMTP(
                account.host, account.port, local_hostname=account.greeting, timeout=account.connect_seconds
            )
        try:
            client.ehlo_or_helo_if_needed()
            if account.security is Security.STARTTLS:
                _start_tls(client, account)
        except BaseException:
            client.close()
            raise
        _patience(client, account.read_seconds)
        return client


def login(client: smtplib.SMTP, account: SmtpAccount) -> None:
    """Give user and password; an account without a user is a relay that wants none."""
    if not account.user:
        return
    if not client.has_extn("auth"):
        raise ServerRefused("The server offers no login here. Leave the user name empty, or choose another port.")
    user, password = account.user, account.password.reveal()
    what = "token" if account.has_token else "user name and password"
    try:
        if account.has_token:
            _login_with_token(client, account)
        elif user.isascii() and password.isascii():
            client.login(user, password)
        else:
            _login_in_utf8(client, user, password)
    except smtplib.SMTPAuthenticationError as error:
        said = Answer.of(error.smtp_code, error.smtp_error)
        if said.verdict is Verdict.DEFERRED:
            raise ServerRefused(f"The server cannot log anybody in right now: {said.code} {said.text}") from None
        raise LoginRefused(f"The server does not accept this {what}: {said.code} {said.text}") from None
    except smtplib.SMTPServerDisconnected as error:
        raise PortClosed("The connection broke off while logging in.") from error
    except smtplib.SMTPException as error:
        raise ServerRefused("The server offers no way to log in that we know.") from error


class Post:
    """A connection to one mail server for many emails: opened when needed, reused, mended once when stale."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def open(self) -> None:
        """Connect and log in now, rather than with the first email."""
        self._connected()

    @property
    def takes(self) -> int | None:
        """Of how many bytes an email may be, as the server says; None where it says nothing, or was not asked yet."""
        said = (self._client.esmtp_features.get("size", "") if self._client else "").strip()
        return int(said) if said.isdecimal() and int(said) > 0 else None

    def send(
        self,
        envelope_sender: str,
        recipients: Sequence[str],
        message: EmailMessage | bytes,
        *,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> dict[str, Answer]:
        """Send one email and give the server's answer for every recipient, each once.

        What is to be done `meanwhile` is done while the server has the email and has not answered yet.

        Raises `LoginRefused` or `MailboxUnreachable` when nothing could be said to the server at all. Whatever
        happens later is an answer: if the line breaks after the bytes were sent, nobody knows, and the
        recipient counts as deferred.
        """
        everybody = list(dict.fromkeys(recipients))
        raw = _on_the_wire(message)
        is_fresh = self._client is None
        client = self._connected()
        needs_utf8 = (
            not all(address.isascii() for address in (envelope_sender, *everybody)) or not _header_of(raw).isascii()
        )
        opening = _open(client, envelope_sender, len(raw), needs_utf8=needs_utf8)
        if opening == _BROKE_OFF and not is_fresh:
            self._drop()
            client = self._connected()
            opening = _open(client, envelope_sender, len(raw), needs_utf8=needs_utf8)
        if opening.code in _WANTS_LOGIN:
            self._drop()
            raise LoginRefused(f"The server wants a login before it takes mail: {opening.code} {opening.text}")
        if opening.verdict is not Verdict.ACCEPTED:
            self._reset(client)
            return dict.fromkeys(everybody, opening)
        return self._hand_over(client, everybody, raw, meanwhile)

    def check_recipient(self, envelope_sender: str, recipient: str) -> Answer:
        """Ask whether the server would take mail for a recipient, without sending any."""
        client = self._connected()
        said = _open(client, envelope_sender, 1000, needs_utf8=False)
        if said.verdict is Verdict.ACCEPTED:
            said = _offer(client, recipient)
        self._reset(client)
        return said

    def _hand_over(
        self, client: smtplib.SMTP, everybody: list[str], raw: bytes, meanwhile: Callable[[], None]
    ) -> dict[str, Answer]:
        answers = dict.fromkeys(everybody, _BROKE_OFF)
        taken: list[str] = []
        for recipient in everybody:
            said = _offer(client, recipient)
            if said.verdict is Verdict.ACCEPTED:
                taken.append(recipient)
                continue
            answers[recipient] = said
            if said.code == 421:
                self._drop()
                return answers
        if not taken:
            self._reset(client)
            return answers
        _patience(client, DATA_SECONDS)
        said = _said(client.docmd, "DATA")
        if said.code == _GO_AHEAD:
            said = _said(_contents, client, raw, meanwhile)
        if said.code == 421:
            self._drop()
        else:
            _patience(client, self._account.read_seconds)
            if said.verdict is not Verdict.ACCEPTED:
                self._reset(client)
        return answers | dict.fromkeys(taken, said)

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            client = reach(self._account)
            try:
                login(client, self._account)
            except BaseException:
                client.close()
                raise
            self._client = client
        return self._client

    def _reset(self, client: smtplib.SMTP) -> None:
        try:
            client.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _open(client: smtplib.SMTP, sender: str, size: int, *, needs_utf8: bool) -> Answer:
    """MAIL FROM, with what the server announced about size and character set."""
    options = []
    if client.has_extn("size"):
        most = client.esmtp_features["size"].strip()
        if most.isdecimal() and 0 < int(most) < size:
            return Answer(552, f"The email has {size:,} bytes; the server takes {int(most):,}.", Verdict.REFUSED)
        options.append(f"SIZE={size}")
    if needs_utf8:
        if not client.has_extn("smtputf8"):
            return Answer(553, "The server cannot send to addresses beyond ASCII (SMTPUTF8).", Verdict.REFUSED)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return _said(client.mail, sender, tuple(options))


def _offer(client: smtplib.SMTP, recipient: str) -> Answer:
    try:
        return _said(client.rcpt, wire_address(recipient))
    except AddressRefused as error:
        return Answer(553, str(error), Verdict.REFUSED)


def _contents(client: smtplib.SMTP, raw: bytes, meanwhile: Callable[[], None]) -> tuple[int, bytes]:
    """What the server says of an email's bytes; a line that begins with a dot gets a second one (RFC 5321, 4.5.2)."""
    client.send(re.sub(rb"(?m)^\.", b"..", raw) + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"))
    meanwhile()
    return client.getreply()


def _said(command: Callable[..., tuple[int, bytes]], *arguments: object) -> Answer:
    """Run one command of the dialogue; a broken line is an answer too."""
    try:
        code, text = command(*arguments)
    except smtplib.SMTPResponseException as error:
        return Answer.of(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPServerDisconnected, OSError):
        return _BROKE_OFF
    return Answer.of(code, text) if code > 0 else _BROKE_OFF


def _on_the_wire(message: EmailMessage | bytes) -> bytes:
    """CRLF everywhere: a lone CR or LF is how one email is smuggled inside another."""
    raw = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP_LINES)
    return re.sub(rb"\r\n|\r|\n", b"\r\n", raw)


def _header_of(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0]


def _start_tls(client: smtplib.SMTP, account: SmtpAccount) -> None:
    if not client.has_extn("starttls"):
        raise TlsFailed("The server offers no STARTTLS on this port. Port 465 with “tls” is usual.")
    code, text = client.starttls(context=tls_context(account))
    if code != 220:
        said = Answer.of(code, text)
        raise TlsFailed(f"The server refused STARTTLS: {said.code} {said.text}")
    client.ehlo()


def _patience(client: smtplib.SMTP, seconds: float) -> None:
    if isinstance(client.sock, socket.socket):
        client.sock.settimeout(seconds)


def _login_with_token(client: smtplib.SMTP, account: SmtpAccount) -> None:
    """OAUTHBEARER (RFC 7628), or what Google and Microsoft made before it."""
    user, token, end = account.user, account.password.reveal(), "\x01"
    offered = client.esmtp_features.get("auth", "").upper().split()
    if "OAUTHBEARER" in offered:
        where = f"host={account.host}{end}port={account.port}"
        mechanism, first = "OAUTHBEARER", f"n,a={user},{end}{where}{end}auth=Bearer {token}{end}{end}"
    elif "XOAUTH2" in offered:
        mechanism, first = "XOAUTH2", f"user={user}{end}auth=Bearer {token}{end}{end}"
    else:
        raise ServerRefused("The server offers no login by token (XOAUTH2 or OAUTHBEARER) for SMTP.")
    code, said = client.docmd("AUTH", f"{mechanism} {base64.b64encode(first.encode()).decode('ascii')}")
    if code == 334:  # why not, in JSON; it is said once the question was taken note of
        code, said = client.docmd("AQ==" if mechanism == "OAUTHBEARER" else "")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _login_in_utf8(client: smtplib.SMTP, user: str, password: str) -> None:
    """AUTH PLAIN as RFC 4616 has it; smtplib's own login knows ASCII only."""
    token = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, text = client.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


@contextmanager
def _reaching(account: SmtpAccount) -> Iterator[None]:
    where = f"{account.host}, port {account.port}"
    try:
        yield
    except socket.gaierror as error:
        raise HostUnknown(f"The name {account.host} cannot be found.") from error
    except ssl.SSLCertVerificationError as error:
        raise TlsFailed(f"The certificate of {account.host} is not trusted: {error.verify_message}.") from error
    except ssl.SSLError as error:
        raise TlsFailed(f"No encrypted connection with {where}: {error.reason or 'the handshake failed'}.") from error
    except TimeoutError as error:
        raise PortClosed(f"No answer from {where} in time.") from error
    except smtplib.SMTPConnectError as error:
        said = Answer.of(error.smtp_code, error.smtp_error)
        raise ServerRefused(f"The server at {where} turns us away: {said.code} {said.text}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise PortClosed(f"No mail server answers at {where}.") from error
