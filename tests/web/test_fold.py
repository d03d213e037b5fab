"""Letters are compared in the browser as in the search: one table, and a test that holds the two together."""

import unicodedata
from typing import Final

import pytest
from playwright.sync_api import Page

from helpdesk.storage.folding import folded
from tests.web.desk import Desk

pytestmark = pytest.mark.browser

WORDS: Final = (
    "Straße", "SØREN", "Łódź", "Ærø", "ﬁn", "ΟΔΟΣ", "İstanbul", "ısı", "ベル", "ヘル", "ガ", "กา", "हिन्दी", "מָלֵא",
    "مَدرسة", "کتاب", "Đorđe", "naïve", "ＡＢＣ", "Ⅷ", "Ångström", "Þór", "cœur", "co\u00adop", "tag 12",
)  # fmt: skip
# Latin with all its additions, Greek, Cyrillic, Armenian and Hebrew, Arabic, and kana
LETTERS: Final = tuple(
    chr(code)
    for first, last in ((0xA0, 0x600), (0x620, 0x660), (0x1E00, 0x2000), (0x2C60, 0x2C80), (0x3040, 0x3100))
    for code in range(first, last)
    if unicodedata.category(chr(code)) != "Cn"
)


def test_the_palette_folds_letters_as_the_search_does(desk: Desk, desk_url: str, page: Page):
    page.goto(f"{desk_url}/sign-in")
    version = desk.browser().get("/sign-in").text.partition("/static/")[2].partition("/")[0]
    texts = [*WORDS, *LETTERS]

    script = "async ([url, texts]) => { const { fold } = await import(url); return texts.map(fold); }"
    found = page.evaluate(script, [f"{desk_url}/static/{version}/js/fold.js", texts])

    other = {text: (here, folded(text)) for text, here in zip(texts, found, strict=True) if here != folded(text)}
    assert not other
