"""How letters are compared: without case, accents and ways of writing, and no further than readers would go.

What is folded is what people leave out or type otherwise: `soren` is `Søren`, `strasse` is `Straße`, wide letters
are letters. What makes another word stays: the voicing marks of Japanese (`ベル` is no `ヘル`), the tones of Thai,
the vowels of Indian scripts.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

_REMEMBERED: Final = 60  # longer words come but once
_VOICING: Final = "\u3099\u309a"
_VOICED: Final = re.compile(f"(.?)([{_VOICING}])", re.DOTALL)
# by their combining class: letters of their own, voicing, what joins two consonants, vowels and tones
_PART_OF_A_WORD: Final = frozenset({0, 8, 9, 103, 107, 118, 122, 129, 130, 132})
# letters that Unicode takes apart no further, as those write them who have not got them
_LETTERS: Final = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n", "þ": "th",  # noqa: RUF001
    "ŧ": "t", "ĸ": "q", "ƀ": "b", "ɓ": "b", "ƈ": "c", "ȼ": "c", "ɖ": "d", "ɗ": "d", "ɇ": "e", "ƒ": "f", "ǥ": "g",
    "ɠ": "g", "ɨ": "i", "ɉ": "j", "ƙ": "k", "ƚ": "l", "ɫ": "l", "ⱡ": "l", "ɲ": "n", "ƞ": "n", "ƥ": "p", "ɍ": "r",
    "ⱦ": "t", "ƭ": "t", "ʈ": "t", "ʉ": "u", "ʋ": "v", "ƴ": "y", "ɏ": "y", "ƶ": "z", "ȥ": "z", "ⱥ": "a",  # noqa: RUF001
    "ی": "ي", "ى": "ي", "ک": "ك", "ʻ": "'", "ʼ": "'",  # noqa: RUF001
}  # fmt: skip
_ODD: Final = re.compile(f"[{''.join(_LETTERS)}]")
_TRANSLATED: Final = str.maketrans(_LETTERS)
# soft hyphens, joiners and directions, a stretched line, and which shape of a sign is meant
_IN_THE_WAY: Final = "\u00ad\u034f\u0640\u200c-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_FURTHER_IN_THE_WAY: Final = range(0xE0100, 0xE01F0)


def folded(text: str) -> str:
    """Text as it is compared."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text.casefold()).casefold()  # again: bold signs become capital letters
    plain = _without_accents(small)
    if _ODD.search(plain):
        plain = plain.translate(_TRANSLATED)
    return _VOICED.sub(_composed, plain) if any(mark in plain for mark in _VOICING) else plain


def folded_word(word: str) -> str:
    """The same of a word, most of which come again and again."""
    return _remembered(word) if len(word) <= _REMEMBERED else folded(word)


_remembered = lru_cache(maxsize=10_000)(folded)


@cache
def a_word() -> re.Pattern[str]:
    """A word of a folded text: letters and digits, with the marks that are part of it."""
    marks = "".join(mark for mark in _marks() if not _is_accent(mark))
    return re.compile(rf"[^\W_]+(?:[{marks}]+[^\W_]*)*")


def _without_accents(decomposed: str) -> str:
    if len(decomposed.encode("utf-16-le", "surrogatepass")) == 2 * len(decomposed):  # all of the first plane
        return _dropped().sub("", decomposed)
    kept = (sign for sign in decomposed if not _is_accent(sign) and ord(sign) not in _FURTHER_IN_THE_WAY)
    return _dropped().sub("", "".join(kept))


@cache
def _dropped() -> re.Pattern[str]:
    """All that is dropped of Unicode's first plane: further signs would make the pattern slow."""
    return re.compile(f"[{''.join(filter(_is_accent, _marks()))}{_IN_THE_WAY}]+")


@cache
def _marks() -> list[str]:
    return [sign for sign in map(chr, range(0x300, 0x10000)) if unicodedata.category(sign).startswith("M")]


def _is_accent(sign: str) -> bool:
    return unicodedata.combining(sign) not in _PART_OF_A_WORD or unicodedata.category(sign) == "Me"


def _composed(found: re.Match[str]) -> str:
    """A voiced kana; where the mark makes none, it is an accent."""
    whole = unicodedata.normalize("NFC", found[0])
    return whole if len(whole) == 1 and found[1] else found[1]
