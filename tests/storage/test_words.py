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
        ("S\u00d8REN \u0141ukasz \u0110or\u0111e \u0126al", ["soren", "lukasz", "dorde", "hal"]),
        ("D\u0131yarbak\u0131r \u00e6ble \u0153uvre \u00deor", ["diyarbakir", "aeble", "oeuvre", "thor"]),
        (
            "\u30d9\u30eb \u30d8\u30eb \uff8d\uff9e\uff99 \u30d8\u3099\u30eb",
            ["\u30d9\u30eb", "\u30d8\u30eb", "\u30d9\u30eb", "\u30d9\u30eb"],
        ),
        ("\u304b\u309a\u3093 \u3099a", ["\u304b\u3093", "a"]),  # a voicing mark on what has no voice
        ("\u4f50\u3005\u6728\u3055\u3093", ["\u4f50\u3005", "\u3005\u6728", "\u6728\u3055", "\u3055\u3093"]),
        (
            "\u0916\u093e\u0928\u093e \u0939\u093f\u0928\u094d\u0926\u0940",
            ["\u0916\u093e\u0928\u093e", "\u0939\u093f\u0928\u094d\u0926\u0940"],
        ),  # vowels are part of a word
        (
            "\u0e02\u0e49\u0e32\u0e27 \u0e02\u0e32\u0e27",
            ["\u0e02\u0e49", "\u0e49\u0e32", "\u0e32\u0e27", "\u0e02\u0e32", "\u0e32\u0e27"],
        ),  # tones too: rice is not white
        (
            "Stra\u00dfen\u00adbahn \u0645\u062d\u0640\u0640\u0645\u062f 1\ufe0f\u20e3",
            ["strassenbahn", "\u0645\u062d\u0645\u062f", "1"],
        ),  # what only shapes a word
        ("\u845b\U000e0100\u57ce", ["\u845b\u57ce"]),
        ("é" + "a" * 100, ["e" + "a" * 59]),
    ],
)
def test_a_text_is_found_by_its_words_however_they_are_written(text, found):
    assert words(text) == found
