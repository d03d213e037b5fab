"""Filter rules on an email: which condition holds, which rule has its way, and nothing is a pattern."""

import time
from email.message import EmailMessage

import pytest

from helpdesk.mail import inbound
from helpdesk.mail.filtering import Actions, Condition, Field, Rule, Seen, hits, judge


def seen(text: str = "My invoice is wrong.", *, file: str = "", is_proven: bool = False, **headers: str) -> Seen:
    message = EmailMessage()
    given = {
        "From": "Nils Berg <nils@shop.customer.example>",
        "To": "support@desk.example",
        "Subject": "Réchnung 42",
    }
    for name, value in {**given, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        message[name] = value
    message.set_content(text)
    if file:
        message.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename=file)
    return Seen(inbound.read(message.as_bytes()), "support@desk.example", is_proven)


def a_rule(*conditions: Condition, needs_all: bool = True, stops: bool = False, number: int = 1, **actions) -> Rule:
    return Rule(number, f"Rule {number}", conditions, Actions(**actions), needs_all, stops)


@pytest.mark.parametrize(
    ("field", "word", "holds"),
    [
        (Field.FROM, "nils@shop.customer.example", True),
        (Field.FROM, "NILS@shop.customer.example", True),
        (Field.FROM, "ils@shop.customer.example", False),
        (Field.FROM, "@customer.example", True),
        (Field.FROM, "@tomer.example", False),
        (Field.FROM, "nils berg", True),
        (Field.TO, "support@desk.example", True),
        (Field.SUBJECT, "réchnung 42", True),
        (Field.SUBJECT, "rechnung", False),
        (Field.SUBJECT, "R.*g", False),
        (Field.TEXT, "INVOICE IS", True),
        (Field.TEXT, "credit", False),
        (Field.MAILBOX, "support@desk.example", True),
        (Field.MAILBOX, "desk.example", False),
        (Field.LANGUAGE, "en", True),
        (Field.LANGUAGE, "de", False),
    ],
)
def test_a_condition_looks_for_plain_words(field, word, holds):
    assert hits(a_rule(Condition(field, (word,))), seen()) is holds
    assert hits(a_rule(Condition(field, (word,), is_not=True)), seen()) is not holds


def test_one_of_several_words_is_enough():
    assert hits(a_rule(Condition(Field.TEXT, ("credit", "invoice"))), seen())


def test_a_header_can_be_asked_for_by_name_and_by_words():
    email = seen(X_Priority="1 (Highest)")

    assert hits(a_rule(Condition(Field.HEADER, (), "x-priority")), email)
    assert hits(a_rule(Condition(Field.HEADER, ("highest",), "X-Priority")), email)
    assert not hits(a_rule(Condition(Field.HEADER, ("low",), "X-Priority")), email)
    assert not hits(a_rule(Condition(Field.HEADER, (), "X-Other")), email)


def test_files_lists_machines_spam_and_proof_can_be_asked_for():
    assert hits(a_rule(Condition(Field.ATTACHMENT)), seen(file="a.pdf"))
    assert hits(a_rule(Condition(Field.ATTACHMENT, (".pdf",))), seen(file="a.pdf"))
    assert not hits(a_rule(Condition(Field.ATTACHMENT, (".exe",))), seen(file="a.pdf"))
    assert not hits(a_rule(Condition(Field.ATTACHMENT)), seen())
    assert hits(a_rule(Condition(Field.LIST)), seen(List_Id="<news.example>"))
    assert hits(a_rule(Condition(Field.AUTOMATIC)), seen(Auto_Submitted="auto-replied"))
    assert hits(a_rule(Condition(Field.SPAM)), seen(X_Spam_Flag="YES"))
    assert hits(a_rule(Condition(Field.UNPROVEN)), seen())
    assert not hits(a_rule(Condition(Field.UNPROVEN)), seen(is_proven=True))


def test_all_or_one_of_the_conditions_must_hold_and_none_is_never():
    right, wrong = Condition(Field.TEXT, ("invoice",)), Condition(Field.TEXT, ("credit",))

    assert not hits(a_rule(right, wrong), seen())
    assert hits(a_rule(right, wrong, needs_all=False), seen())
    assert not hits(a_rule(), seen())


def test_the_first_rule_has_its_way_tags_add_up_and_one_that_stops_is_the_last():
    here = Condition(Field.TEXT, ("invoice",))
    rules = [
        a_rule(here, number=1, team_id=7, tags=("money",)),
        a_rule(Condition(Field.TEXT, ("credit",)), number=2, team_id=8),
        a_rule(here, number=3, team_id=9, tags=("money", "late"), priority="high", stops=True),
        a_rule(here, number=4, holds=True),
    ]

    said = judge(rules, seen())

    assert [rule.id for rule in said.rules] == [1, 3]
    assert (said.team_id, said.tags, said.priority, said.held_by) == (7, ("money", "late"), "high", None)


def test_a_huge_text_is_looked_through_in_no_time():
    email, words = seen("a" * 3_000_000), tuple(f"{'a' * 40}{n}" for n in range(200))
    began = time.monotonic()

    assert not hits(a_rule(Condition(Field.TEXT, words)), email)
    assert time.monotonic() - began < 3
