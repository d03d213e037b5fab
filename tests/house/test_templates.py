"""Every text of a template can be translated."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import Environment

from tests.house.tree import files_ending, named

TRANSLATOR = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
SAID_BY_ATTRIBUTE = {"title", "placeholder", "aria-label", "aria-description", "alt"}
NOT_LANGUAGE = {"Candour", "Ctrl", "Alt", "Shift", "Esc", "Enter", "nbsp", "middot"}  # names, and what is on the keys
WORD = re.compile(r"[^\W\d_]{2,}")
TEMPLATES = [path for path in files_ending(".html", ".txt") if "templates" in path.parts]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style", "code", "kbd"}
        for name, value in attrs:
            if name in SAID_BY_ATTRIBUTE:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style", "code", "kbd"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._note(data)

    def _note(self, text: str) -> None:
        self.found += [word for word in WORD.findall(text) if word not in NOT_LANGUAGE]


def untranslated(source: str) -> list[str]:
    """Words that stand in a template outside of _("…") and {% trans %}."""
    outside, in_trans, opens = [], False, False
    for _line, kind, value in TRANSLATOR.lex(source):
        if kind == "block_begin":
            opens = True
        elif opens and kind == "name":
            in_trans, opens = (value == "trans" or (in_trans and value != "endtrans")), False
        elif kind == "data" and not in_trans:
            outside.append(value)
        elif kind == "variable_begin":
            outside.append("·")
    words = _Words()
    words.feed("".join(outside))
    words.close()
    return words.found


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_each_text_of_a_template_can_be_translated(path):
    assert not untranslated(path.read_text())


def test_a_text_that_cannot_be_translated_is_seen():
    source = """
    <h1>Inbox</h1> {# a remark #} {% trans n=1 %}One ticket{% pluralize %}Many tickets{% endtrans %}
    <input placeholder="Search" title="{{ _('Find') }}"> {% if here %}{{ _("Open") }}{% endif %}
    <script>let code</script>"""

    assert untranslated(source) == ["Inbox", "Search"]
