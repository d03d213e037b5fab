"""The lines of an HTML body, with what its structure says of them: quote, attribution, signature, earlier email."""

# ruff: noqa: RUF001 - signs and words of many languages look alike on purpose

import html as entities
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from helpdesk.mail.html_tags import BREAKS, CLOSING_OF_RAW, GAPS, NESTING, TAG, VOID
from helpdesk.mail.quote_lines import BLANK, Mark
from helpdesk.mail.quote_structure import Effect, Structure

MAX_CHARACTERS: Final = 1_000_000
MAX_LINES: Final = 20_000

_LONG_NUMBER: Final = re.compile(r"&#x?[0-9a-fA-F]{8,};?")
_LONGEST_SIGNATURE: Final = 1000


@dataclass(slots=True)
class HtmlLines:
    """Lines of text, the place of each in the HTML, and what the structure says of it."""

    texts: list[str] = field(default_factory=list)
    marks: list[Mark | None] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    gaps: list[bool] = field(default_factory=list)
    """Of an empty line, whether a reader sees one."""
    indented: list[tuple[int, int]] = field(default_factory=list)
    """Lines in a blockquote of which it is not known whether it quotes an email."""


@dataclass(slots=True)
class _Element:
    name: str
    effect: Effect
    first_line: int


def lines_of(html: str) -> HtmlLines:
    """Read HTML once from left to right; what is past the limits stays out."""
    reader = _Reader(html[:MAX_CHARACTERS])
    reader.read()
    return reader.lines


