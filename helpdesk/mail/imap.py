"""Fetching from a mailbox over IMAP: what is new, how large it is, and its bytes, whole or not at all."""

import imaplib
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from threading import Timer
from types import TracebackType
from typing import Any, Final, Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from helpdesk import clock
from helpdesk.mail.account import ImapAccount, Security, tls_context
from helpdesk.mail.fetched import LARGEST_EMAIL, LARGEST_HEADER, Announced, Extent, Fetched
from helpdesk.mail.trouble import (
    ConnectionLost,
    FolderMissing,
    HostUnknown,
    LoginRefused,
    PortClosed,
    ServerRefused,
    TlsFailed,
)

IDLE_SECONDS: Final = 20.0  # with the read timeout a dead line is noticed within a minute
SLOWEST_BYTES_A_SECOND: Final = 16_000
UIDS_A_COMMAND: Final = 500  # servers cap the length of a command line, some at 8 kB

# A mailbox of 150,000 emails answers SEARCH with one line of more than imaplib's megabyte.
imaplib._MAXLINE = 64_000_000  # type: ignore[attr-defined]  # noqa: SLF001
# IMAPClient can log every line of the wire: that is content.
logging.getLogger("imapclient").setLevel(logging.WARNING)


def connect(account: ImapAccount, *, writable: bool = False) -> "Folder":
    """Log in and open the folder; unless `writable`, nothing in it can change, not even by accident."""
    client = reach(account)
    try:
        login(client, account)
        return open_folder(client, account, writable=writable)
    except BaseException:
        hang_up(client)
        raise


def reach(account: ImapAccount) -> IMAPClient:
    """Connect and encrypt, before any login."""
    with _reaching(account):
        context = None if account.security is Security.PLAIN else tls_context(account)
        client = IMAPClient(
            account.host,
            account.port,
            ssl=account.security is Security.TLS,
            ssl_context=context,
            timeout=SocketTimeout(account.connect_seconds, account.read_seconds),
        )
        client.normalise_times = False
        try:
            if account.security is Security.STARTTLS:
                _start_tls(client, account)
        except BaseException:
            hang_up(client)
            raise
        return client


def login(client: IMAPClient, account: ImapAccount) -> None:
    with in_plain_words():
        if account.has_token:
            _login_with_token(client, account)
            return
        if client.has_capability("LOGINDISABLED"):
            raise TlsFailed("The server accepts passwords on encrypted connections only. Choose “tls” or “starttls”.")
        user, password = account.user, account.password.reveal()
        try:
            if _SIMPLE.fullmatch(user) and _SIMPLE.fullmatch(password):
                client.login(user, password)
            else:
                client.plain_login(user, password)
        except LoginError as error:
            raise _why_no_login(error) from None


def _login_with_token(client: IMAPClient, account: ImapAccount) -> None:
    token = account.password.reveal()
    try:
        if client.has_capability("AUTH=OAUTHBEARER"):
            client.oauthbearer_login(account.user, token)
        elif client.has_capability("AUTH=XOAUTH2"):
            client.oauth2_login(account.user, token)
        else:
            raise ServerRefused("The server offers no login by token (XOAUTH2 or OAUTHBEARER) for IMAP.")
    except LoginError as error:
        raise _why_no_login(error, "token") from None


def open_folder(client: IMAPClient, account: ImapAccount, *, writable: bool = False) -> "Folder":
    with in_plain_words():
        try:
            answer = client.select_folder(account.folder, readonly=not writable)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            there = folder_names(client)
            if account.folder in there:
                raise ServerRefused(f"The server does not open the folder “{account.folder}”.") from error
            raise FolderMissing(account.folder, there) from error
        if b"UIDVALIDITY" not in answer:
            raise ServerRefused("The server gives the folder no UIDVALIDITY, so we could not tell what is new.")
        client._imap.response("EXISTS")  # noqa: SLF001  known; from now on it is news (see Folder.wait)
        return Folder(client, account, int(answer[b"UIDVALIDITY"]), int(answer.get(b"EXISTS", 0)))


def folder_names(client: IMAPClient) -> tuple[str, ...]:
    with in_plain_words():
        return tuple(sorted(str(name) for _flags, _separator, name in client.list_folders()))[:50]


def hang_up(client: IMAPClient) -> None:
    """Close the line without another word: a server that is stuck must not hold us."""
    with suppress(OSError, IMAPClientError, AttributeError):
        client.shutdown()


