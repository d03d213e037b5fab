"""Encoded words in headers (RFC 2047), as senders really write them."""

import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from helpdesk.mail import charsets

# charset, optional language, B or Q, text (spaces are wrong but common), and an end that may be cut off
_WORD = re.compile(r"=\?([\w.:+-]{1,60})(?:\*[\w-]*)?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)?)(?:\?=|$)", re.ASCII)
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode(value: str) -> str:
    """Decode every encoded word; what is none stays as it is."""
    if "=?" not in value:
        return value
    pieces: list[str] = []
    for charset, words in groupby(_pieces(value), key=lambda piece: piece[0]):
        if charset is None:
            pieces.extend(text for _, text in words if isinstance(text, str))
        else:  # neighbours of one charset are one text: a letter may be cut in two between them
            joined = b"".join(word for _, word in words if isinstance(word, bytes))
            pieces.append(charsets.decode(joined, charset).text)
    return "".join(pieces)


def _pieces(value: str) -> Iterator[tuple[str | None, str | bytes]]:
    end = 0
    after_word = False
    for found in _WORD.finditer(value):
        between = value[end : found.start()]
        if between and not (after_word and between.isspace()):
            yield None, between
        yield found[1].lower(), _bytes(found[1], found[2], found[3])
        end, after_word = found.end(), True
    if end < len(value):
        yield None, value[end:]


def _bytes(charset: str, encoding: str, text: str) -> bytes:
    # Letters that stand in it unencoded have been decoded with the rest of the header: undo that.
    raw = text.encode("ascii" if text.isascii() else charsets.known(charset) or "utf-8", "replace")
    if encoding in "bB":
        return base64(raw)
    return binascii.a2b_qp(raw.replace(b"\r", b"").replace(b"\n", b""), header=True)


def base64(raw: bytes) -> bytes:
    """Decode base64, with whatever was mixed into it; what does not fill a byte at the end is left out."""
    packed = raw.translate(None, b" \t\r\n")
    letters = packed.rstrip(b"=")
    if len(packed) % 4 == 0 and len(packed) - len(letters) <= 2 and not letters.translate(None, _BASE64):
        return binascii.a2b_base64(packed)
    # Several encoded pieces may stand one after the other, each with its own padding.
    return b"".join(_piece(each) for each in raw.split(b"="))


def _piece(raw: bytes) -> bytes:
    letters = _NOT_BASE64.sub(b"", raw)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
