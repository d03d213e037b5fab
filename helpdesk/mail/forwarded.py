"""Who wrote the email that a colleague forwards: read from the header that the client put into the text."""

# ruff: noqa: RUF001 - the colon of Chinese and Japanese looks like ours

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from helpdesk.mail import quote_html
from helpdesk.mail.parsed import Address
from helpdesk.mail.quote_lines import header_run, role_of, stripped
from helpdesk.mail.quote_words import Role

_MOST_LINES: Final = 2000
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]{},;:\"'\\]{1,64}@[^\s<>()\[\]{},;:\"'\\]{1,190}\w")
_MAILTO: Final = re.compile(r"mailto:([^\s<>\"'?&]{1,64}@[^\s<>\"'?&]{1,190}\w)", re.IGNORECASE)
_BESIDE_A_NAME: Final = re.compile(r"mailto:?|\bvia\b.*", re.IGNORECASE)
_AROUND_A_NAME: Final = " \t\xa0*_\"'<>()[],;:\u202a\u202c\u200e\u200f"
_MARK: Final = re.compile(
    r"\s*(?:fwd?|wg|wtr|trs?|rv|enc|i|vb|vl|fvs|pd|ilt|doorst|tov[áa]bb[íi]t(?:ás|va)|пересл|πρθ|העבר|הועבר"
    r"|إعادة توجيه|转发|轉寄|轉發|転送|전달|chuyển tiếp|ส่งต่อ|terusan)\s?[:\uff1a]",
    re.IGNORECASE,
)


def is_marked(subject: str) -> bool:
    """Tell whether a subject begins as mail clients begin those of forwarded emails."""
    return _MARK.match(subject[:200]) is not None


def original_author(text: str, html: str = "", *, besides: Collection[str] = ()) -> Address | None:
    """Give the author of the outermost email inside a forwarded one; `besides` are our own addresses, passed over."""
    passed_over = {address.lower() for address in besides}
    for author in _authors(text, html):
        if author.email.lower() not in passed_over:
            return author
    return None


def _authors(text: str, html: str) -> Iterator[Address]:
    lines = [line.lstrip("> \t") for line in stripped(text.splitlines()[:_MOST_LINES])]
    yield from _named_in(lines, [""] * len(lines))
    if html:
        found = quote_html.lines_of(html)
        sources = [html[start:end] for start, end in found.places[:_MOST_LINES]]
        yield from _named_in(stripped(found.texts[:_MOST_LINES]), sources)


def _named_in(lines: Sequence[str], sources: Sequence[str]) -> Iterator[Address]:
    """Find each header in the text, and the author in it; `sources` hold the HTML of each line."""
    done = -1
    for number, line in enumerate(lines):
        if number <= done or ":" not in line[:44].replace("：", ":") or role_of(line) is None:
            continue
        roles, done = header_run(lines, number)
        if Role.FROM in roles and len(roles - {Role.OTHER, Role.CC}) >= 2:
            author = _author(lines[number : done + 1], sources[number : done + 1])
            if author is not None:
                yield author


def _author(lines: Sequence[str], sources: Sequence[str]) -> Address | None:
    """Read "From: Ann <ann@example.org>", which may be broken over lines or name her by a link alone."""
    first = next((number for number, line in enumerate(lines) if role_of(line) is Role.FROM), None)
    if first is None:
        return None
    said = [lines[first].replace("：", ":").partition(":")[2]]
    for line in lines[first + 1 : first + 3]:
        if role_of(line) is not None:
            break
        said.append(line)
    value = " ".join(said)[:1000]
    found = _ADDRESS.search(value) or _MAILTO.search(sources[first][:4000])
    if found is None:
        return None
    address = found[1] if found.re is _MAILTO else found[0]
    name = value[: found.start()] if found.re is _ADDRESS else value
    name = " ".join(_BESIDE_A_NAME.sub("", name).split()).strip(_AROUND_A_NAME)
    return Address("" if "@" in name else name[:200], address.removeprefix("mailto:").strip("."))
