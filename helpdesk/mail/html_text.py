"""The readable text of HTML, in linear time whatever the HTML is."""

import html
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>"']|"[^"]*+"|'[^']*+')*+)>""",
)
_BLUNT_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>")
_BLOCK = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary "
    "table tbody tfoot thead tr ul".split()
)
_PARAGRAPH = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
_UNREAD = frozenset(
    {"script", "style", "title", "noframes", "noembed", "template", "iframe", "xml", "svg", "math", "object"}
)
_RAW = frozenset({"script", "style", "title", "textarea", "xmp"})
_MARK = "\v"
"""A break between blocks."""
_GAP = "\f"
"""A break with a blank line."""
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n{3,}")


class Tag(NamedTuple):
    name: str
    is_closing: bool
    attributes: str
    start: int
    end: int


def tags(source: str) -> Iterator[Tag]:
    """Walk over tags and comments (named "!"); what stands in a script or a style sheet is passed over."""
    position = 0
    while (position := source.find("<", position)) >= 0:
        tag = _tag_at(source, position)
        if tag is None:
            if source.find(">", position) < 0:
                return
            position += 1
            continue
        yield tag
        position = tag.end
        if tag.name in _RAW and not tag.is_closing:
            closing = _closing(tag.name).search(source, position)
            position = closing.start() if closing else len(source)


@cache
def _closing(name: str) -> re.Pattern[str]:
    return re.compile(f"</{name}", re.IGNORECASE)


def _tag_at(source: str, position: int) -> Tag | None:
    if source[position + 1 : position + 2] in {"!", "?"}:
        return Tag("!", is_closing=False, attributes="", start=position, end=_after_comment(source, position))
    found = _TAG.match(source, position) or _BLUNT_TAG.match(source, position)
    return Tag(found[2].lower(), found[1] == "/", found[3], position, found.end()) if found else None


def _after_comment(source: str, position: int) -> int:
    if source.startswith("<!--", position) and not source.startswith(("<!-->", "<!--->"), position):
        end = source.find("-->", position + 4)
        return end + 3 if end >= 0 else len(source)
    end = source.find(">", position)
    return end + 1 if end >= 0 else len(source)


def text_of(source: str) -> str:
    """Give what a person reads: blocks on lines of their own, no markup, no scripts."""
    pieces: list[str] = []
    position = 0
    unread: str | None = None
    preformatted = 0
    for tag in tags(source):
        if unread is None:
            pieces.append(_readable(source[position : tag.start], preformatted=preformatted > 0))
        position = tag.end
        if unread is not None:
            unread = None if tag.is_closing and tag.name == unread else unread
        elif tag.name in _UNREAD and not tag.is_closing and not tag.attributes.endswith("/"):
            unread = tag.name
        elif tag.name == "pre":
            preformatted = max(0, preformatted + (-1 if tag.is_closing else 1))
            pieces.append(_MARK)
        else:
            pieces.append(_break(tag))
    if unread is None:
        pieces.append(_readable(source[position:], preformatted=preformatted > 0))
    return _tidy("".join(pieces))


def _readable(text: str, *, preformatted: bool) -> str:
    if not text:
        return ""
    if not preformatted:
        text = _SPACES.sub(" ", text)
    return html.unescape(text) if "&" in text else text


def _break(tag: Tag) -> str:
    if tag.name == "br":
        return "\n"
    if tag.name in {"td", "th"}:
        return " " if tag.is_closing else ""
    if tag.name in _PARAGRAPH:
        return _GAP
    return _MARK if tag.name in _BLOCK else ""


def _tidy(text: str) -> str:
    """Put every block on a line of its own, with a blank line before a paragraph or after an empty block."""
    lines: list[str] = []
    is_apart = False
    for block in text.replace(_GAP, _MARK + _GAP + _MARK).split(_MARK):
        readable = "\n".join(_line(line) for line in block.split("\n")).strip("\n")
        if not readable.strip():
            is_apart = is_apart or block == _GAP or "\n" in block
            continue
        if lines and is_apart:
            lines.append("")
        lines.append(readable)
        is_apart = False
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _line(line: str) -> str:
    line = line.rstrip(" \t")
    return line[1:] if line.startswith(" ") and not line.startswith("  ") else line
