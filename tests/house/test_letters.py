"""Every template of an email renders, as text and as HTML, and neither loads anything from anywhere."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from helpdesk import paths
from helpdesk.desk import letters
from tests.house.tree import ROOT

LINK = "https://desk.example/password-resets/abc"
GRANT: dict[str, object] = {
    "name": "Nils <i>", "desk": "Lamps & Co", "ticket": 7, "purpose": "to answer you", "reason": "<b>",
    "hours": 48,
    "link": "https://desk.example/permission/abc", "until": "2026-11-23 10:00",
}  # fmt: skip
VALUES: dict[str, dict[str, object]] = {
    "reply": {"text": "One & two\nthree", "html": None, "paragraphs": [["One & two", "three"], ["four"]]},
    "contact_proof": {"desk": "Lamps & Co", "link": "https://desk.example/feedback/contact/abc"},
    "record_code": {"desk": "Lamps & Co", "code": "12345678", "until": "2026-11-23 10:00"},
    "theme_digest": {
        "desk": "Lamps & Co",
        "since": "2026-09-01",
        "until": "2026-11-22",
        "scope": "Tag <b> & Co",
        "says": "Most write about “<lamp>”: 31 customers.",
        "rows": [SimpleNamespace(name="<lamp>", number=1, customers=31, messages=62, trend="growing", difference=6)],
        "compared": "2026-08-25 – 2026-11-15",
        "gone": ["<b>"],
        "coverage": [("Messages", "480"), ("In none", "<b>")],
        "link": "https://desk.example/themes/1",
    },
    "record_digest": {
        "desk": "Lamps & Co",
        "readings": 12,
        "people": 3,
        "until": "2026-11-23",
        "link": "https://desk.example/record",
        "stop": "https://desk.example/record/digests/abc",
    },
    "delivery_failed": {
        "name": "Ada <b>",
        "desk": "Lamps & Co",
        "number": 7,
        "link": "https://desk.example/tickets/7",
    },
    "acknowledgement": {"paragraphs": [["One & two"], ["three", "four"]]},
    "too_large": {"desk": "Lamps & Co", "address": "support@desk.example"},
    "checkpoint": {"desk": "Lamps & Co", "note": "desk.example\n12\nroot=\n", "verifier": "desk.example+ab+cd"},
    "ticket_notice": {
        "name": "Ada <b>",
        "desk": "Lamps & Co",
        "said": "You were mentioned in a note on ticket #7.",
        "link": "https://desk.example/tickets/7",
    },
    "unusual_reading": {
        "desk": "Lamps & Co",
        "readings": 400,
        "usual": 30,
        "link": "https://desk.example/audit",
    },
    "grant_request": GRANT,
    "grant_notice": GRANT,
    "invitation": {"name": "Ada <b>", "desk": "Lamps & Co", "link": LINK, "until": "2026-11-23 10:00"},
    "password_reset": {"name": "Ada <b>", "desk": "Lamps & Co", "link": LINK, "until": "2026-11-23 10:00"},
}
FOLDER = ROOT / "helpdesk" / "translations"
LANGUAGES = ["en", *sorted(path.name for path in FOLDER.glob("*") if path.is_dir() and path.name != "en")]
LOADS = {"src", "srcset", "background", "poster", "data", "action", "formaction", "cite", "longdesc", "lowsrc"}
SILENT = {"html", "head", "meta", "body", "p", "br", "a", "b", "i", "em", "strong", "ul", "ol", "li", "table",
          "tr", "td", "th", "tbody", "blockquote", "h1", "h2", "span", "div", "hr", "pre", "title"}  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in LOADS or "url(" in (value or "").lower() or name.startswith("on"):
                self.loads.append(f"{tag} {name}={value}")
            if name == "href":
                self.links.append(value or "")


def look_at(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_each_email_has_a_text_and_a_html_template():
    names = {(path.stem, path.suffix) for path in (paths.templates() / "mail").iterdir()}

    assert names == {(name, kind) for name in VALUES for kind in (".txt", ".html")}
    assert set(letters.NAMES) == set(VALUES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_template_loads_nothing_and_links_only_to_us(name: str, language: str):
    letter = letters.letter(name, language, **VALUES[name])

    seen = look_at(letter.html)
    assert seen.tags <= SILENT
    assert not seen.loads
    assert set(seen.links) <= {VALUES[name].get("link"), VALUES[name].get("stop")}
    assert not re.search(r"@import|url\(|javascript:|<!--", letter.html, re.IGNORECASE)
    assert set(re.findall(r"https?://\S+", letter.text)) <= {VALUES[name].get("link"), VALUES[name].get("stop")}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_the_html_escapes_what_it_is_given_and_the_text_does_not(name: str):
    letter = letters.letter(name, "en", **VALUES[name])

    assert "&amp;" in letter.html
    assert "<b>" not in letter.html
    assert "& " in letter.text
    assert "&amp;" not in letter.text
    assert not re.search(r"\n{4,}|[{}%]", letter.text)


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_value_that_is_missing_is_an_error(name: str):
    for left_out in VALUES[name]:
        given = {key: value for key, value in VALUES[name].items() if key != left_out}
        with pytest.raises(Exception, match=left_out):
            letters.letter(name, "en", **given)


def test_what_would_load_something_is_seen():
    seen = look_at('<img src="https://x.example/1.gif"><p style="background: URL(https://x.example)" onclick="x()">')

    assert len(seen.loads) == 3
    assert not seen.tags <= SILENT
