"""The standard library's tree of an email, several times as fast where the email follows the rules.

`email.feedparser` looks at every line several times. What is regular is split at its boundaries instead; whatever is
not goes to the standard library as it came, so that the tree is always the one that it makes.
"""

import email
import re
from contextlib import suppress
from email.message import Message
from email.policy import compat32
from typing import Final

from helpdesk.mail.source import inner_of

DEEPEST: Final = 20
_FIELD: Final = re.compile(r"([!-9;-~]+:[^\n]*+\n)((?:[ \t][^\n]*+\n)*+)")
_HEADER_END: Final = re.compile(r"\n\r?\n")
_AFTER_BOUNDARY: Final = re.compile(r"(--)?[ \t]*\r?(?:\n|\Z)")
_BLANK: Final = ("\n", "\r\n")
_UNENCODED: Final = {"7bit", "8bit", "binary"}


class _Irregular(Exception):
    """Something here is not as it should be: the standard library knows what it makes of that."""


def message_of(raw: bytes) -> Message:
    """The tree of an email, as `email.message_from_bytes` makes it."""
    text = raw.decode("ascii", "surrogateescape")
    if text.count("\r") == text.count("\r\n"):  # a lone CR ends a line too
        with suppress(_Irregular):
            return _part(text, 0)
    return email.message_from_bytes(raw)


def _part(text: str, depth: int) -> Message:
    message = Message()
    body = _read_header(message, text)
    kinds = [value.lower() for name, value in message.raw_items() if name.lower() == "content-type"]
    if any("multipart" in kind or "message" in kind for kind in kinds) and message.get_content_maintype() != "text":
        _read_parts(message, body, depth)
    else:
        message.set_payload(body)
    return message


def _read_header(message: Message, text: str) -> str:
    """Read the fields, and give what comes below them."""
    for blank in _BLANK:
        if text.startswith(blank):
            return text[len(blank) :]
    found = _HEADER_END.search(text)
    if found is None:
        raise _Irregular
    place, end = 0, found.start() + 1
    while place < end:
        field = _FIELD.match(text, place, end)
        if field is None:
            raise _Irregular
        message.set_raw(*compat32.header_source_parse([field[1], field[2]] if field[2] else [field[1]]))
        place = field.end()
    return text[found.end() :]


def _read_parts(message: Message, body: str, depth: int) -> None:
    if message.get_content_maintype() != "multipart":
        if message.get_content_maintype() == "message":
            raise _Irregular
        message.set_payload(body)
        return
    boundary = message.get_boundary()
    encoding = str(message.get("content-transfer-encoding", "8bit")).lower()
    if not boundary or encoding not in _UNENCODED or depth >= DEEPEST:
        raise _Irregular
    if message.get_content_type() == "multipart/digest":
        raise _Irregular
    preamble, parts, message.epilogue = _split(body, f"--{boundary}")
    message.preamble = _without_line_end(preamble) if preamble else None
    for text in parts:
        message.attach(_ended(_part(text, depth + 1)))


def _split(body: str, fence: str) -> tuple[str, list[str], str]:
    """What stands before the first boundary, between two of them, and below the last."""
    pieces: list[str] = []
    start, place = 0, body.find(fence)
    while place >= 0:
        after = _AFTER_BOUNDARY.match(body, place + len(fence))
        if after is None or (place and body[place - 1] != "\n"):
            place = body.find(fence, place + 1)
            continue
        if pieces and start == place:
            raise _Irregular  # one boundary right below the other
        pieces.append(body[start:place])
        start = after.end()
        if after[1]:
            break
        place = body.find(fence, start)
    if place < 0 or len(pieces) < 2:
        raise _Irregular
    return pieces[0], pieces[1:], body[start:]


def _ended(part: Message) -> Message:
    """The line end before a boundary belongs to the boundary."""
    if part.is_multipart():
        part.epilogue = _without_line_end(part.epilogue) if part.epilogue else None
    else:
        part.set_payload(_without_line_end(str(inner_of(part))))
    return part


def _without_line_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
