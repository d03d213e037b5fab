"""Does somebody ask for their rights over their data? A flag for the DPO: precise rather than eager."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain
from typing import Final

from helpdesk.mail import privacy_request_words as words
from helpdesk.mail.privacy_request_words import NOT_A_REQUEST, WHAT_IF


class RequestKind(StrEnum):
    """A right of the GDPR, chapter III."""

    ERASURE = "erasure"
    ACCESS = "access"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    RECTIFICATION = "rectification"


_WORDS: Final = {
    RequestKind.ERASURE: (words.ERASURE_STEMS, words.ERASURE),
    RequestKind.ACCESS: (words.ACCESS_STEMS, words.ACCESS),
    RequestKind.PORTABILITY: (words.PORTABILITY_STEMS, words.PORTABILITY),
    RequestKind.OBJECTION: (words.OBJECTION_STEMS, words.OBJECTION),
    RequestKind.RECTIFICATION: (words.RECTIFICATION_STEMS, words.RECTIFICATION),
}
_REQUESTS: Final = {
    kind: (stems, re.compile(request, re.IGNORECASE | re.VERBOSE)) for kind, (stems, request) in _WORDS.items()
}
_STEMS: Final = sorted({stem for stems, _ in _REQUESTS.values() for stem in stems})
_LONGEST: Final = 8_000
"""Who asks for a right does so in the first pages."""
_AROUND: Final = 240
_CONTEXT: Final = 40
Stems = tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]


def _sorted(stems: Iterable[str]) -> Stems:
    """Those of one word, and those of several with their words."""
    single, several = [], []
    for stem in stems:
        words_of_it = tuple(stem.split())
        if len(words_of_it) == 1:
            single.append(stem)
        else:
            several.append((stem, words_of_it))
    return tuple(single), tuple(several)


_ALL_STEMS: Final = _sorted(_STEMS)
_PLAIN_STEMS: Final = _sorted(filter(str.isascii, _STEMS))
_SENTENCE_END: Final = re.compile(r"[.!?](?:\s|$)")


def requests_in(text: str, *, subject: str = "") -> tuple[RequestKind, ...]:
    """Give the requests that a letter makes, in the order of the kinds; give it the new text, not the quote."""
    looked_at = (subject[:300], text[:_LONGEST])
    occurring = _occurring(looked_at)
    if not occurring:
        return ()
    said = ". ".join(" ".join(each.split()) for each in looked_at if each.strip())
    lowered = said.lower()
    return tuple(
        kind
        for kind, (stems, _) in _REQUESTS.items()
        if (there := [stem for stem in stems if stem in occurring]) and _asks(said, kind, _windows(lowered, there))
    )


def request_in(text: str, *, subject: str = "") -> RequestKind | None:
    """Give the weightiest request of a letter, or None."""
    return next(iter(requests_in(text, subject=subject)), None)


def _occurring(texts: Iterable[str]) -> set[str]:
    """Say which stems may occur: they are looked for among the different words, which are fewer than the words."""
    different = " ".join({word for text in texts for word in text.lower().split()})
    single, several = _PLAIN_STEMS if different.isascii() else _ALL_STEMS
    found = {stem for stem in single if stem in different}
    found.update(stem for stem, words_of_it in several if all(word in different for word in words_of_it))
    return found


def _windows(lowered: str, stems: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the stretches around the words without which there is no request: only they are read closely."""
    places = sorted(place for stem in stems for place in _places(lowered, stem))
    start = end = 0
    for place in places:
        if place > end:
            if end:
                yield start, end
            start = max(0, place - _AROUND)
        end = place + _AROUND
    if end:
        yield start, end


def _places(lowered: str, stem: str) -> Iterator[int]:
    place = lowered.find(stem)
    while place >= 0:
        yield place
        place = lowered.find(stem, place + _AROUND // 2)


def _asks(said: str, kind: RequestKind, windows: Iterable[tuple[int, int]]) -> bool:
    request = _REQUESTS[kind][1]
    for found in chain.from_iterable(request.finditer(said, start, end) for start, end in windows):
        before = said[max(0, found.start() - _CONTEXT) : found.start()]
        if NOT_A_REQUEST.search(before) is None and not (kind is RequestKind.ERASURE and _asks_what_if(said, found)):
            return True
    return False


def _asks_what_if(said: str, found: re.Match[str]) -> bool:
    """Look at the rest of its sentence: "Will you delete my data if I cancel?"."""
    rest = said[found.end() : found.end() + 160]
    end = _SENTENCE_END.search(rest)
    return WHAT_IF.search(rest[: end.end()] if end else rest) is not None
