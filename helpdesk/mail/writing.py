"""What agents write in the editor: HTML made clean before it is kept or sent, and its plain text."""

import html as markup
import re
from collections.abc import Mapping, Sequence
from typing import Final

import nh3

from helpdesk.mail.html_text import text_of

LONGEST: Final = 500_000  # signs, of text or of HTML

_TAGS: Final = frozenset("a b blockquote br code div em h2 h3 hr i img li ol p pre s span strong u ul".split())
_ATTRIBUTES: Final = {"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}, "*": {"dir"}}
_GONE: Final = frozenset({"script", "style", "title", "template", "svg", "math", "iframe", "object", "noscript"})
_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_OWN_PICTURE: Final = re.compile(r"/drafts/files/[0-9]{1,15}")
_SHOWN: Final = re.compile(r'"/drafts/files/([0-9]{1,15})"')
_SENT_PICTURE: Final = re.compile(r"cid:[A-Za-z0-9._@-]{1,100}")
_WITHOUT_SOURCE: Final = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_FORMATTING: Final = re.compile(r"<(?!/|(?:div|p|br|span)\b)[a-z]")
_LISTED: Final = re.compile(r"<(/?)(li|ol|ul|blockquote)\b([^>]*)>")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_START: Final = re.compile(r'start="([0-9]{1,6})"')
_OPENS, _CLOSES = "\ue000", "\ue001"  # of a quotation, while its text is made
_ANCHOR: Final = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


class TooLong(Exception):
    """A text has more signs than anybody reads: it is refused as a whole, and nothing of it is cut off."""


def clean(html: str, pictures: Mapping[str, str] | None = None) -> str:
    """Keep the formatting that the editor makes, and nothing else.

    The only pictures are files of the draft, at their own address; given `pictures` (address → Content-ID) they
    become what a mail client understands, and one that is not there goes. Raises TooLong.
    """
    if len(html) > LONGEST:
        raise TooLong(f"a text has {LONGEST:,} signs at most, its formatting among them")
    made = nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_GONE),
        attributes=_ATTRIBUTES,
        attribute_filter=lambda tag, name, value: _value(tag, name, value, pictures),
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel=None,
    )
    return _WITHOUT_SOURCE.sub("", made).strip()


def is_formatted(html: str) -> bool:
    """Whether clean HTML says more than its text does."""
    return _FORMATTING.search(html) is not None


def as_text(html: str) -> str:
    """Clean HTML as somebody reads it who has none: lists and quotations with signs, links with their address."""
    listed = _LISTED.sub(_Signs(), html)
    text = text_of(_ANCHOR.sub(_spelt_out, listed))
    return _BLANK_LINES.sub("\n\n", "\n".join(_with_signs(text.split("\n")))).strip()


def as_html(text: str) -> str:
    """Plain text as clean HTML, line by line."""
    return "".join(f"<div>{markup.escape(line) or '<br>'}</div>" for line in text.splitlines())


def picture(file_id: int) -> str:
    """The address of a picture of a draft, for its writer."""
    return f"/drafts/files/{file_id}"


def pictures_in(html: str) -> set[int]:
    """The files of drafts that the text shows as pictures."""
    return {int(found[1]) for found in _SHOWN.finditer(html)}


def quoted(text: str) -> str:
    """Plain text as a quotation of an email."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _value(tag: str, name: str, value: str, pictures: Mapping[str, str] | None) -> str | None:
    if (tag, name) == ("a", "href"):
        return value if _LINK.match(value) else None
    if (tag, name) == ("img", "src"):
        if pictures is None:
            return value if _OWN_PICTURE.fullmatch(value) or _SENT_PICTURE.fullmatch(value) else None
        return f"cid:{pictures[value]}" if value in pictures else None
    return value[:500]


def _with_signs(lines: Sequence[str]) -> Sequence[str]:
    """Each line of a quotation behind its signs; none at its end that says nothing."""
    depth, made = 0, list[str]()
    for line in lines:
        depth += line.count(_OPENS)
        said = line.replace(_OPENS, "").replace(_CLOSES, "")
        if said or not (_OPENS in line or _CLOSES in line):
            made.append(f"{'> ' * depth}{said}".rstrip())
        if _CLOSES in line:
            depth -= line.count(_CLOSES)
            while made and not made[-1].strip("> "):
                made.pop()
            made.append(("> " * depth).rstrip())
    return made


class _Signs:
    """What stands before an item of the list it is in, and where a quotation begins and ends."""

    def __init__(self) -> None:
        self._lists: list[int | None] = []  # of each list that is open, the number of its next item

    def __call__(self, found: re.Match[str]) -> str:
        is_closing, name, attributes = bool(found[1]), found[2], found[3]
        if name == "blockquote":
            return f"{_CLOSES}{found[0]}" if is_closing else f"{found[0]}{_OPENS}"
        if name in {"ol", "ul"}:
            self._open_or_close(name, attributes, is_closing=is_closing)
            return found[0]
        number = self._lists[-1] if self._lists else None
        if is_closing or number is None:
            return found[0] if is_closing else f"{found[0]}- "
        self._lists[-1] = number + 1
        return f"{found[0]}{number}. "

    def _open_or_close(self, name: str, attributes: str, *, is_closing: bool) -> None:
        if is_closing:
            del self._lists[-1:]
            return
        start = _START.search(attributes)
        self._lists.append(None if name == "ul" else int(start[1]) if start else 1)


def _spelt_out(found: re.Match[str]) -> str:
    address, words = found[1], found[2]
    shown = address.removeprefix("mailto:").removeprefix("tel:")
    return words if shown in words else f"{words} ({shown})"
