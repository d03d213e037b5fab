"""Testing a mailbox step by step, in and out, with a fix in plain words for the first step that fails."""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from imapclient import IMAPClient

from helpdesk.mail import imap, sent_folder, smtp
from helpdesk.mail.account import ImapAccount, Security, ServerAccount, SmtpAccount
from helpdesk.mail.fixes import fix_for
from helpdesk.mail.smtp import Post, Verdict
from helpdesk.mail.trouble import HostUnknown, MailTrouble, PortClosed, ServerRefused


class Side(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried: what came of it, and if it failed, what to do."""

    side: Side
    name: str
    ok: bool
    detail: str
    fix: str = ""


def probe(
    incoming: ImapAccount, outgoing: SmtpAccount, address: str, *, copies_in: str | None = None
) -> Iterator[Step]:
    """Try the whole mailbox, both sides; each side ends at its first failing step. Nothing is sent or changed.

    `copies_in` is the folder for copies of what was sent ("": the one the server marks; None: there are no copies).
    """
    yield from probe_incoming(incoming, copies_in)
    yield from probe_outgoing(outgoing, address)


def probe_incoming(account: ImapAccount, copies_in: str | None = None) -> Iterator[Step]:
    client: IMAPClient | None = None

    def encrypt() -> str:
        nonlocal client
        client = imap.reach(account)
        return _in_words(account, client.socket())

    def log_in() -> str:
        assert client is not None  # noqa: S101 - the step before has made it
        imap.login(client, account)
        return f"{account.user} is let in"

    def open_folder() -> str:
        assert client is not None  # noqa: S101 - as above
        folder = imap.open_folder(client, account)
        return f"{account.folder} holds {folder.count:,} emails"

    def find_sent_folder() -> str:
        assert client is not None  # noqa: S101 - as above
        found = sent_folder.find(client, copies_in or "")
        return f"copies go into {found}" if found else f"there is none yet: {sent_folder.MADE} will be made"

    try:
        yield from _walk(
            Side.INCOMING,
            account,
            [
                *_line(account),
                ("encryption", encrypt),
                ("login", log_in),
                ("folder", open_folder),
                *([] if copies_in is None else [("copies", find_sent_folder)]),
            ],
        )
    finally:
        if client is not None:
            imap.hang_up(client)


def probe_outgoing(account: SmtpAccount, address: str) -> Iterator[Step]:
    def encrypt() -> str:
        client = smtp.reach(account)
        try:
            return _in_words(account, client.sock)
        finally:
            client.close()

    with Post(account) as post:

        def log_in() -> str:
            post.open()
            return f"{account.user} is let in" if account.user else "the server asks for none"

        def offer() -> str:
            said = post.check_recipient(address, address)
            if said.verdict is not Verdict.ACCEPTED:
                raise ServerRefused(f"The server does not take mail from {address}: {said.code} {said.text}")
            most = f"emails of up to {post.takes / 1_000_000:,.0f} MB are taken; " if post.takes else ""
            return f"{most}mail from {address} would be taken; none was sent"

        yield from _walk(
            Side.OUTGOING,
            account,
            [*_line(account), ("encryption", encrypt), ("login", log_in), ("sending", offer)],
        )


def _walk(side: Side, account: ServerAccount, works: list[tuple[str, Callable[[], str]]]) -> Iterator[Step]:
    for name, work in works:
        try:
            detail = work()
        except MailTrouble as trouble:
            yield Step(side, name, ok=False, detail=str(trouble), fix=fix_for(trouble, account, step=name))
            return
        yield Step(side, name, ok=True, detail=detail)


def _line(account: ServerAccount) -> list[tuple[str, Callable[[], str]]]:
    def look_up() -> str:
        try:
            socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise HostUnknown(f"The name {account.host} cannot be found.") from error
        return f"{account.host} is known"

    def knock() -> str:
        try:
            socket.create_connection((account.host, account.port), account.connect_seconds).close()
        except OSError as error:
            raise PortClosed(f"Nothing answers at {account.host}, port {account.port}.") from error
        return f"port {account.port} is open"

    return [("name", look_up), ("port", knock)]


def _in_words(account: ServerAccount, line: object) -> str:
    if account.security is Security.PLAIN or not isinstance(line, ssl.SSLSocket):
        return "none, and none needed: the server is on this machine"
    certificate = line.getpeercert() or {}
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    day = datetime.fromtimestamp(ends, UTC).date()
    return f"{line.version()}, the certificate is valid until {day.isoformat()}"
