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
_ENOUGH: Final = 8  # different words, to say that a text is in none of the known languages
_HARDLY: Final = 0.1
UNKNOWN: Final = "und"
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
    """A language for each: the commonest of all, unless a text clearly speaks another; a script by its name.

    What is long enough and has hardly a small word of any known language is of an unknown one.
    """
    words = [_words(text) for text in texts]
    hits = [_hits(found) for found in words]
    total: Counter[str] = Counter()
    for found in hits:
        if found:
            total[max(sorted(found), key=found.__getitem__)] += 1
    common = max(sorted(total), key=total.__getitem__, default="en")
    return [
        _script(text) or _language(found, common, len(said))
        for text, found, said in zip(texts, hits, words, strict=True)
    ]


def _words(text: str) -> set[str]:
    return {_APOSTROPHE.sub("", word.casefold()) for word in _WORD.findall(text[:_LOOKED_AT])}


def _hits(found: set[str]) -> Counter[str]:
    return Counter({language: len(found & stop) for language, stop in STOP_WORDS.items() if found & stop})


def _language(found: Counter[str], common: str, words: int) -> str:
    best = max(sorted(found), key=found.__getitem__, default=common)
    if words >= _ENOUGH and found[best] < _HARDLY * words:
        return UNKNOWN
    return best if found[best] >= _CLEARLY * max(1, found[common]) else common


def _script(text: str) -> str | None:
    """The script, where it is none of Latin letters."""
    letters = [letter for letter in text[:200] if letter.isalpha()]
    if not letters or sum(ord(letter) < 0x250 for letter in letters) * 2 >= len(letters):
        return None
    names = Counter(unicodedata.name(letter, "").split(" ")[0] for letter in letters if ord(letter) >= 0x250)
    name = names.most_common(1)[0][0]
    return name.lower() if name in _SCRIPTS else None