class _Reader:
    """A walk over the tags of one HTML body, line by line."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.structure = Structure(html)
        self.lines = HtmlLines()
        self.pieces: list[str] = []
        self.line_start = 0
        self.open: list[_Element] = []
        self.open_names: Counter[str] = Counter()
        self.effects = [0] * (max(Effect) + 1)
        self.line_mark: Mark | None = None
        self.is_earlier = False
        self.expects_header = False

    def read(self) -> None:
        html, place = self.html, 0
        for tag in TAG.finditer(html):
            start = tag.start()
            if start < place:
                continue
            if start > place:
                self._text(html[place:start])
            name = tag[2]
            place = self._skip_markup(tag) if name is None else self._tag(tag, name.lower())
            if len(self.lines.texts) >= MAX_LINES:
                place = len(html)
                break
        if place < len(html):
            self._text(html[place:])
        self._end_line(len(html))
        while self.open:
            self._close(self.open.pop())
        self._forget_long_signatures()

    def _text(self, text: str) -> None:
        if self.effects[Effect.PRE] and "\n" in text:
            head, *rest = text.split("\n")
            self.pieces.append(head)
            for line in rest:
                self._end_line(self.line_start, is_gap=True)
                self.pieces.append(line)
        else:
            self.pieces.append(text)

    def _skip_markup(self, tag: re.Match[str]) -> int:
        if not tag[0].startswith("<!--"):
            return tag.end()
        end = self.html.find("-->", tag.end())
        return len(self.html) if end < 0 else end + 3

    def _tag(self, tag: re.Match[str], name: str) -> int:
        """Take in one tag; give the place behind it (and behind what is never shown)."""
        end = tag.end()
        if tag[1]:
            if name in BREAKS:
                self._end_line(end, is_gap=name in GAPS)
                if name in NESTING:
                    self._end_tag(name)
            return end
        if name in CLOSING_OF_RAW:
            closing = CLOSING_OF_RAW[name].search(self.html, end)
            return len(self.html) if closing is None else closing.end()
        if name in BREAKS:
            self._end_line(end if name in VOID else tag.start(), is_gap=name in GAPS)
        attributes = tag[3]
        effect = self.structure.effect(name, attributes)
        if effect is not Effect.NONE or name in NESTING:
            self._start_tag(name, effect, is_closed=attributes.endswith("/"))
        return end

    def _start_tag(self, name: str, effect: Effect, *, is_closed: bool) -> None:
        if effect is Effect.EARLIER:
            self.is_earlier = True
        elif effect is Effect.EXPECTS_HEADER:
            self.expects_header = True
        elif effect is Effect.RULE:
            self.pieces.append("----")
        if name in NESTING:
            if not is_closed:
                self.open.append(_Element(name, effect, len(self.lines.texts)))
                self.open_names[name] += 1
                self.effects[effect] += 1
        elif effect is Effect.ATTRIBUTION:
            self.line_mark = Mark.ATTRIBUTION
        elif effect is Effect.SIGNATURE and name != "body":
            self.line_mark = Mark.SIGNATURE

    def _end_tag(self, name: str) -> None:
        if not self.open_names[name]:
            return
        while self.open:
            element = self.open.pop()
            self._close(element)
            if element.name == name:
                break

    def _close(self, element: _Element) -> None:
        self.open_names[element.name] -= 1
        self.effects[element.effect] -= 1
        if element.effect is Effect.INDENT:
            self.lines.indented.append((element.first_line, len(self.lines.texts)))
        elif element.effect is Effect.LOOSE and not self.effects[Effect.LOOSE]:
            self._settle(element.first_line)

    def _settle(self, first: int) -> None:
        """At the end of a container: with quotes in it the rest are answers, without any it is all quote."""
        marks, texts = self.lines.marks, self.lines.texts
        begins = (begin for begin, _ in reversed(self.lines.indented))
        quotes = list(takewhile(lambda begin: begin >= first, begins))
        quotes += (number for number in range(first, len(marks)) if marks[number] is Mark.QUOTE)
        if not quotes:
            for number in range(first, len(marks)):
                marks[number] = marks[number] or Mark.QUOTE
            return
        above = [number for number in range(first, min(quotes)) if texts[number].strip(BLANK)]
        if len(above) <= 4:
            for number in above:
                marks[number] = marks[number] or Mark.ATTRIBUTION

    def _end_line(self, place: int, *, is_gap: bool = False) -> None:
        """Close the line that ends here; an element's own tags belong to its lines."""
        text = "".join(self.pieces) if self.pieces else ""
        self.pieces.clear()
        if text:
            if "&" in text:
                text = entities.unescape(_LONG_NUMBER.sub("\ufffd", text))
            if not self.effects[Effect.PRE]:
                text = " ".join(text.split())
        lines = self.lines
        mark = self._mark(text)
        if not text and lines.texts and not lines.texts[-1] and mark is lines.marks[-1]:
            lines.places[-1] = (lines.places[-1][0], place)
            lines.gaps[-1] = lines.gaps[-1] or is_gap
        else:
            lines.texts.append(text)
            lines.marks.append(mark)
            lines.gaps.append(is_gap)
            lines.places.append((self.line_start, place))
        self.line_start = place
        self.line_mark = None

    def _mark(self, text: str) -> Mark | None:
        if self.expects_header and text:
            self.expects_header = False
            self.is_earlier = self.is_earlier or ":" in text[:40] or "：" in text[:40]
        if self.is_earlier:
            return Mark.EARLIER
        effects = self.effects
        if effects[Effect.QUOTE]:
            return Mark.QUOTE
        if not text or not text.strip(BLANK):
            return Mark.EMPTY
        if effects[Effect.ATTRIBUTION]:
            return Mark.ATTRIBUTION
        if effects[Effect.SIGNATURE]:
            return Mark.SIGNATURE
        return self.line_mark

    def _forget_long_signatures(self) -> None:
        """Some programs put the whole answer into the element of the signature."""
        marks, texts = self.lines.marks, self.lines.texts
        length = sum(len(text) for text, mark in zip(texts, marks, strict=True) if mark is Mark.SIGNATURE)
        if length > _LONGEST_SIGNATURE:
            for number, mark in enumerate(marks):
                if mark is Mark.SIGNATURE:
                    marks[number] = None


def without(html: str, places: list[tuple[int, int]]) -> str:
    """Leave stretches of HTML out, keeping the tags that others outside of them need."""
    kept: list[str] = []
    place = 0
    for start, end in _joined(places):
        kept.append(html[place:start])
        kept.append(_unbalanced_tags(html[start:end]))
        place = end
    kept.append(html[place:])
    return "".join(kept)


def _joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and joined[-1][1] >= start:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _unbalanced_tags(stretch: str) -> str:
    opened: list[tuple[str, str]] = []
    open_names: Counter[str] = Counter()
    closing: list[str] = []
    for tag in TAG.finditer(stretch):
        name = (tag[2] or "").lower()
        if not name or name in VOID:
            continue
        if not tag[1]:
            opened.append((name, tag[0]))
            open_names[name] += 1
        elif open_names[name]:
            while opened:
                last, _ = opened.pop()
                open_names[last] -= 1
                if last == name:
                    break
        else:
            closing.append(tag[0])
    return "".join(closing) + "".join(source for _, source in opened)
