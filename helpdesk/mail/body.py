"""Which parts are the letter and which are files, and how the letter reads."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from helpdesk.mail import charsets, enriched, flowed, html_text, uuencode
from helpdesk.mail.tree import Node

_META_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_OTHER_VIEWS = frozenset({"text/x-amp-html", "text/watch-html"})
_NO_LETTERS = frozenset({"text/calendar", "text/rtf"})
"""Texts that nobody reads as they are."""


@dataclass(slots=True)
class Segment:
    """A stretch of the letter, as plain text, as HTML, or as both."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Letter:
    segments: list[Segment] = field(default_factory=list)
    files: list[Node] = field(default_factory=list)
    embedded: list[uuencode.EncodedFile] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    """Texts as they came, where files were taken out of them."""
    defects: dict[str, None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Read it as a person would: plain text where there is one, else the text of the HTML."""
        return _joined(
            each.text if each.text is not None else html_text.text_of(each.html or "") for each in self.segments
        )

    @property
    def has_text(self) -> bool:
        """Whether the sender wrote plain text, alone or beside HTML."""
        return any(each.text is not None for each in self.segments)

    @property
    def html(self) -> str:
        """The whole letter as HTML; "" if no part of it is."""
        if not any(each.html for each in self.segments):
            return ""
        return "<hr>".join(each.html or _as_html(each.text or "") for each in self.segments if each.html or each.text)


def letter_of(root: Node) -> Letter:
    letter = Letter()
    letter.segments = list(_segments(root, letter, is_alone=True))
    return letter


def _segments(node: Node, letter: Letter, *, is_alone: bool = False) -> Iterator[Segment]:
    if node.is_container:
        inner = _inner(node, letter)
        yield from _alternatives(inner) if node.media_type == "multipart/alternative" else inner
    elif is_text(node, is_alone=is_alone):
        segment = _read(node, letter)
        if segment is not None:
            yield segment
    elif node.media_type not in _OTHER_VIEWS:
        letter.files.append(node)


def _inner(node: Node, letter: Letter) -> list[Segment]:
    """Read the parts in order. In a multipart/related the first HTML is the page: more of it are its files.

    A later part that does not say what it is reads as text, and is offered as a file too: it may be either.
    """
    segments: list[Segment] = []
    for child in _chosen(node):
        has_page = node.media_type == "multipart/related" and any(each.html for each in segments)
        if has_page and child.media_type == "text/html":
            letter.files.append(child)
            continue
        segments += _segments(child, letter)
        if _may_be_a_file(child, node):
            letter.files.append(child)
    return segments


def _chosen(node: Node) -> list[Node]:
    """The parts to be read; of alternatives not the one with commands in it, where there is a plainer one."""
    kinds = {child.media_type for child in node.children}
    if node.media_type != "multipart/alternative" or not kinds & {"text/plain", "text/html"}:
        return node.children
    return [child for child in node.children if child.media_type not in enriched.KINDS]


def _may_be_a_file(node: Node, within: Node) -> bool:
    is_later = within.media_type == "multipart/mixed" and node is not within.children[0]
    return is_later and not node.says_type and is_text(node) and bool(node.header.first("content-transfer-encoding"))


def _alternatives(inner: list[Segment]) -> Iterator[Segment]:
    texts = [each.text for each in inner if each.text is not None]
    htmls = [each.html for each in inner if each.html is not None]
    text = _joined(texts) if any(each.strip() for each in texts) else None
    if text is None and not htmls:
        return
    yield Segment(text=text, html="<hr>".join(htmls) if htmls else None)


def is_text(node: Node, *, is_alone: bool = False) -> bool:
    """Whether it is a piece of the letter rather than a file."""
    if node.media_type not in {"text/plain", "text/html"} | enriched.KINDS:
        is_a_text = node.media_type.startswith("text/") and node.media_type not in _NO_LETTERS
        return is_alone and is_a_text and not node.name
    if node.disposition == "attachment":
        return False
    return is_alone or not node.name


def _read(node: Node, letter: Letter) -> Segment | None:
    text = text_of(node, letter)
    if node.media_type == "text/html":
        return Segment(html=text)
    rest, files = uuencode.files(text)
    if files:
        letter.embedded.extend(files)
        letter.unopened.append(text)
    return Segment(text=rest)


def text_of(node: Node, letter: Letter | None = None) -> str:
    """Give a text part as text, decoded once: charset, line ends, soft line breaks."""
    if node.text is None:
        node.text = _decoded(node, letter)
    return node.text


def _decoded(node: Node, letter: Letter | None) -> str:
    payload = node.payload()
    charset = node.charset
    if node.media_type == "text/html" and charsets.known(charset) is None:
        found = _META_CHARSET.search(payload[:4096])
        charset = found[1].decode("ascii", "ignore") if found else charset
    decoded = charsets.decode(payload, charset)
    if decoded.is_guess and letter is not None:
        letter.defects["its character set is missing or wrong: it was guessed"] = None
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if node.media_type == "text/plain" and node.parameters.get("format", "").lower() == "flowed":
        text = flowed.unfold(text, delsp=node.parameters.get("delsp", "").lower() == "yes")
    if node.media_type in enriched.KINDS:
        text = enriched.text_of(text, node.media_type)
    return text


def _joined(texts: Iterator[str] | list[str]) -> str:
    return "\n\n".join(stripped for text in texts if (stripped := text.strip("\n")).strip())


def _as_html(text: str) -> str:
    return f"<div>{html.escape(text, quote=False).replace(chr(10), '<br>')}</div>"
