"""Composing what we send: values become an email whose headers and recipients are exactly the ones meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, getaddresses
from enum import StrEnum
from functools import cache
from typing import Final

from helpdesk.mail import wire
from helpdesk.mail.address import one_line, safe_name, wire_address
from helpdesk.mail.folding import registry
from helpdesk.mail.parsed import Address

LONGEST_SUBJECT: Final = 400
MOST_REFERENCES: Final = 20
LONGEST_ID: Final = 250


class NotComposed(ValueError):
    """The email would not say what was meant, so it is not made; the reason carries no content."""


class Automatic(StrEnum):
    """Why a machine wrote it (RFC 3834)."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    name: str = field(repr=False)
    media_type: str
    payload: bytes = field(repr=False)
    content_id: str = ""
    """Given: the HTML shows it as cid:…"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEmail:
    """An email as meant. Composed twice it gives the same bytes, so a copy after a crash is recognisable."""

    message_id: str = field(repr=False)
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    attachments: tuple[OutgoingAttachment, ...] = ()
    in_reply_to: str = field(default="", repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)
    automatic: Automatic | None = None
    date: datetime

    @property
    def envelope_sender(self) -> str:
        """Where failures go; nowhere for what a machine wrote, or two machines would talk for ever."""
        return "" if self.automatic else wire_address(self.sender.email)

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.text) + len(self.html or "") + sum(len(one.payload) for one in self.attachments)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody it goes to, each once, as servers want it."""
        return tuple(dict.fromkeys(wire_address(one.email) for one in (*self.to, *self.cc)))


def compose(email: OutgoingEmail) -> bytes:
    """Make the bytes of an email, then read them again and compare: raises `NotComposed` or `AddressRefused`."""
    made = message(email)
    names = made.keys()
    raw = wire.written(made, email.message_id)
    _insist(raw, email, names, _policy(email))
    return raw


def message(email: OutgoingEmail) -> EmailMessage:
    """An email with its parts, before it is bytes. Raises as `compose` does."""
    made = EmailMessage(policy=_policy(email))
    for name, value in _headers(email):
        made[name] = value
    made.set_content(_body(email.text))
    if email.html is not None:
        _add_html(made, email.html, [one for one in email.attachments if one.content_id])
    for number, one in enumerate(email.attachments, 1):
        if email.html is None or not one.content_id:
            _attach(made, one, number)
    return made


def _policy(email: OutgoingEmail) -> "EmailPolicy[EmailMessage]":
    # 7 bits everywhere: no server on the way has to promise more
    ascii_only = all(address.isascii() for address in (*email.recipients, wire_address(email.sender.email)))
    return _policy_of(utf8=not ascii_only)


@cache
def _policy_of(*, utf8: bool) -> "EmailPolicy[EmailMessage]":
    return SMTP.clone(cte_type="7bit", utf8=utf8, header_factory=registry())


def _headers(email: OutgoingEmail) -> list[tuple[str, object]]:
    headers: list[tuple[str, object]] = [
        ("Date", format_datetime(email.date.astimezone(UTC))),
        ("From", _mailbox(email.sender)),
        ("To", [_mailbox(one) for one in email.to]),
    ]
    if not email.to:
        raise NotComposed("An email needs somebody to go to.")
    if email.cc:
        headers.append(("Cc", [_mailbox(one) for one in email.cc]))
    if email.reply_to:
        headers.append(("Reply-To", _mailbox(email.reply_to)))
    headers.append(("Subject", one_line(email.subject, LONGEST_SUBJECT)))
    headers.append(("Message-ID", _own_id(email.message_id)))
    if answered := _ids([email.in_reply_to]):
        headers.append(("In-Reply-To", answered[0]))
    if chain := _chain(email):
        headers.append(("References", " ".join(chain)))
    if email.automatic:
        headers.append(("Auto-Submitted", email.automatic.value))
        headers.append(("X-Auto-Response-Suppress", "All"))
    return headers


def _mailbox(address: Address) -> HeaderAddress:
    local, _at, domain = wire_address(address.email).rpartition("@")
    return HeaderAddress(display_name=safe_name(address.name), username=local, domain=domain)


