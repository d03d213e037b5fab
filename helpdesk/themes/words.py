"""Words: cut, reduced to a stem, without those that say nothing."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from helpdesk.themes.stop_words import COURTESY, STOP_WORDS

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[|.!?;:,()]", re.UNICODE)
BREAK: Final = "|"
"""Where something was taken out, or a part of a sentence ends: no phrase reaches across."""
_BREAKS: Final = frozenset("|.!?;:,()")
_BEGINS: Final = "^"
_SENTENCE_ENDS: Final = (".", "!", "?", ":", "\n", BREAK, "•", "…", "*", "-")
_BETWEEN: Final = " \t\"'„“”»«(¿¡"
_LOOKED_BACK: Final = 4
_FEW: Final = 2
_SHORT: Final = 6  # telling words a text

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
        "pl": "ami ach ego emu owi iem om em ie ym ów ą ę y i a e o u",
    }.items()
}
_SHORTEST_STEM: Final = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A word in small letters, and its stem; a stop word says nothing alone."""

    surface: str
    stem: str
    is_stop: bool
    is_courtesy: bool = False
    written: str = ""
    """As it stands inside a sentence; nothing where it begins one, which makes any letter a capital."""


def tokens(text: str, language: str, known: dict[tuple[str, str], Token] | None = None) -> list[Token]:
    """The words of a text. With `known`, which it fills, a word that came before is not made again."""
    known = {} if known is None else known
    found = []
    for match in _WORD.finditer(text):
        word = match[0]
        if word[0].isupper() and _begins(text, match.start()):
            word = _BEGINS + word
        token = known.get((language, word))
        if token is None:
            token = known[language, word] = _token(word, language)
        found.append(token)
    return found


def _begins(text: str, place: int) -> bool:
    """Whether a word at this place begins a sentence."""
    before = text[max(0, place - _LOOKED_BACK) : place].rstrip(_BETWEEN)
    return before.endswith(_SENTENCE_ENDS) if before else place < _LOOKED_BACK


def _token(word: str, language: str) -> Token:
    written = word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    word = written.removeprefix(_BEGINS).casefold()
    if word in _BREAKS:
        return Token(word, BREAK, is_stop=True)
    bare = word.replace("'", "")
    return Token(
        sys.intern(word),
        sys.intern(stem(bare, language)),
        is_stop=bare in STOP_WORDS.get(language, frozenset()),
        is_courtesy=bare in COURTESY.get(language, frozenset()),
        written="" if written.startswith(_BEGINS) else sys.intern(written),
    )


def telling(found: Sequence[Token]) -> list[str]:
    """The stems that say what a text is about; of a text with hardly any, all its words."""
    content = [token.stem for token in found if not token.is_stop]
    if len(content) >= _FEW:
        return content
    return [token.stem for token in found if token.stem != BREAK]


def spoken(found: Sequence[Token]) -> list[str]:
    """All stems but those of courtesy."""
    return [token.stem for token in found if not token.is_courtesy and token.stem != BREAK]


def are_short(texts: Sequence[Sequence[Token]]) -> bool:
    """Questions of a line rather than letters: their small words (why, how long, not) say much of what is asked."""
    return sum(not token.is_stop for text in texts for token in text) < _SHORT * len(texts)


def small_words(texts: Sequence[Sequence[Token]]) -> set[str]:
    return {token.stem for text in texts for token in text if token.is_stop}


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
