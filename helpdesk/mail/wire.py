"""The bytes of an email of ours: what the standard library's generator writes, in a third of its time.

It writes a body line by line and asks for every header anew; here a body is written at once, and headers that recur
in email after email are folded once. A test compares the two.
"""

import hashlib
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.policy import Policy
from functools import lru_cache
from itertools import count
from typing import Any, Final

# the same in email after email, boundaries apart
_RECURRING: Final = frozenset({"from", "mime-version", "content-type", "content-transfer-encoding"})
_LONGEST: Final = 78 + 2
_LINES: Final = re.compile(r"\r\n|\r|\n")


def written(message: EmailMessage, seed: str) -> bytes:
    """Written twice with one seed it is the same: boundaries are made from that, not from chance."""
    return b"".join(_part(message, seed, count()))


def _part(part: MIMEPart, seed: str, numbers: Iterator[int]) -> Iterator[bytes]:
    number = next(numbers)
    if not part.is_multipart():
        yield from (_folded(part.policy, name, value) for name, value in part.raw_items())
        yield b"\r\n"
        yield _LINES.sub("\r\n", str(part.get_payload() or "")).encode("ascii", "surrogateescape")
        return
    # “=_” cannot occur in an encoded body
    boundary = b"=_" + hashlib.sha256(f"{number} {seed}".encode()).hexdigest()[:32].encode()
    for name, value in part.raw_items():
        folded = _folded(part.policy, name, value)
        yield _with_boundary(folded, boundary) if name.lower() == "content-type" else folded
    yield b"\r\n"
    for inner in part.iter_parts():
        yield b"--" + boundary + b"\r\n"
        yield from _part(inner, seed, numbers)
        yield b"\r\n"
    yield b"--" + boundary + b"--\r\n"


def _with_boundary(content_type: bytes, boundary: bytes) -> bytes:
    line, parameter = content_type.rstrip() + b";", b' boundary="' + boundary + b'"\r\n'
    return line + parameter if len(line + parameter) <= _LONGEST else line + b"\r\n" + parameter


def _folded(policy: "Policy[Any]", name: str, value: str) -> bytes:
    if name.lower() in _RECURRING and type(value) is not str:
        return _folded_once(policy, name, value)
    return policy.fold_binary(name, value)


@lru_cache(maxsize=256)
def _folded_once(policy: "Policy[Any]", name: str, value: str) -> bytes:
    return policy.fold_binary(name, value)
