"""Parameters of Content-Type and Content-Disposition (RFC 2045, 2231), as senders really write them."""

import re
from urllib.parse import unquote_to_bytes

from helpdesk.mail import charsets, encoded_words

MOST = 100
"""So many parameters of one header are looked at."""
LONGEST = 64 * 1024

_PARAMETER = re.compile(r';\s*([^\s=;"]{1,200})\s*=\s*("(?:[^"\\]|\\.)*+"|[^;]*)', re.DOTALL)
_CONTINUED = re.compile(r"([^*]+)(?:\*([0-9]{1,4}))?(\*)?", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def split(value: str) -> tuple[str, dict[str, str]]:
    """Split `text/plain; charset=utf-8` into the value in lower case and its decoded parameters."""
    main, _, _ = value.partition(";")
    chunks: dict[str, dict[int, tuple[str, bool]]] = {}
    for number, found in enumerate(_PARAMETER.finditer(value[:LONGEST])):
        if number >= MOST:
            break
        name = _CONTINUED.fullmatch(found[1])
        if name is None:
            continue
        order = int(name[2]) if name[2] else -1
        # A parameter said twice counts as said first.
        chunks.setdefault(name[1].lower(), {}).setdefault(order, (_unquoted(found[2]), bool(name[3])))
    return main.strip().lower(), {name: _joined(said) for name, said in chunks.items()}


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == '"' and value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value.strip('"')


def _joined(said: dict[int, tuple[str, bool]]) -> str:
    if -1 in said and not said[-1][1] and len(said) == 1:
        return charsets.one_line(encoded_words.decode(charsets.from_header(said[-1][0])))
    orders = [-1] if -1 in said and said[-1][1] else sorted(order for order in said if order >= 0) or [-1]
    charset: str | None = None
    pieces: list[bytes] = []
    for place, order in enumerate(orders):
        text, is_encoded = said[order]
        if place == 0 and is_encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "surrogateescape")
        pieces.append(unquote_to_bytes(raw) if is_encoded else raw)
    text = charsets.decode(b"".join(pieces), charset or "utf-8").text
    return charsets.one_line(encoded_words.decode(text))
