"""A first look at HTML: is it too much for a sanitiser, and what would it load from elsewhere."""

import re
from dataclasses import dataclass

from helpdesk.mail import html_text

MOST_CHARACTERS = 1024 * 1024
MOST_TAGS = 20_000
DEEPEST = 500
MOST_REPEATED = 200_000
"""Unclosed <b>, <i> … are opened again in every block that follows: the product of both is bounded."""
FEW_TAGS = 450
"""With fewer no limit can be passed."""
MOST_REMOTE = 1000

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr !".split())
_CLOSED_BY_THEMSELVES = frozenset("p li td th tr dt dd option thead tbody tfoot colgroup html head body".split())
_REPEATED = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_LOADING = frozenset(
    "audio bgsound body embed feimage frame iframe image input layer link object script source svg track "
    "use video".split()
)
_LOADED = re.compile(
    r"""(?:\b(?:src|href|data|poster|background|srcset))\s*=\s*["']?\s*((?:https?:|//|\\\\)[^\s"'>]+)""",
    re.IGNORECASE,
)
_NAME = re.compile(r"<([a-z]+)")
_IN_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:|//)[^\s"')>;]+)""", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}:)?[/\\]*([^/\\?#\s]{1,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Survey:
    is_too_complex: bool = False
    remote: tuple[str, ...] = ()
    """Addresses that elements would load which the policy takes out whole."""


def survey(source: str) -> Survey:
    if len(source) > MOST_CHARACTERS:
        return Survey(is_too_complex=True)
    if source.count("<") < FEW_TAGS and not _loads_something(source):
        return Survey()
    remote: list[str] = []
    style_from: int | None = None
    burden = _Burden()
    for tag in html_text.tags(source):
        burden.add(tag)
        if burden.is_too_much:
            return Survey(is_too_complex=True)
        if style_from is not None:
            remote.extend(_IN_STYLE.findall(source, style_from, tag.start))
        style_from = tag.end if tag.name == "style" and not tag.is_closing else None
        if tag.name in _LOADING and not tag.is_closing:
            remote.extend(_LOADED.findall(tag.attributes))
    return Survey(remote=tuple(remote[:MOST_REMOTE]))


def _loads_something(source: str) -> bool:
    """Look roughly, and quickly, whether there is anything to be found."""
    lowered = source.lower()
    names = set(_NAME.findall(lowered))
    if not _LOADING.isdisjoint(names - {"body"}) or "background=" in lowered:
        return True
    return "style" in names and ("url(" in lowered or "@import" in lowered)


@dataclass(slots=True)
class _Burden:
    """What a parser of HTML would have to carry."""

    count: int = 0
    depth: int = 0
    repeated: int = 0
    """Elements that are open and would be opened again in the next block."""
    work: int = 0

    def add(self, tag: html_text.Tag) -> None:
        self.count += 1
        step = -1 if tag.is_closing else 1
        if tag.name in _REPEATED:
            self.repeated = max(0, self.repeated + step)
        else:
            self.work += self.repeated
        if tag.name not in _VOID and tag.name not in _CLOSED_BY_THEMSELVES:
            self.depth = max(0, self.depth + step)

    @property
    def is_too_much(self) -> bool:
        return self.count > MOST_TAGS or self.depth > DEEPEST or self.work > MOST_REPEATED


def host_of(address: str) -> str:
    """Name the host of an address as a browser would understand it; "" for one without."""
    address = address.strip().replace("\\", "/")
    if not (address.startswith("//") or re.match(r"[a-z][a-z0-9+.-]{0,20}:", address, re.IGNORECASE)):
        return ""
    if address[:5].lower() in {"data:", "blob:"} or address[:4].lower() == "cid:":
        return ""
    found = _HOST.match(address)
    host = found[1].rpartition("@")[2].partition(":")[0].lower() if found else ""
    return re.sub(r"[^\w.-]", "", host)[:253]