class Folder:
    """A folder opened on a connection; everything it raises is a `MailTrouble`."""

    def __init__(self, client: IMAPClient, account: ImapAccount, uidvalidity: int, count: int) -> None:
        self._client = client
        self._account = account
        self.name = account.folder
        self.uidvalidity = uidvalidity
        self.count = count

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        hang_up(self._client)

    def new_uids(self, after: int) -> list[int]:
        """Everything above `after`, in order; `n:*` always answers the last one too, which is dropped here."""
        with in_plain_words():
            found = self._client.search(["UID", f"{after + 1}:*"])
        return sorted({uid for uid in found if uid > after})

    def uids_since(self, days: int) -> list[int]:
        """What arrived in the last `days` days, for the choice at the first connection."""
        since: date = (clock.now() - timedelta(days=days)).date()
        with in_plain_words():
            return sorted(self._client.search(["SINCE", since]))

    def count_since(self, days: int) -> int:
        return len(self.uids_since(days))

    def last_uid(self) -> int:
        """The highest number given so far, 0 in an empty folder."""
        return max(self.new_uids(0), default=0)

    def recount(self) -> int:
        """How many emails the server says are there now."""
        with in_plain_words():
            self._client.noop()  # some count what this session was told of, and no more
            return int(self._client.folder_status(self.name, ["MESSAGES"])[b"MESSAGES"])

    def all_uids(self) -> list[int]:
        """Every email that is there now, to be reconciled with the ledger."""
        with in_plain_words():
            return sorted(self._client.search(["ALL"]))

    def sizes(self, uids: Sequence[int]) -> list[Announced]:
        """Ask before fetching; what vanished in the meantime is left out."""
        announced: list[Announced] = []
        for some in _slices(uids):
            with in_plain_words(), deadline(self._client, self._account):
                answers = self._client.fetch(some, ["RFC822.SIZE", "INTERNALDATE"])
            announced += [
                Announced(uid, int(answers[uid].get(b"RFC822.SIZE", 0)), answers[uid].get(b"INTERNALDATE"))
                for uid in some
                if uid in answers
            ]
        return announced

    def fetch(self, batch: Sequence[Announced], *, largest: int = LARGEST_EMAIL) -> list[Fetched]:
        """Give the bytes of a batch in its order; those expunged meanwhile are left out.

        A body is used when its whole literal arrived and the server closed the command: a cut never leaves half
        an email. Where RFC822.SIZE promised more than came (some servers count line ends differently), the
        server is asked once more, and believed if it gives the same length on a living connection.
        """
        small = [email for email in batch if email.size <= largest]
        large = [email for email in batch if email.size > largest]
        bodies = self._bodies(small, "BODY.PEEK[]")
        headers = self._bodies(large, f"BODY.PEEK[HEADER]<0.{LARGEST_HEADER}>")
        fetched: list[Fetched] = []
        for email in batch:
            found = headers if email.size > largest else bodies
            if email.uid not in found:
                continue
            raw = found[email.uid]
            if raw is None:
                fetched.append(Fetched(email, Extent.REFUSED, b""))
            elif email.size > largest:
                fetched.append(Fetched(email, Extent.HEADER_ONLY, raw))
            else:
                fetched.append(Fetched(email, Extent.WHOLE, self._confirmed(email, raw)))
        return fetched

    def wait(self, seconds: float = IDLE_SECONDS, *, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Sleep until the server tells of something new (True), `seconds` are over, or `stopped()`."""
        until = time.monotonic() + seconds
        with in_plain_words():
            if not self._client.has_capability("IDLE"):
                return self._pause(min(seconds, 10.0), stopped)
            if self._was_told():
                return True
            self._client.idle()
            told: list[Any] = []
            while not told and not stopped() and (left := until - time.monotonic()) > 0:
                asked_at, slice_ = time.monotonic(), min(left, 1.0)
                told = self._client.idle_check(timeout=slice_)
                if not told and time.monotonic() - asked_at < slice_ / 2:
                    break  # readable, yet nothing to read: a dead line, and idle_done will say so
            _answer, last_words = self._client.idle_done()
        return bool(told or last_words)

    def flag(self, uids: Sequence[int], flag: str) -> None:
        for some in _slices(uids):
            with in_plain_words():
                self._client.add_flags(some, [flag], silent=True)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move to another folder; without MOVE by copying, and only ever removing the ones named."""
        for some in _slices(uids):
            with in_plain_words():
                if self._client.has_capability("MOVE"):
                    self._client.move(some, folder)
                    continue
                self._client.copy(some, folder)
                self._client.add_flags(some, [r"\Deleted"], silent=True)
                if self._client.has_capability("UIDPLUS"):
                    self._client.uid_expunge(some)

    def _was_told(self) -> bool:
        """Whether news came with the answers to other commands, or is due now.

        The server does not repeat them in IDLE; and what it would tell together with IDLE's first line is overlooked
        by the client until IDLE ends.
        """
        self._client.noop()
        _code, counts = self._client._imap.response("EXISTS")  # noqa: SLF001  nothing public has it
        return any(counts)

    def _pause(self, seconds: float, stopped: Callable[[], bool]) -> bool:
        until = time.monotonic() + seconds
        while not stopped() and time.monotonic() < until:
            time.sleep(0.2)
        self._client.noop()
        return True  # it cannot tell: search again

    def _bodies(self, emails: Sequence[Announced], what: str) -> dict[int, bytes | None]:
        """Bytes by UID; None where the server refuses this one, nothing where it is gone."""
        if not emails:
            return {}
        try:
            found = self._answers(emails, what)
        except ServerRefused:
            found = dict.fromkeys((email.uid for email in emails), None)
        for email in emails:
            if email.uid in found and not found[email.uid]:
                del found[email.uid]
                found |= self._second_try(email, what)
        return found

    def _second_try(self, email: Announced, what: str) -> dict[int, bytes | None]:
        """Ask for one alone: NIL and NO are also said of what another session has just expunged."""
        with in_plain_words():
            self._client.noop()
        try:
            return self._answers([email], what)
        except ServerRefused:
            return {email.uid: None}

    def _answers(self, emails: Sequence[Announced], what: str) -> dict[int, bytes | None]:
        uids = [email.uid for email in emails]
        with in_plain_words(), deadline(self._client, self._account, sum(email.size for email in emails)):
            answers = self._client.fetch(uids, [what])
        found: dict[int, bytes | None] = {}
        for uid, answer in answers.items():
            bodies = [value for key, value in answer.items() if key.startswith(b"BODY[")]
            if bodies:
                found[uid] = bodies[0]
        return found

    def _confirmed(self, email: Announced, raw: bytes) -> bytes:
        if len(raw) >= email.size:
            return raw
        again = self._bodies([email], "BODY.PEEK[]").get(email.uid)
        if not again or len(again) != len(raw):
            raise ConnectionLost("The server sent less of an email than it announced.")
        return again


@contextmanager
def deadline(client: IMAPClient, account: ImapAccount, size: int = 0) -> Iterator[None]:
    """End a command that drips for ever: every read is in time, the whole is not."""
    seconds = 2 * account.read_seconds + size / SLOWEST_BYTES_A_SECOND
    line = client.socket()
    timer = Timer(seconds, _cut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _slices(uids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(uids), UIDS_A_COMMAND):
        yield list(uids[start : start + UIDS_A_COMMAND])


def _start_tls(client: IMAPClient, account: ImapAccount) -> None:
    if not client.has_capability("STARTTLS"):
        raise TlsFailed("The server offers no STARTTLS on this port. Port 993 with “tls” is usual.")
    client.starttls(tls_context(account))
    client.socket().settimeout(account.read_seconds)


# LOGIN sends the user as it is, so only what cannot end the word goes that way; PLAIN sends Base64.
_SIMPLE: Final = re.compile(r"[A-Za-z0-9!#$&'+,./:;<=>?@^_|~-]+")
_NOT_NOW: Final = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", re.IGNORECASE)


def _why_no_login(
    error: LoginError, what: str = "user name and password"
) -> LoginRefused | ServerRefused | ConnectionLost:
    words = str(error).removeprefix("b'").rstrip("'")[:300]
    if isinstance(error.__context__, IMAPClientAbortError):
        return ConnectionLost("The connection broke off while logging in.")
    if _NOT_NOW.search(words):
        return ServerRefused(f"The server cannot log anybody in right now: {words}")
    return LoginRefused(f"The server does not accept this {what}: {words}")


@contextmanager
def _reaching(account: ImapAccount) -> Iterator[None]:
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
    except (OSError, IMAPClientError) as error:
        raise PortClosed(f"No mail server answers at {where}.") from error


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn what a library raises into what happened, without what the server said about an email."""
    try:
        yield
    except TimeoutError as error:
        raise ConnectionLost("The server stopped answering.") from error
    except (OSError, IMAPClientAbortError) as error:
        raise ConnectionLost("The connection to the server broke off.") from error
    except IMAPClientError as error:
        raise ServerRefused("The server refused a command.") from error
    except (ValueError, LookupError) as error:
        raise ServerRefused("The server answered something that is not IMAP.") from error
