"""How a letter begins and ends names no theme, and a language that is not known is not taken for English."""

import dataclasses
import time

import pytest

from helpdesk.themes.analysis import analyse
from helpdesk.themes.courtesy import without_courtesy
from helpdesk.themes.languages import UNKNOWN, languages
from tests.themes.letters import letters

ENGLISH = ["I would like to know where my order is and when it will be there"] * 9


@pytest.mark.parametrize(
    ("letter", "inside"),
    [
        ("Good morning,\nthe lamp flickers.\nKind regards\nAda", "the lamp flickers"),
        ("Dear Sir or Madam\n\nwhere is it?\n\nMany thanks and best wishes, Ada", "where is it?"),
        ("Guten Tag Frau Meyer,\ndie Lampe flackert. Mit freundlichen Grüßen\nHans", "die Lampe flackert"),
        ("Dzień dobry, lampa migocze.\nPozdrawiam serdecznie\nEwa", "lampa migocze"),
        ("Hello, the lamp flickers. Thank you", "the lamp flickers"),
        ("hi i lost my card, what now?", "hi i lost my card, what now?"),
        ("Thanks to you I could return the chair. Where is my money?",) * 2,
        ("Good morning",) * 2,
        ("",) * 2,
    ],
)
def test_a_letter_is_what_stands_between_its_beginning_and_its_end(letter: str, inside: str):
    assert without_courtesy(letter).strip() == inside


def test_no_letter_takes_long():
    began = time.process_time()

    for piece in ("hi ", "\n", "thanks\n", "dear a, ", ". best ", "many thanks "):
        without_courtesy(piece * 20_000)

    assert time.process_time() - began < 1


def test_no_theme_is_called_by_a_greeting():
    polite = [
        dataclasses.replace(one, text=f"Good morning dear team,\n{one.text}.\nBest wishes and kind regards\nAda")
        for one in letters(300)
    ]

    names = " ".join(theme.name for theme in analyse(polite, number=5).themes).casefold()

    assert "lamp" in names
    assert not {"morning", "wishes", "team", "regards", "ada"} & set(names.split())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Zamówienie nadal nie dotarło i chciałabym wiedzieć, kiedy zostanie dostarczone", "pl"),
        ("Siparişim hala gelmedi ve ne zaman geleceğini öğrenmek istiyorum lütfen bana bilgi verin", UNKNOWN),
        ("Tilaukseni ei ole vieläkään saapunut ja haluaisin tietää milloin se toimitetaan minulle", UNKNOWN),
        ("lamp broken again", "en"),
    ],
)
def test_what_is_in_none_of_the_known_languages_is_not_taken_for_the_commonest(text: str, language: str):
    assert languages([*ENGLISH, text])[-1] == language
