"""The header block as text, and who, what and when it says: claims, all of them."""

import email.utils
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from functools import lru_cache

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from helpdesk.mail import charsets, encoded_words
from helpdesk.mail.parsed import Address

LONGEST_ID = 900
MOST_IDS = 200
LONGEST_SUBJECT = 4000
MOST_HEADERS = 2000
MOST_ADDRESSES = 1000
LONGEST_ADDRESS = 500  # no server takes half of it; a longer one fits in no index

_FOLD = re.compile(r"\r?\n(?=[ \t])|[\r\n]+")
_ID = re.compile(r"<([^<>]+)>")
_BARE_ID = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'\\@]{1,64}@[^\s<>()\[\],;:\"'\\@]{1,255}")
_MACHINE = re.compile(r"<?([\w.+-]{1,64})>?\s*(?:\(([^()]{0,200})\))?", re.ASCII)
_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED_OR_MARK = re.compile(r'"(?:[^"\\]|\\.)*+"|\([^()]*\)|[:;]')
_REMEMBERED_UP_TO = 300

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Every field in order, unfolded, its bytes decoded; encoded words still stand."""

    fields: tuple[tuple[str, str], ...] = ()
    index: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self, name: str) -> tuple[str, ...]:
        return self.index.get(name, ())

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def decoded(self) -> dict[str, tuple[str, ...]]:
        """Give all values as people read them."""
        return {
            name: tuple(charsets.one_line(encoded_words.decode(value)) for value in values)
            for name, values in self.index.items()
        }


def header_of(message: Message) -> Header:
    """Take the header of a message or part from the standard library's tree."""
    fields = [
        (name.lower().strip(), charsets.from_header(_FOLD.sub("", str(value))).strip())
        for name, value in _raw_fields(message)
    ]
    index: dict[str, list[str]] = {}
    for name, value in fields:
        index.setdefault(name, []).append(value)
    return Header(tuple(fields), {name: tuple(values) for name, values in index.items()})


def _raw_fields(message: Message) -> Iterator[tuple[str, str]]:
    for number, (name, value) in enumerate(message.raw_items()):
        if number >= MOST_HEADERS:
            return
        yield name, value


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who wrote to whom, when."""

    senders: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    date: datetime | None = None


def envelope(header: Header) -> Envelope:
    """Read addresses and date with mail-parser; it may raise anything on hostile fields."""
    said = header.first("date")
    return Envelope(
        senders=_senders(header, _by_engine(header.first("from"))),
        to=_people(header, "to", _by_engine(header.first("to"))),
        cc=_people(header, "cc", _by_engine(header.first("cc"))),
        reply_to=_people(header, "reply-to", _by_engine(header.first("reply-to"))),
        date=(parse_mail_date(said).value if said else None) or _lenient_date(said),
    )


def _by_engine(value: str) -> Pairs:
    """The (name, address) pairs of a field. Many are those of the email before: whom it is to, who writes again."""
    if not value:
        return ()
    return _remembered(value) if len(value) <= _REMEMBERED_UP_TO else _pairs(value)


def _pairs(value: str) -> Pairs:
    return tuple(get_addresses(_with_commas(value), decode_names=True))


_remembered = lru_cache(maxsize=512)(_pairs)


def plain_envelope(header: Header) -> Envelope:
    """Read them without mail-parser, where it gave up."""
    return Envelope(
        senders=_senders(header, ()),
        to=_people(header, "to", ()),
        cc=_people(header, "cc", ()),
        reply_to=_people(header, "reply-to", ()),
        date=_lenient_date(header.first("date")),
    )


def _senders(header: Header, engine: Pairs) -> tuple[Address, ...]:
    """Name the authors; where there is no From, whoever else stands for them."""
    return (
        _people(header, "from", engine)
        or _machine(header.first("from"))
        or _people(header, "sender", ())
        or _people(header, "reply-to", ())[:1]
        or _people(header, "return-path", ())[:1]
    )


def _machine(value: str) -> tuple[Address, ...]:
    """Read a sender that is no address at all, such as MAILER-DAEMON (Mail Delivery System)."""
    found = _MACHINE.fullmatch(value)
    return (_address(found[2] or "", found[1]),) if found else ()


def _people(header: Header, name: str, engine: Pairs) -> tuple[Address, ...]:
    """Take what mail-parser found in the first field, and mend: further fields, odd names, nothing found."""
    found: list[Address] = []
    for occurrence, value in enumerate(header.all(name)):
        pairs = engine if occurrence == 0 else ()
        read = [
            _address(_without_comment(pair[0], value), pair[1]) for pair in pairs[:MOST_ADDRESSES] if "@" in pair[1]
        ] or _leniently(value)
        found.extend([_with_whole_name(read[0], value)] if len(read) == 1 else read)
    return tuple(dict.fromkeys(one for one in found if len(one.email) <= LONGEST_ADDRESS))


def _with_commas(value: str) -> str:
    """Let commas stand between addresses where some program put semicolons; in a group they are its end."""
    if ";" not in value:
        return value
    marks = {found[0] for found in _QUOTED_OR_MARK.finditer(value)}
    if ":" in marks or ";" not in marks:
        return value
    return _QUOTED_OR_MARK.sub(lambda found: "," if found[0] == ";" else found[0], value)


def _with_whole_name(one: Address, value: str) -> Address:
    """Give a name its first half back, where a comma stands in it that nobody quoted: Doe, John <john@…>."""
    name, bracket, _ = value.partition("<")
    if not bracket or "," not in name or "@" in name or '"' in name:
        return one
    return _address(name.strip(), one.email)


def _address(name: str, email_address: str) -> Address:
    name = charsets.one_line(encoded_words.decode(name))
    if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    email_address = charsets.one_line(email_address)
    if not email_address.startswith('"'):  # in quotes a space is part of the address
        email_address = email_address.replace(" ", "")
    return Address("" if name == email_address else name, email_address)


def _without_comment(name: str, value: str) -> str:
    """Leave out a comment that stands beside a name, unless it is part of the quoted name."""
    if not name.endswith(")") or f'{name}"' in value:
        return name
    return _COMMENT.sub("", name).strip() or name


def _leniently(value: str) -> list[Address]:
    """Find a mailbox in a field that follows no grammar: only what is unmistakably one."""
    found = []
    for item in encoded_words.decode(_with_commas(value))[:LONGEST_SUBJECT].split(","):
        addresses = _ADDRESS.findall(item)
        if len(set(addresses)) == 1:
            name = item.partition("<")[0] if "<" in item else ""
            found.append(_address(name, addresses[0].rstrip(".")))
    return found[:MOST_ADDRESSES]


def _lenient_date(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(value[:200])
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def subject(header: Header) -> str:
    return charsets.one_line(encoded_words.decode(header.first("subject")))[:LONGEST_SUBJECT]


def message_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    """List the Message-IDs in References or the like; of too many, the first and the last ones."""
    found: dict[str, None] = {}
    for value in values:
        for each in _ID.findall(value) or _BARE_ID.findall(value) or value.split()[:1]:
            identifier = "".join(charsets.clean(each).split())
            if identifier and len(identifier) <= LONGEST_ID:
                found.setdefault(identifier)
    ids = tuple(found)
    return ids if len(ids) <= MOST_IDS else (ids[0], *ids[-(MOST_IDS - 1) :])


def return_path(header: Header) -> str | None:
    """Give the envelope sender as our server noted it; "" is the null path of a machine."""
    if not header.all("return-path"):
        return None
    value = header.first("return-path")
    found = _ADDRESS.search(value)
    return found.group() if found else ""