_ID: Final = re.compile(rf"<?([!-;=?-~]{{1,{LONGEST_ID}}})>?", re.ASCII)


def _own_id(message_id: str) -> str:
    if not _ID.fullmatch(message_id) or "@" not in message_id:
        raise NotComposed("An email of ours needs a Message-ID of ours.")
    return f"<{message_id.strip('<>')}>"


def _ids(claimed: Iterable[str]) -> list[str]:
    """Message-IDs fit to be repeated: of one ASCII word and a decent length."""
    found = (_ID.fullmatch(one.strip()) for one in claimed)
    return [f"<{one[1]}>" for one in found if one]


def _chain(email: OutgoingEmail) -> list[str]:
    """Keep the first and the nearest ancestors, as RFC 5322 advises where the chain grows too long."""
    chain = list(dict.fromkeys(_ids([*email.references, email.in_reply_to])))
    return chain if len(chain) <= MOST_REFERENCES else [chain[0], *chain[1 - MOST_REFERENCES :]]


_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _body(text: str) -> str:
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _add_html(message: EmailMessage, html: str, images: Sequence[OutgoingAttachment]) -> None:
    message.add_alternative(_body(html), subtype="html")
    part = message.get_body(("html",))
    if not isinstance(part, EmailMessage):
        raise NotComposed("The HTML found no place in the email.")
    for image in images:
        main, sub = _type_of(image)
        part.add_related(image.payload, main, sub, cid=f"<{_content_id(image)}>", disposition="inline")


def _attach(message: EmailMessage, one: OutgoingAttachment, number: int) -> None:
    main, sub = _type_of(one)
    name = one_line(re.sub(r"[\\/]", "_", one.name), 150).strip(" .") or f"attachment-{number}"
    message.add_attachment(one.payload, main, sub, filename=name)


def _type_of(one: OutgoingAttachment) -> tuple[str, str]:
    """Give the media type; whole emails and multiparts travel as files, not as structure."""
    fits = re.fullmatch(r"([a-z]{1,20})/([a-z0-9][a-z0-9!#$&^_.+-]{0,80})", one.media_type.strip().lower())
    if not fits or fits[1] in {"multipart", "message"}:
        return "application", "octet-stream"
    return fits[1], fits[2]


def _content_id(image: OutgoingAttachment) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._@-]{1,100}", image.content_id):
        raise NotComposed("An inline image has an unfit Content-ID.")
    return image.content_id


def _insist(raw: bytes, email: OutgoingEmail, names: list[str], policy: "EmailPolicy[EmailMessage]") -> None:
    """Read what was made as two kinds of receiver would, and refuse it where it says anything else."""
    header = HeaderParser().parsestr(raw.partition(b"\r\n\r\n")[0].decode() + "\r\n\r\n")
    known = {"content-type", "content-transfer-encoding", "mime-version"}
    carried, meant = ([name.lower() for name in some if name.lower() not in known] for some in (header, names))
    if sorted(carried) != sorted(meant):
        raise NotComposed("The email would carry other headers than meant.")
    for name, people in (("From", (email.sender,)), ("To", email.to), ("Cc", email.cc)):
        wanted, values = [wire_address(one.email) for one in people], header.get_all(name, [])
        if [_plain(value) for value in values] == wanted:
            continue
        strict = [policy.header_fetch_parse(name, value) for value in values]
        as_structure = [one.addr_spec for value in strict for one in value.addresses]
        as_text = [found for _name, found in getaddresses(values) if found]
        if as_structure != wanted or as_text != wanted:
            raise NotComposed("The email would go to other people than meant.")


_WORD: Final = r"[A-Za-z0-9]+"
_PLACE: Final = rf"{_WORD}(?:[.-]{_WORD})*@{_WORD}(?:[.-]{_WORD})*"
# an address of letters, digits, single dots and hyphens, with or without words in quotes before it
_ONE_MAILBOX: Final = re.compile(rf'({_PLACE})|"{_WORD}(?: {_WORD})*"(?:\r?\n)? <({_PLACE})>', re.ASCII)


def _plain(value: str) -> str | None:
    """The address in a line that holds one and nothing that anybody could read in another way; else None."""
    found = _ONE_MAILBOX.fullmatch(value)
    return (found[1] or found[2]) if found else None
