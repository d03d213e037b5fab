"""What text/enriched says (RFC 1896), and text/richtext before it (RFC 1341): without the commands in it."""

import re
from typing import Final

KINDS: Final = frozenset({"text/enriched", "text/richtext"})

_COMMAND: Final = re.compile(r"<(/?)([A-Za-z0-9-]{1,60})>|<<")
_LINE_ENDS: Final = re.compile(r"\n+")
_BREAKS: Final = {"nl": "\n", "np": "\n\n", "paragraph": "\n\n"}


def text_of(source: str, media_type: str) -> str:
    """Leave the commands out, and join lines that were only broken for the way."""
    is_old = media_type == "text/richtext"
    pieces: list[str] = []
    unread = kept = 0
    place = 0
    for found in _COMMAND.finditer(source):
        pieces.append(_joined(source[place : found.start()], unread=unread, kept=kept, is_old=is_old))
        place, step, name = found.end(), -1 if found[1] else 1, (found[2] or "<").lower()
        if name in {"param", "comment"}:
            unread = max(0, unread + step)
        elif name == "nofill":
            kept = max(0, kept + step)
        elif not unread:
            pieces.append(_said_by(name, is_old=is_old) if step > 0 or name == "paragraph" else "")
    pieces.append(_joined(source[place:], unread=unread, kept=kept, is_old=is_old))
    return "".join(pieces)


def _said_by(name: str, *, is_old: bool) -> str:
    if name == "<" or (is_old and name == "lt"):
        return "<"
    return _BREAKS.get(name, "") if is_old else ""


def _joined(text: str, *, unread: int, kept: int, is_old: bool) -> str:
    """A line end alone is a space, and of several one is; in the older form each of them is a space."""
    if unread:
        return ""
    if kept or "\n" not in text:
        return text
    if is_old:
        return text.replace("\n", " ")
    return _LINE_ENDS.sub(lambda found: "\n" * (len(found[0]) - 1) or " ", text)
