"""Files that stand uuencoded in the middle of a text."""

import binascii
import re
from dataclasses import dataclass, field

_BLOCK = re.compile(
    r"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n((?:[\x20-\x60][^\r\n]{0,86}\r?\n)++)(?:`?\r?\n)?end[ \t]*\r?$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class EncodedFile:
    name: str = field(repr=False)
    payload: bytes = field(repr=False)


def files(text: str) -> tuple[str, list[EncodedFile]]:
    """Take the uuencoded files out of a text: what remains, and the files."""
    if "begin " not in text:
        return text, []
    found: list[EncodedFile] = []

    def take(block: re.Match[str]) -> str:
        payload = _decoded(block[2])
        if payload is None:
            return block[0]
        found.append(EncodedFile(block[1].strip(), payload))
        return ""

    return _BLOCK.sub(take, text), found


def _decoded(lines: str) -> bytes | None:
    pieces = []
    if not lines.isascii():
        return None
    for line in lines.splitlines():
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders count the last bytes wrongly: cut the line to what its length says.
            length = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
            try:
                pieces.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return None
    return b"".join(pieces)
