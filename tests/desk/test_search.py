"""Search: finds the same on both databases, and never what one may not read."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from helpdesk.desk import search
from helpdesk.models.ticket import Status
from helpdesk.storage import search as storage_search
from tests.world import a_customer, a_message, a_note, a_team, a_ticket, an_admin, an_agent, days_ago


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The Überweisung never arrived", "uberweisung"),
        ("Straße gesperrt", "STRASSE"),
        ("請求書を再発行してください", "請求書"),
        ("write to alice.smith@north.example please", "alice.smith@north.example"),
        ("error E-4711 on page two", '"E-4711"'),
        ("the invoice export hangs", "invoice exp"),
        ("le café est fermé", "cafe ferme"),
        ("it's O'Reilly & Söhne; DROP TABLE", "o'reilly sohne"),
        ("вода не работает", "ВОДА"),
        ("Best wishes, Søren Ærø", "soren aero"),
        ("pozdrawiam, Lukasz", "Łukasz"),
        ("ﾍﾞﾙが鳴らない", "ベル"),
        ("ベルが鳴らない", "ﾍﾞﾙ"),
        ("यह हिन्दी में है", '"हिन्दी में"'),
    ],
)
def test_words_are_found_whatever_their_case_accents_or_script(session: Session, text: str, typed: str):
    team = a_team(session)
    ticket = a_ticket(session, team, text=text)
    a_ticket(session, team, text="something else entirely")

    assert search.search(session, typed, by=an_agent(session, team)).tickets == [ticket]


def test_what_makes_another_word_is_not_folded(session: Session):
    team = a_team(session)
    a_ticket(session, team, text="ベルが鳴らない, ข้าว")

    for typed in ("ヘル", "ヘルが", "ขาว"):
        assert search.search(session, typed, by=an_agent(session, team)).tickets == [], typed


def test_letters_that_become_many_when_folded_fill_no_index(session: Session):
    team = a_team(session)
    swelling = " ".join(f"{number:x}" + "\ufdf2" * 14 for number in range(16_000))  # four letters each

    ticket = a_ticket(session, team, text=swelling)

    assert search.search(session, swelling.split()[0], by=an_agent(session, team)).tickets == [ticket]


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        '""',
        "*",
        "NEAR(",
        "a AND",
        "col:x",
        "-",
        "^x",
        "'); --",
        "\x00",
        "#",
        "(" * 500,
        "\ud800",
        "' : & | ! <->",
    ],
)
def test_whatever_is_typed_is_no_error(session: Session, typed: str):
    team = a_team(session)
    a_ticket(session, team)

    search.search(session, typed, by=an_agent(session, team))


def test_words_in_quotes_stand_beside_each_other(session: Session):
    team = a_team(session)
    together = a_ticket(session, team, text="the red lamp is broken")
    a_ticket(session, team, text="the lamp is red")

    assert search.search(session, '"red lamp"', by=an_agent(session, team)).tickets == [together]


def test_notes_are_found_and_the_newest_hit_comes_first(session: Session):
    team = a_team(session)
    ada = an_agent(session, team)
    first, second = a_ticket(session, team, text="zebra"), a_ticket(session, team, text="zebra")
    a_note(session, first, ada, "the zebra again")

    assert search.search(session, "zebra", by=ada).tickets == [first, second]


def test_what_may_not_be_read_is_found_by_number_and_customer_only(session: Session):
    team = a_team(session)
    customer = a_customer(session, "kim@far.example")
    old = a_ticket(session, team, customer=customer, text="heliotrope", status=Status.CLOSED, at=days_ago(60))
    ada = an_agent(session, team)

    assert search.search(session, "heliotrope", by=ada).tickets == []
    assert search.search(session, f"#{old.id}", by=ada).tickets == [old]
    assert search.search(session, "kim@far.example", by=ada).tickets == [old]


def test_what_is_not_visible_is_not_found_at_all(session: Session):
    foreign = a_ticket(session, customer=a_customer(session, "kim@far.example"), text="heliotrope")
    ada, root = an_agent(session, a_team(session)), an_admin(session)

    for typed in ("heliotrope", str(foreign.id), "kim@far.example"):
        assert search.search(session, typed, by=ada).tickets == []
    assert search.search(session, "heliotrope", by=root).tickets == []
    assert search.search(session, str(foreign.id), by=root).tickets == [foreign]


def test_an_answer_later_in_the_conversation_is_found(session: Session):
    team = a_team(session)
    ticket = a_ticket(session, team)
    a_message(session, ticket, text="now the thermostat too")

    assert search.search(session, "thermostat", by=an_agent(session, team)).tickets == [ticket]


def test_more_hits_than_are_gathered_at_once_are_walked_newest_first(session: Session):
    team = a_team(session)
    agent = an_agent(session, team)
    tickets = [a_ticket(session, team) for _ in range(3)]
    for number in range(230):
        a_message(session, tickets[2 if number > 210 else number % 2], text="the lamp")

    found = search.search(session, "lamp", by=agent).tickets

    assert [ticket.id for ticket in found] == [tickets[number].id for number in (2, 0, 1)]


@pytest.mark.parametrize(
    "bounds",
    [
        {},  # seen at a glance, all of them
        {"_GLANCE": 2, "_GLANCE_OF_SQLITE": 2, "_SECONDS_A_HIT": 60},  # common, and nearly all of it further back
        {"_GLANCE": 2, "_GLANCE_OF_SQLITE": 1, "_FARTHEST": 0},  # gathered by the index, few as they are
        {"_GLANCE": 2, "_FEW": 2, "_AT_ONCE": 1},  # gathered, one at a time
        {"_GLANCE": 2, "_FEW": 2, "_MOST_WALKED": 5, "_CHUNK": 1},  # too many to gather
    ],
)
def test_a_word_is_found_however_often_it_occurs_and_wherever_its_visible_hits_are(
    session: Session, monkeypatch: pytest.MonkeyPatch, bounds: dict[str, float]
):
    for name, value in bounds.items():
        monkeypatch.setattr(storage_search, name, value)
    team, foreign = a_team(session), a_team(session, "Chairs")
    own = [a_ticket(session, team, text="the lamp") for _ in range(2)]
    others = [a_ticket(session, foreign, text="the lamp") for _ in range(3)]
    a_message(session, own[0], text="the lamp again")
    a_message(session, others[1], text="a chair", subject="Re: something")

    assert search.search(session, "lamp", by=an_agent(session, team)).tickets == own
    assert search.search(session, "lam", by=an_agent(session, foreign)).tickets == others[::-1]


def test_a_common_word_is_not_sorted_as_a_whole(session: Session):
    """SQLite walks its index from its end: gathering each hit first took seconds on a large desk."""
    asked: list[tuple[str, Any]] = []
    team = a_team(session)
    agent = an_agent(session, team)
    a_message(session, a_ticket(session, team), text="the lamp")

    def hear(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        asked.append((statement, values))

    event.listen(session.get_bind(), "before_cursor_execute", hear)
    try:
        search.search(session, "lamp", by=agent)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", hear)

    for statement, values in [one for one in asked if "MATCH" in one[0]]:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        assert not [step for *_, step in plan if "ORDER BY" in step], plan
