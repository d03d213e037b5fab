"""Filters of a search: each narrows as it says, on both databases, and tells nothing of what may not be read."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import places, search, tickets
from helpdesk.desk.search_filters import Filter
from helpdesk.models.agent import Agent, Team
from helpdesk.models.message import MessageAddress
from helpdesk.models.ticket import Place, Status, Ticket
from tests.world import a_customer, a_message, a_note, a_team, a_ticket, an_admin, an_agent, days_ago


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session, "Front desk")


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return an_agent(session, team, name="Ada Fischer")


def found(session: Session, typed: str, by: Agent) -> set[int]:
    return {ticket.id for ticket in search.search(session, typed, by=by).tickets}


@pytest.mark.parametrize(
    ("typed", "filters", "plain"),
    [
        ("lamp is:open", [("is", "open", False)], "lamp"),
        ('team:"Front desk" -tag:spam', [("team", "Front desk", False), ("tag", "spam", True)], ""),
        ("TAG:Invoice", [("tag", "Invoice", False)], ""),
        ("https://lamp.example note:x", [], "https://lamp.example note:x"),
        ("from:kim@far.example the", [("from", "kim@far.example", False)], "the"),
        ('tag:"unclosed two', [("tag", "unclosed two", False)], ""),
        ("from: kim is: open lamp", [("from", "kim", False), ("is", "open", False)], "lamp"),
        ('-team:  "Front desk"', [("team", "Front desk", True)], ""),
        ("from: is:open", [("is", "open", False)], "from:"),
        ("is: ", [], "is:"),
    ],
)
def test_what_was_typed_is_taken_apart_and_can_be_typed_again(typed, filters, plain):
    query = search.understand(typed)

    assert query.filters == tuple(Filter(*one) for one in filters)
    assert query.plain == plain
    assert search.understand(" ".join(one.typed for one in query.filters)).filters == query.filters


def test_states_people_and_teams(session, team, ada):
    taken, closed, foreign = a_ticket(session, team), a_ticket(session, team, status=Status.CLOSED), a_ticket(session)
    tickets.assign(session, taken, ada, by=ada)
    spam = a_ticket(session, team)
    places.put(session, spam, Place.SPAM, by=ada)

    assert found(session, "is:open", ada) == {taken.id}
    assert found(session, "is:closed", ada) == {closed.id}
    assert found(session, "is:spam", ada) == {spam.id}
    assert found(session, "is:mine", ada) == found(session, "assignee:me", ada) == {taken.id}
    assert found(session, "assignee:ada", ada) == found(session, f"assignee:{ada.email}", ada) == {taken.id}
    assert found(session, "is:unassigned is:closed", ada) == {closed.id}
    assert found(session, 'team:"front desk" -is:closed -is:spam', ada) == {taken.id}
    assert foreign.id not in found(session, "is:open", ada)
    assert foreign.id in found(session, "is:open", an_admin(session))


def test_names_are_found_whatever_their_case_and_accents(session):
    team = a_team(session, "Überprüfung")
    elodie = an_agent(session, team, name="Élodie Garnier-Ōe")
    ticket = a_ticket(session, team)
    tickets.assign(session, ticket, elodie, by=elodie)

    for typed in (
        "assignee:elodie", "assignee:ÉLODIE", "assignee:garnier", "assignee:Élodie", 'assignee:"elodie garnier"',
        "team:überprüfung", "team:UBERPRUFUNG", "assignee:ME",
    ):  # fmt: skip
        assert found(session, typed, elodie) == {ticket.id}, typed
    for typed in ("assignee:lodie", "assignee:%", "team:Über", "assignee:_"):
        assert found(session, typed, elodie) == set(), typed


def test_words_are_narrowed_by_filters(session, team, ada):
    open_one = a_ticket(session, team, text="the heliotrope lamp")
    a_ticket(session, team, text="the heliotrope chair", status=Status.CLOSED)

    assert found(session, "heliotrope is:open", ada) == {open_one.id}
    assert found(session, f"#{open_one.id} is:closed", ada) == set()


def test_tags_attachments_and_notes(session, team, ada):
    tagged, plain = a_ticket(session, team), a_ticket(session, team)
    tickets.tag(session, tagged, "Invoice", by=ada)
    tagged.has_attachments = True
    a_note(session, plain, ada)

    assert found(session, "tag:INVOICE", ada) == found(session, "has:attachment", ada) == {tagged.id}
    assert found(session, "-tag:invoice", ada) == found(session, "has:note", ada) == {plain.id}


def test_who_wrote_and_who_was_addressed(session, team, ada):
    kims = a_ticket(session, team, customer=a_customer(session, "kim.lee@far.example"))
    message = a_message(session, kims)
    session.add(MessageAddress(message_id=message.id, field="cc", email="boss@near.example"))
    other = a_ticket(session, team)

    for typed in ("from:kim.lee@far.example", "from:kim", "from:@far.example", "to:boss@near.example", "to:boss"):
        assert found(session, typed, ada) == {kims.id}, typed
    assert found(session, "from:im.lee", ada) == found(session, "from:_", ada) == set()
    assert found(session, "-from:kim", ada) == {other.id}


def test_days_begin_where_the_desk_is(session, team, ada):
    ticket = a_ticket(session, team, at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))  # the first of April in Berlin
    berlin = ZoneInfo("Europe/Berlin")

    def is_found(typed: str) -> bool:
        return ticket in search.search(session, typed, by=ada, zone=berlin).tickets

    assert is_found("after:2026-04-01")
    assert is_found("after:2026-04")
    assert not is_found("before:2026-04-01")
    assert is_found("before:2026-04-02 after:2026")


@pytest.mark.parametrize(
    "typed", ["is:nonsense", "before:2026-02-31", "after:yesterday", "has:fun", "before:99999-01-01", "after:0000"]
)
def test_what_is_not_understood_finds_nothing_and_is_named(session, team, ada, typed):
    a_ticket(session, team)

    results = search.search(session, f"{typed} is:open", by=ada)

    assert results.tickets == []
    assert [one.typed for one in results.misunderstood] == [typed]


def test_a_filter_on_content_says_nothing_of_what_may_not_be_read(session, team, ada):
    old = a_ticket(
        session, team, status=Status.CLOSED, at=days_ago(60), customer=a_customer(session, "kim@far.example")
    )
    tickets.tag(session, old, "illness", by=ada)
    root = an_admin(session)

    for typed in ("tag:illness", "from:kim@far.example", "has:tag"):
        assert found(session, typed, ada) == found(session, typed, root) == set(), typed
    assert found(session, "is:closed", ada) == found(session, "is:closed", root) == {old.id}


def test_a_number_is_found_as_it_stands_in_a_subject(session, team, ada):
    ticket = a_ticket(session, team)

    for typed in (f"[#{ticket.id}]", f"#{ticket.id}", f"(#{ticket.id})", f"Re: [Lamps #{ticket.id}]"):
        assert ticket.id in found(session, typed, ada), typed


def test_filters_alone_list_the_newest_first_and_no_merged_cover(session, team, ada):
    first, second = a_ticket(session, team, at=days_ago(2)), a_ticket(session, team, at=days_ago(1))
    cover: Ticket = a_ticket(session, team)
    cover.place = Place.MERGED

    assert search.search(session, "-tag:x", by=ada).tickets == [second, first]
