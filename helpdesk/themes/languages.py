"""Which language a message is written in, as far as its small words tell."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from helpdesk.themes.stop_words import STOP_WORDS

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_APOSTROPHE: Final = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]")
_LOOKED_AT: Final = 2_000
_CLEARLY: Final = 2
_SCRIPTS: Final = (
    "CYRILLIC",
    "GREEK",
    "ARABIC",
    "HEBREW",
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "THAI",
    "DEVANAGARI",
)


def languages(texts: Sequence[str]) -> list[str]:
    """A language for each: the commonest of all, unless a text clearly speaks another; a script by its name."""
    hits = [_hits(text) for text in texts]
    total: Counter[str] = Counter()
    for found in hits:
        if found:
            total[max(sorted(found), key=found.__getitem__)] += 1
    common = max(sorted(total), key=total.__getitem__, default="en")
    return [_script(text) or _language(found, common) for text, found in zip(texts, hits, strict=True)]


def _hits(text: str) -> Counter[str]:
    found = {_APOSTROPHE.sub("", word.casefold()) for word in _WORD.findall(text[:_LOOKED_AT])}
    return Counter({language: len(found & stop) for language, stop in STOP_WORDS.items() if found & stop})


def _language(found: Counter[str], common: str) -> str:
    best = max(sorted(found), key=found.__getitem__, default=common)
    return best if found[best] >= _CLEARLY * max(1, found[common]) else common


def _script(text: str) -> str | None:
    """The script, where it is none of Latin letters."""
    letters = [letter for letter in text[:200] if letter.isalpha()]
    if not letters or sum(ord(letter) < 0x250 for letter in letters) * 2 >= len(letters):
        return None
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters if ord(letter) >= 0x250)
    name = names.most_common(1)[0][0]
    return name.lower() if name in _SCRIPTS else None
