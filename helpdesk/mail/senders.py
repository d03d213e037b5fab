"""Whom the head of an email names as its writer: looked at as bytes, whatever else is wrong with it."""

import re
from typing import Final

_FOLDED: Final = re.compile(rb"\r?\n[ \t]+")
_WRITER: Final = re.compile(rb"^(?:from|sender|reply-to)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_ADDRESS: Final = re.compile(r"[^\s<>()\",;:\[\]]+@[^\s<>()\",;:\[\]]+")


def writers_of(raw: bytes) -> set[str]:
    """Every address in From, Sender and Reply-To, in lower case."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    lines = _WRITER.findall(_FOLDED.sub(b" ", head))
    return {found.lower() for line in lines for found in _ADDRESS.findall(line.decode("utf-8", "replace"))}
