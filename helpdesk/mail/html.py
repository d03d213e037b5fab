"""HTML mail made safe to show: one policy, applied once, edited by nothing afterwards."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import nh3

from helpdesk.mail import css, html_survey
from helpdesk.mail.parsed import SafeHtml

POLICY_VERSION = 1
"""Raise it with every change here or in css.py: stored HTML of an older version is made anew."""

LARGEST_DATA_IMAGE = 2 * 1024 * 1024
LONGEST_URL = 8000
MOST_PICTURES = 100

# No svg, math, style, form controls, media, frames, link, meta, base: what is not named goes, its text stays.
_TAGS = frozenset(
    """
    a abbr address article aside b bdi bdo big blockquote br caption center cite code col
    colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i
    img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong
    sub sup table tbody td tfoot th thead time tr tt u ul var wbr
    """.split()
)
_GONE_WITH_CONTENT = frozenset(
    {"script", "style", "title", "template", "svg", "math", "iframe", "object", "noembed", "noframes", "xml"}
)
_ATTRIBUTES = {
    "*": {
        "align",
        "valign",
        "bgcolor",
        "background",
        "color",
        "dir",
        "height",
        "lang",
        "style",
        "title",
        "width",
    },
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "font": {"face", "size"},
    "img": {"alt", "border", "src", "srcset"},
    "li": {"value"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "nowrap", "rowspan"},
    "th": {"colspan", "nowrap", "rowspan"},
    "ul": {"type"},
}
_OF_LINKS = {"rel": "noopener noreferrer nofollow", "target": "_blank"}
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "data", "ftp"}
_WORD = re.compile(r"[\w-]{1,40}", re.ASCII)
_SMALL_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?(?:px|%)?", re.ASCII)
_COLOUR = re.compile(r"#?[0-9a-zA-Z]{1,30}", re.ASCII)
_FACE = re.compile(r"[\w ,.'-]{1,200}")
_VALUES = {
    "align": _WORD,
    "valign": _WORD,
    "dir": _WORD,
    "lang": _WORD,
    "nowrap": re.compile(r"(?:nowrap|true)?"),
    "type": _WORD,
    "bgcolor": _COLOUR,
    "color": _COLOUR,
    "face": _FACE,
    "size": re.compile(r"[+-]?[0-7]"),
    "width": _LENGTH,
    "height": _LENGTH,
    "border": _SMALL_NUMBER,
    "cellpadding": _SMALL_NUMBER,
    "cellspacing": _SMALL_NUMBER,
    "colspan": _SMALL_NUMBER,
    "rowspan": _SMALL_NUMBER,
    "span": _SMALL_NUMBER,
    "start": re.compile(r"-?[0-9]{1,6}", re.ASCII),
    "value": re.compile(r"-?[0-9]{1,6}", re.ASCII),
}
_IGNORED_IN_URLS = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
_LINK = re.compile(r"(?:https?://[^/]|mailto:|tel:)", re.IGNORECASE)
_PICTURE = re.compile(r"(?:https?:)?//[^/]", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)


def sanitise(html: str, inline: Mapping[str, int] | None = None, *, with_pictures: bool = False) -> SafeHtml:
    """Apply the policy.

    `inline` ties what HTML may name (`cid:…` in lower case, or a Content-Location) to the number of an
    attachment. Such an image gets the address `parts/<number>`, relative to the address of the body itself, so
    that a body at /messages/7/body finds its image at /messages/7/parts/2 and nobody needs to edit it.
    `with_pictures` keeps images from elsewhere as `remote/<number>`: to be fetched by us, never by a browser.
    """
    survey = html_survey.survey(html)
    if survey.is_too_complex:
        return SafeHtml(policy_version=POLICY_VERSION, too_complex=True)
    policy = _Policy(inline or {}, with_pictures=with_pictures)
    for address in survey.remote:
        policy.block(address)
    return SafeHtml(
        html=_cleaned(html, policy),
        policy_version=POLICY_VERSION,
        blocked_count=policy.blocked,
        blocked_hosts=tuple(policy.hosts),
        inline_parts=tuple(policy.shown),
        unplaced_images=policy.unplaced,
        pictures=tuple(policy.pictures),
    )


class _Cleaner(threading.local):
    """A thread's own: to make one takes as long as to clean a short letter."""

    def __init__(self) -> None:
        self.policy = _Policy({})
        self.nh3 = nh3.Cleaner(
            tags=set(_TAGS),
            clean_content_tags=set(_GONE_WITH_CONTENT),
            attributes=_ATTRIBUTES,
            attribute_filter=self._judged,
            url_schemes=_SCHEMES,
            link_rel=_OF_LINKS["rel"],
            set_tag_attribute_values={"a": {"target": _OF_LINKS["target"]}},
        )

    def _judged(self, tag: str, name: str, value: str) -> str | None:
        return self.policy.attribute(tag, name, value)


