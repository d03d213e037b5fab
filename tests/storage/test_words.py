"""The words of a text as search keeps and looks for them."""

import pytest

from helpdesk.storage.words import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The LAMP flickers_again.", ["the", "lamp", "flickers", "again"]),
        ("Größe STRASSE Straße", ["grosse", "strasse", "strasse"]),
        ("u\u0308ber \u00fcber", ["uber", "uber"]),
        ("Σίσυφος ΣΊΣΥΦΟΣ", ["σισυφοσ", "σισυφοσ"]),
        ("Istanbul İSTANBUL", ["istanbul", "istanbul"]),
        ("\U0001d400\U0001d401 \uff21\uff22", ["ab", "ab"]),  # bold and wide letters are letters
        ("ab 東京都 cd", ["ab", "東京", "京都", "cd"]),
        ("a\u00a0b\u2028c", ["a", "b", "c"]),
        ("é" + "a" * 100, ["e" + "a" * 59]),
    ],
)
def test_a_text_is_found_by_its_words_however_they_are_written(text, found):
    assert words(text) == found
