"""The one tokeniser of the search: the same words on SQLite and PostgreSQL, in every language."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Final

from helpdesk.storage.folding import a_word, folded_word

MAX_TEXT: Final = 300_000  # characters of one message that are searchable; the rest is kept, not indexed
MAX_WORD: Final = 60
MAX_WORDS: Final = 16_000  # PostgreSQL numbers positions in a tsvector up to 16,383
_MAX_PLACES: Final = 255  # it keeps no more of one lexeme
_MAX_BYTES: Final = 1_000_000
_POSITIONS: Final = [str(at + 1) for at in range(MAX_WORDS)]

_PLAIN_WORD: Final = re.compile(r"[0-9a-z]+")  # the same where all is ASCII and in lower case
# scripts written without spaces: Han, Hiragana, Katakana (Thai, Lao and Khmer too) are indexed as pairs
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def words(text: str) -> list[str]:
    """The words of a text, folded; scripts without spaces as overlapping pairs."""
    plain = _folded_by_word(text[:MAX_TEXT])
    if plain.isascii():
        return _cut(_PLAIN_WORD.findall(plain))
    if not _UNSPACED.search(plain):
        return _cut(a_word().findall(plain))
    return list(islice(_words(plain), MAX_WORDS))


def _cut(found: list[str]) -> list[str]:
    if max(map(len, found), default=0) > MAX_WORD:
        return [word[:MAX_WORD] for word in found[:MAX_WORDS]]
    return found[:MAX_WORDS]


def _folded_by_word(text: str) -> str:
    """The same as `folded` but for its spaces: most words are plain, and others come again."""
    if text.isascii():
        return text.lower()
    return " ".join([word if word.isascii() else folded_word(word) for word in text.lower().split()])


def as_indexed(tokens: Iterable[str], dialect: str) -> str:
    """Words as the index of this database takes them: with spaces between, or as lexemes with positions."""
    if dialect == "sqlite":
        return " ".join(tokens)
    places: dict[str, list[str]] = defaultdict(list)
    for position, token in zip(_POSITIONS, tokens, strict=False):
        places[token].append(position)
    lexemes = [f"'{token}':{','.join(at[:_MAX_PLACES])}" for token, at in places.items()]
    return " ".join(lexemes if len(lexemes) * MAX_WORD * 4 < _MAX_BYTES else _as_many_as_fit(lexemes))


def _as_many_as_fit(lexemes: Iterable[str]) -> Iterator[str]:
    """A tsvector ends at a megabyte: letters of a few scripts become so many when folded that they reach it."""
    left = _MAX_BYTES
    for lexeme in lexemes:
        left -= len(lexeme.encode())
        if left < 0:
            return
        yield lexeme


def _words(plain: str) -> Iterator[str]:
    for run in a_word().findall(plain):
        at = 0
        for match in _UNSPACED.finditer(run):
            if match.start() > at:
                yield run[at : match.start()][:MAX_WORD]
            yield from _pairs(match.group())
            at = match.end()
        if at < len(run):
            yield run[at:][:MAX_WORD]


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for first, second in pairwise(run):
        yield first + second
