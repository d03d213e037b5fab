"""What a theme is called: words of most of its messages, as people write them, and none that few of them wrote."""

import pytest

from helpdesk.themes.naming import Naming, names
from helpdesk.themes.words import tokens


def name_of(*letters: str, beside: str = "where is the parcel", language: str = "en") -> Naming:
    """What a theme of these letters is called, each by a customer of its own, beside one of as many other letters."""
    texts = [tokens(letter, language) for letter in (*letters, *[beside] * len(letters))]
    customers = [f"customer {place}" for place in range(len(texts))]
    return names(texts, customers, [0] * len(letters) + [1] * len(letters), least=5)[0]


def test_capitals_stand_where_most_write_them_inside_a_sentence():
    german = name_of(
        *["die Rechnung ist falsch"] * 6, *["Rechnung falsch"] * 4, beside="wo ist das Paket", language="de"
    )
    english = name_of(*["Why is my SEPA transfer late?"] * 6, *["my sepa transfer is late"] * 5)

    assert german.name == "Rechnung ist falsch"
    assert english.name.startswith("SEPA transfer")


def test_a_capital_that_begins_a_sentence_or_that_few_write_says_nothing():
    beginning = name_of(*["Refund my money. Refund it!"] * 8)
    shouted = name_of(*["my REFUND"] * 4, *["refund"] * 3)

    assert beginning.terms == ("refund my money",)
    assert shouted.name == "Refund"
    assert shouted.terms == ("refund",)


@pytest.mark.parametrize("between", [".", "?", ",", ":", " ("])
def test_no_phrase_reaches_across_the_end_of_a_part_of_a_sentence(between: str):
    found = name_of(*[f"I paid the invoice{between} Refund it"] * 9)

    assert not [term for term in found.terms if "invoice refund" in term]


def test_what_is_much_rarer_than_the_first_word_is_in_no_name():
    found = name_of(*["the dynamo hums"] * 30, *["the dynamo of my daughter"] * 8)

    assert found.name == "Dynamo hums"
    assert "daughter" in found.terms


def test_what_a_handful_says_is_no_part_of_a_small_theme_s_name():
    found = name_of(*["the dynamo hums"] * 9, *["the dynamo on my viola"] * 6)

    assert found.name == "Dynamo · hums"
    assert {"dynamo", "viola"} <= set(" ".join(found.terms).split())


def test_a_word_stands_in_a_name_with_what_mostly_stands_beside_it():
    found = name_of(*["I have no VAT number"] * 8, *["my VAT number is wrong"] * 8, *["the VAT is wrong"] * 4)

    assert found.name.startswith("VAT number")


def test_where_nothing_sets_a_theme_apart_its_name_is_what_most_of_it_says():
    found = name_of(*["the parcel"] * 9, beside="the parcel is late")

    assert found.name == "Parcel"


def test_no_word_of_fewer_customers_than_it_takes_is_shown_in_any_form():
    found = name_of(*["the Dynamo of Zebulon"] * 4, *["the dynamo"] * 4)

    assert found.name == "Dynamo"
    assert found.terms == ("dynamo",)
