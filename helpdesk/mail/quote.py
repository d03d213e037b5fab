"""The new text of an email: quote, signature and warnings folded, nothing destroyed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from helpdesk.mail import quote_html, quote_structure
from helpdesk.mail.quote_fold import FoldKind, fold
from helpdesk.mail.quote_lines import Mark, classify, is_introduction, says_who_and_when, stripped

__all__ = ["Fold", "FoldKind", "Trimmed", "new_part", "new_part_of", "new_part_of_html"]

_MAX_LINES: Final = 20_000
_MAX_CHARACTERS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Fold:
    """A stretch of the whole text that is folded away."""

    kind: FoldKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A body in two layers: what is new, and the folds that hide the rest of it."""

    whole: str = field(default="", repr=False)
    """The text that the folds point into; of HTML, its text."""
    folds: tuple[Fold, ...] = ()
    """In order, without overlap."""
    new_text: str = field(default="", repr=False)
    """What the author wrote now; "" where there is nothing but a quote, then show everything."""
    new_html: str = field(default="", repr=False)
    """The HTML without what is folded (not sanitised); "" when no HTML was given."""

    @property
    def is_folded(self) -> bool:
        return bool(self.folds)

    @property
    def has_quote(self) -> bool:
        return any(piece.kind is FoldKind.QUOTE for piece in self.folds)

    @property
    def shown(self) -> str:
        """Give what to show first: the new text, or everything if there is none."""
        return self.new_text or self.whole

    def stretches(self) -> Iterator[tuple[FoldKind | None, str]]:
        """Give the whole text in pieces, in order, with the kind of those that are folded."""
        place = 0
        for piece in self.folds:
            if piece.start > place:
                yield None, self.whole[place : piece.start]
            yield piece.kind, self.whole[piece.start : piece.end]
            place = piece.end
        if place < len(self.whole):
            yield None, self.whole[place:]


def new_part(text: str) -> Trimmed:
    """Find what is new in a plain text."""
    lines = text[:_MAX_CHARACTERS].splitlines(keepends=True)[:_MAX_LINES]
    texts = stripped(lines)
    folds = _folds(texts, [None] * len(texts))
    return _trimmed(text, lines, folds)


def new_part_of_html(html: str) -> Trimmed:
    """Find what is new in HTML: by its structure, then by the words of its lines."""
    found = quote_html.lines_of(html)
    texts = stripped(found.texts)
    folds = _folds(texts, list(found.marks), found.indented)
    lines = [f"{line}\n" if line or gap else "" for line, gap in zip(found.texts, found.gaps, strict=True)]
    trimmed = _trimmed("".join(lines), lines, folds)
    places = [place for place, kind in zip(found.places, folds, strict=True) if kind is not None]
    rest = quote_html.without(html, places) if places else html
    return Trimmed(trimmed.whole, trimmed.folds, trimmed.new_text, rest)


def new_part_of(text: str, html: str) -> Trimmed:
    """Find what is new in an email that has either or both; the HTML says more of its structure."""
    if not html:
        return new_part(text)
    if not text.strip():
        return new_part_of_html(html)
    by_words = new_part(text)
    if not by_words.is_folded and not quote_structure.may_quote(html):
        return replace(by_words, new_html=html)
    by_structure = new_part_of_html(html)
    if by_structure.has_quote and not by_words.has_quote:
        return by_structure
    return replace(by_words, new_html=by_structure.new_html)


def _folds(
    texts: list[str], marks: list[Mark | None], indented: list[tuple[int, int]] | None = None
) -> list[FoldKind | None]:
    known = classify(texts, marks)
    for first, end in indented or ():
        above = first - 1
        while above > first - 6 and above > 0 and known[above] is Mark.EMPTY:
            above -= 1
        if above < 0 or first >= end:
            continue
        if known[above] is Mark.TEXT and says_who_and_when(texts[above]):
            known[above] = Mark.ATTRIBUTION
        if known[above] is Mark.ATTRIBUTION:
            known[first:end] = [Mark.QUOTE] * (end - first)
    if _is_nothing_but_quote(texts, known):
        return [FoldKind.QUOTE] * len(known)
    return fold(texts, known)


def _is_nothing_but_quote(texts: list[str], marks: list[Mark]) -> bool:
    """Tell an introduced quote, without a word of one's own, from a text that somebody wrote with ">" before it."""
    if not set(marks) <= {Mark.QUOTE, Mark.ATTRIBUTION, Mark.EMPTY}:
        return False
    opening = [text.lstrip("> ") for text in islice(filter(None, texts), 3)]
    return any(is_introduction(" ".join(opening[:count])) for count in range(1, len(opening) + 1))


def _trimmed(whole: str, lines: list[str], folds: list[FoldKind | None]) -> Trimmed:
    pieces: list[Fold] = []
    shown: list[str] = []
    place = 0
    for line, kind in zip(lines, folds, strict=True):
        end = place + len(line)
        if kind is None:
            shown.append(line)
        elif pieces and pieces[-1].kind is kind and pieces[-1].end == place:
            pieces[-1] = Fold(kind, pieces[-1].start, end)
        else:
            pieces.append(Fold(kind, place, end))
        place = end
    if place < len(whole):
        if pieces and pieces[-1].end == place and pieces[-1].kind is FoldKind.QUOTE:
            pieces[-1] = Fold(FoldKind.QUOTE, pieces[-1].start, len(whole))
        else:
            shown.append(whole[place:])
    return Trimmed(whole, tuple(pieces), _without_blank_ends(shown))


def _without_blank_ends(lines: list[str]) -> str:
    first, end = 0, len(lines)
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    return "".join(lines[first:end]).rstrip()
