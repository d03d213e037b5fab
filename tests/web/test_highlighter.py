"""Words that were searched for are marked where they stand, as the search compares them."""

import pytest

from helpdesk.web.filters import highlighter


@pytest.mark.parametrize(
    ("words", "text", "marked"),
    [
        ("soren", "Søren & Æsa", "<mark>Søren</mark> &amp; Æsa"),
        ("STRASSE", "Straße 3", "<mark>Straße</mark> 3"),
        ("über", "u\u0308ber", "<mark>u\u0308ber</mark>"),
        ("ベル", "ﾍﾞﾙとヘル", "<mark>ﾍﾞﾙ</mark>とヘル"),
        ("b", "abc", "abc"),
        ("amp", "<&amp;>", "&lt;&amp;<mark>amp</mark>;&gt;"),
    ],
)
def test_words_are_marked_however_they_are_written(words: str, text: str, marked: str):
    assert str(highlighter(words)(text)) == marked
