"""What is inside a winmail.dat (TNEF), where tnefparse is installed."""

import logging
import struct
from dataclasses import dataclass, field
from importlib.util import find_spec

from helpdesk.mail import charsets

MOST_FILES = 100
LARGEST = 30 * 1024 * 1024

_DAMAGED = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    NameError,
    ArithmeticError,
    struct.error,
    RecursionError,
)
"""What tnefparse raises on files that are cut off or forged."""


@dataclass(frozen=True, slots=True)
class Contents:
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


def unpack(payload: bytes) -> Contents | None:
    """Open a winmail.dat; None if it cannot be opened, and then it stays the file it is."""
    if find_spec("tnefparse") is None or len(payload) > LARGEST:
        return None
    from tnefparse import TNEF  # noqa: PLC0415 - optional, and rarely needed

    logging.getLogger("tnefparse").disabled = True
    try:
        opened = TNEF(payload, do_checksum=False)
        files = tuple((_text(each.long_filename() or each.name), bytes(each.data)) for each in opened.attachments)
        return Contents(_text(opened.body), _text(opened.htmlbody), files[:MOST_FILES])
    except _DAMAGED:
        return None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = charsets.decode(value, None).text
    return charsets.clean(str(value or "")).rstrip("\0")
