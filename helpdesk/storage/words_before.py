"""The words as indexes had them until letters were folded as `folding` does: what is not made anew has them still.

The words of the audit trail keep that form for good.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from helpdesk.storage.words import MAX_TEXT, MAX_WORD, MAX_WORDS

_WORD: Final = re.compile(r"[^\W_]+")
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


def words_before(text: str) -> list[str]:
    """The words of a text without any marks, scripts without spaces as overlapping pairs."""
    small = unicodedata.normalize("NFKD", text[:MAX_TEXT].casefold()).casefold()
    plain = "".join(sign for sign in small if not unicodedata.combining(sign))
    return list(islice(_words(plain), MAX_WORDS))


def _words(plain: str) -> Iterator[str]:
    for run in _WORD.findall(plain):
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
