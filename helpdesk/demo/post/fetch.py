"""FETCH: what an IMAP client asks of a letter, and the letter's answer."""

import re
from collections.abc import Callable
from datetime import datetime

from helpdesk.demo.post.office import Letter
from helpdesk.demo.post.words import NotUnderstood, Word, text

_SECTION = re.compile(r"BODY(?:\.PEEK)?\[(?P<what>[^\]]*)\](?:<(?P<start>\d+)\.(?P<length>\d+)>)?", re.IGNORECASE)
_MACROS = {"FAST": ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]}
_WHOLE = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}


def items(word: Word) -> list[str]:
    """What is asked for, one word each; macros are spelled out."""
    asked = [text(one) for one in word] if isinstance(word, list) else [text(word)]
    return [item for one in asked for item in _MACROS.get(one.upper(), [one])]


def marks_as_seen(asked: list[str]) -> bool:
    return any(item.upper().startswith("BODY[") or item.upper() in {"RFC822", "RFC822.TEXT"} for item in asked)


def answer(asked: list[str], letter: Letter, raw: Callable[[], bytes]) -> bytes:
    """The parenthesised answer; the UID is always in it."""
    parts = [_item(item, letter, raw) for item in asked if item.upper() != "UID"]
    return b"(" + b" ".join([b"UID %d" % letter.uid, *parts]) + b")"


def moment(at: datetime) -> str:
    return at.strftime('"%d-%b-%Y %H:%M:%S +0000"')


def _item(item: str, letter: Letter, raw: Callable[[], bytes]) -> bytes:
    name = item.upper()
    if name == "FLAGS":
        return b"FLAGS (" + " ".join(sorted(letter.flags)).encode() + b")"
    if name == "INTERNALDATE":
        return b"INTERNALDATE " + moment(letter.arrived_at).encode()
    if name == "RFC822.SIZE":
        return b"RFC822.SIZE %d" % letter.size
    section = _SECTION.fullmatch(_WHOLE.get(name, item))
    if not section:
        raise NotUnderstood(f"the sandbox cannot fetch {name[:20]}")
    octets = _section(section["what"], raw())
    label = name if name in _WHOLE else f"BODY[{section['what']}]"
    if section["start"] is not None:
        start = int(section["start"])
        octets = octets[start : start + int(section["length"])]
        label += f"<{start}>"
    return label.encode() + b" {%d}\r\n" % len(octets) + octets


def _section(what: str, raw: bytes) -> bytes:
    name, _, fields = what.upper().partition(" ")
    head, gap, body = raw.partition(b"\r\n\r\n")
    header = head + gap
    if name == "":
        return raw
    if name == "HEADER":
        return header
    if name == "TEXT":
        return body
    if name in {"HEADER.FIELDS", "HEADER.FIELDS.NOT"}:
        named = set(fields.strip("() ").split())
        return _fields(header, named, wanted=name == "HEADER.FIELDS")
    raise NotUnderstood("the sandbox gives whole letters, headers and texts, no single parts")


def _fields(header: bytes, named: set[str], *, wanted: bool) -> bytes:
    fields = re.split(rb"(?<=\r\n)(?![ \t])", header)
    kept = [
        one for one in fields if one.strip() and (one.partition(b":")[0].decode("latin-1").upper() in named) is wanted
    ]
    return b"".join(kept) + b"\r\n"
