"""What texts are told apart by: telling words, and in questions of a line the small ones too."""

import random

from helpdesk.themes.analysis import analyse
from helpdesk.themes.features import words_of
from helpdesk.themes.stop_words import COURTESY
from helpdesk.themes.values import Document
from helpdesk.themes.words import tokens

WHY = ("why is my {} not on the account", "why was the {} not on my account", "why is no {} on this account")
HOW = ("how can I have a {} for the account", "how do I have a {} for one account", "how would you have a {} for it")


def questions() -> list[Document]:
    chance = random.Random(2)  # noqa: S311
    kinds = ("card", "transfer", "receipt")
    return [
        Document(f"{name}-{place}", chance.choice(forms).format(chance.choice(kinds)), f"customer {place}")
        for name, forms in (("why", WHY), ("how", HOW))
        for place in range(60)
    ]


def test_what_is_asked_of_the_same_thing_is_told_apart_by_its_small_words():
    found = analyse(questions(), number=2)

    assert len({(one.split("-")[0], label) for one, label in found.labels.items()}) == 2


def test_in_letters_small_words_do_not_count():
    letter = "I ordered a lamp with a green shade last summer and it flickers when the switch at the wall is dimmed"

    words = words_of([tokens(letter, "en")] * 3)

    assert words.weights.min() == 1.0
    assert words.table.shape[1] == len({token.stem for token in tokens(letter, "en") if not token.is_stop})


def test_courtesy_never_counts():
    words = words_of([tokens(f"Hello, {' '.join(sorted(COURTESY['en']))}, why is it dark?", "en")] * 3)

    assert words.table.shape[1] == len(("why", "is", "it", "dark"))
