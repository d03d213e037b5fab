"""Words: cut, reduced to a stem, without those that say nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from helpdesk.themes.stop_words import STOP_WORDS

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|\|", re.UNICODE)
BREAK: Final = "|"
"""Where something was taken out: no phrase reaches across."""
_FEW: Final = 2

# the commonest endings, longest first, and what stands there instead; a light stemmer keeps more apart than it joins
_ENDINGS: Final = {
    language: tuple((ending, instead) for ending, _, instead in (one.partition(":") for one in endings.split()))
    for language, endings in {
        "en": "ations ation ings ing ies:y ied:y edly ed ers er ly es s",
        "de": "ungen:ung erin ern em en er es e n s",
        "fr": "ements ement ées ée és er ez es é e s",
        "es": "aciones:ación ados:ado adas:ado ada:ado es os as ar o a s",
        "it": "azioni:azione are ere ire i e o a",
        "nl": "ingen:ing en e s",
        "pt": "ações:ação ados:ado adas:ado ada:ado es os as ar o a s",
    }.items()
}
_SHORTEST_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it was written, in small letters, and its stem; a stop word has none."""

    surface: str
    stem: str
    is_stop: bool


def tokens(text: str, language: str) -> list[Token]:
    stop = STOP_WORDS.get(language, frozenset())
    found = []
    for match in _WORD.finditer(text.casefold()):
        word = match[0].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        bare = word.replace("'", "")
        found.append(Token(word, BREAK if word == BREAK else stem(bare, language), bare in stop or word == BREAK))
    return found


def telling(found: Sequence[Token]) -> list[str]:
    """The stems that say what a text is about; of a text with hardly any, all its words."""
    content = [token.stem for token in found if not token.is_stop]
    if len(content) >= _FEW:
        return content
    return [token.stem for token in found if token.stem != BREAK]


def pairs(stems: Sequence[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(stems)]


def stem(word: str, language: str) -> str:
    for ending, instead in _ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM and not word.endswith("ss"):
            word = word[: len(word) - len(ending)] + instead
            break
    if language == "en" and len(word) > _SHORTEST_STEM:
        if word[-1] == word[-2] and word[-1] not in "lsz":
            word = word[:-1]
        if len(word) > _SHORTEST_STEM and word.endswith("e"):
            word = word[:-1]
    return word
