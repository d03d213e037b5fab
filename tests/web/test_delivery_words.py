"""A mail server's answer is told in words, by its code alone."""

import pytest

from helpdesk.web.delivery_words import answer_word


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("5.1.1", "There is no such address."),
        ("550 5.1.1 nobody has this address any more", "There is no such address."),
        ("452 4.2.2 over quota", "The mailbox is full."),
        ("550-5.7.26 unauthenticated", "Their mail server refuses it by its rules."),
        ("451 4.7.1 Greylisted", "Their mail server wants to be asked again later."),
        ("5.1.99", "Something is wrong with the address."),
        ("250 2.0.0 queued", ""),
        ("550 no", ""),
        ("at 10.5.1.1 nobody answered", ""),
        ("5.99.1", ""),
        ("", ""),
    ],
)
def test_an_answer_in_words(answer, told):
    assert answer_word(answer) == told
