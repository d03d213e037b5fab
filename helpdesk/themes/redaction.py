"""What points at one person is taken out before anything looks at the words."""

import re
from collections.abc import Collection
from typing import Final

_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:https?|ftp)://\S+|\bwww\.\S+",
        r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+",
        r"\b[a-z]{2}\d{2}[ -]?[a-z0-9]{4}(?:[ -]?\d{1,4}){2,8}\b",  # IBAN
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b",  # addresses of machines
        r"(?<!\w)(?:\+|\(?0)?\d(?:[\s()./-]{0,2}\d){5,}(?!\w)",  # telephone, card and account numbers
        r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{5,}\b",  # order numbers and other ids: letters and digits mixed
        r"#\S+|\b\d[\d.,:/-]*\b",
    )
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def redacted(text: str, names: Collection[str] = frozenset()) -> str:
    """The text without addresses, numbers, ids and links, and without these names (in lower case)."""
    for pattern in _PATTERNS:
        text = pattern.sub(" | ", text)
    if not names:
        return text
    return _WORD.sub(lambda found: " | " if found[0].casefold() in names else found[0], text)