@dataclass(slots=True)
class _Policy:
    """Judges attributes one by one, and remembers what it blocked."""

    inline: Mapping[str, int]
    with_pictures: bool = False
    pictures: dict[str, None] = field(default_factory=dict)
    blocked: int = 0
    hosts: dict[str, None] = field(default_factory=dict)
    shown: dict[int, None] = field(default_factory=dict)
    unplaced: int = 0

    def attribute(self, _tag: str, name: str, value: str) -> str | None:
        match name:
            case "style":
                return self._style(value)
            case "href":
                return _link(value)
            case "src":
                return self._image(value)
            case "srcset" | "background":
                self.block(value)
        return _plain(name, value)

    def block(self, address: str) -> None:
        """Count what would have been loaded from elsewhere; nothing of it stays."""
        self.blocked += 1
        host = html_survey.host_of(address)
        if host:
            self.hosts[host] = None

    def _style(self, value: str) -> str | None:
        kept, remote = css.check(value)
        for address in remote:
            self.block(address)
        return kept or None

    def _image(self, value: str) -> str | None:
        address = _IGNORED_IN_URLS.sub("", value)
        number = self._part(address)
        if number is not None:
            self.shown[number] = None
            return f"parts/{number}"
        if address[:4].lower() == "cid:":
            self.unplaced += 1
            return None
        if len(address) <= LARGEST_DATA_IMAGE * 4 // 3 and _DATA_IMAGE.fullmatch(address):
            return address
        if self.with_pictures and _PICTURE.match(address) and len(address) <= LONGEST_URL:
            return self._picture(address)
        self.block(address)
        return None

    def _picture(self, address: str) -> str | None:
        address = f"https:{address}" if address.startswith("//") else address
        if address not in self.pictures and len(self.pictures) >= MOST_PICTURES:
            self.block(address)
            return None
        self.pictures[address] = None
        return f"remote/{list(self.pictures).index(address)}"

    def _part(self, address: str) -> int | None:
        if address[:4].lower() == "cid:":
            wanted = address.lower()
            return self.inline.get(wanted, self.inline.get(unquote(wanted)))
        return self.inline.get(address)


_CLEANER = _Cleaner()


def _cleaned(html: str, policy: _Policy) -> str:
    _CLEANER.policy = policy
    return _CLEANER.nh3.clean(html)


def _plain(name: str, value: str) -> str | None:
    """Judge an attribute that can load nothing: only its form matters."""
    if name in _OF_LINKS:  # nh3 sets these itself, and asks about them too
        return _OF_LINKS[name]
    if name in {"alt", "title"}:
        return value[:1000]
    pattern = _VALUES.get(name)
    return value if pattern is not None and pattern.fullmatch(value.strip()) else None


def _link(value: str) -> str | None:
    address = _IGNORED_IN_URLS.sub("", value)
    if address.startswith("//"):
        address = f"https:{address}"
    return address if len(address) <= LONGEST_URL and _LINK.match(address) else None
