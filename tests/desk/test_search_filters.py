"""Filters of a search: each narrows as it says, on both databases, and tells nothing of what may not be read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import places, search, tickets
from helpdesk.desk.search_days import Days
from helpdesk.desk.search_filters import Filter
from helpdesk.models.access_grant import AccessGrant, Approver, GrantState, Purpose, Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.message import MessageAddress
from helpdesk.models.ticket import Place, Status, Ticket
from tests.world import a_customer, a_mailbox, a_message, a_note, a_team, a_ticket, an_admin, an_agent, days_ago


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session, "Front desk")


@pytest.fixture
def ada(session: Session, team: Team) -> Agent:
    return an_agent(session, team, name="Ada Fischer")


def a_live_grant(ticket: Ticket, agent: Agent) -> AccessGrant:
    ends = clock.now() + timedelta(hours=4)
    return AccessGrant(
        agent_id=agent.id, scope=Scope.TICKET, scope_id=ticket.id, purpose=Purpose.BUG, approver=Approver.ADMIN,
        state=GrantState.ACTIVE, asked_minutes=240, lapses_at=ends, starts_at=clock.now(), expires_at=ends,
    )  # fmt: skip


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


def test_a_mailbox_is_found_by_a_word_of_its_name_unless_one_is_called_so(session, team, ada):
    support, billing = (a_mailbox(session, team, address) for address in ("help@desk.example", "pay@desk.example"))
    support.name, billing.name = "Corvid Support", "Corvid Bérling Billing"
    of_support, of_billing = (a_ticket(session, team, mailbox=box) for box in (support, billing))

    for typed in ("mailbox:support", "mailbox:SUPP", 'mailbox:"corvid support"', "mailbox:help@desk.example"):
        assert found(session, typed, ada) == {of_support.id}, typed
    assert found(session, "mailbox:berling", ada) == {of_billing.id}
    assert found(session, "mailbox:corvid", ada) == {of_support.id, of_billing.id}
    assert found(session, "mailbox:orvid", ada) == found(session, "mailbox:%", ada) == set()
    billing.name = "Support"
    assert found(session, "mailbox:support", ada) == {of_billing.id}


def test_what_is_unknown_says_what_there_is_and_nothing_of_what_one_may_not_know(session, team, ada):
    mine = a_mailbox(session, team, "help@desk.example")
    board = a_team(session, "Board")
    boards = a_mailbox(session, board, "board@desk.example")
    mine.name, boards.name = "Help", "Secret board"
    an_agent(session, team, name="Kim Lee")
    session.flush()

    def said(typed: str, by: Agent) -> list[str] | None:
        misunderstood = search.search(session, typed, by=by).misunderstood
        return [name for known in misunderstood.values() for name in known] if misunderstood else None

    assert said("team:nobody", ada) == said("team:board", ada) == ["Front desk"]
    assert said("mailbox:nobody", ada) == said("mailbox:secret", ada) == said("-mailbox:secret", ada) == ["Help"]
    assert said("assignee:nobody", ada) == ["me", "none", "Ada Fischer", "Kim Lee"]
    assert said("team:board", an_admin(session)) is said("mailbox:secret", an_admin(session)) is None
    shown = a_ticket(session, board, mailbox=boards)
    session.add(a_live_grant(shown, ada))
    assert said("mailbox:secret", ada) is said("team:board", ada) is None
    assert found(session, "mailbox:secret", ada) == {shown.id}


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
        return ticket in search.search(session, typed, by=ada, days=Days(berlin)).tickets

    assert is_found("after:2026-04-01")
    assert is_found("after:2026-04")
    assert not is_found("before:2026-04-01")
    assert is_found("before:2026-04-02 after:2026")


def test_who_wrote_is_found_by_words_of_their_name(session, team, ada):
    soren = a_customer(session, "info@far.example", "Søren Ærø-Łukasz")
    kim, bell = a_customer(session, "kim@far.example", "Kim van der Lee"), a_customer(session, name="鈴木ベル")
    of_soren, of_kim, of_bell = (a_ticket(session, team, customer=one) for one in (soren, kim, bell))

    for typed, those in {
        "from:soren": {of_soren}, "from:LUK": {of_soren}, 'from:"søren aero"': {of_soren}, "from:ærø": {of_soren},
        "from:lee": {of_kim}, 'from:"kim l"': {of_kim}, 'from:"lee kim"': {of_kim}, "from:kim": {of_kim},
        "from:鈴木": {of_bell}, "from:ベル": {of_bell}, "from:ヘル": set(), "from:ee": set(),
        'from:"kim soren"': set(),
        "-from:soren -from:lee": {of_bell}, "from:%": set(), "from:_": set(),
    }.items():  # fmt: skip
        assert found(session, typed, ada) == {ticket.id for ticket in those}, typed


def test_a_name_that_is_learnt_later_is_found_too(session, team, ada):
    ticket = a_ticket(session, team, customer=a_customer(session, "kim@far.example", ""))

    a_customer(session, "kim@far.example", "Søren Berg")

    assert found(session, "from:berg", ada) == {ticket.id}


def test_a_name_tells_nothing_of_what_may_not_be_read(session, team, ada):
    a_ticket(session, customer=a_customer(session, "kim@far.example", "Søren Berg"))

    assert found(session, "from:soren", ada) == found(session, "from:soren", an_admin(session)) == set()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026", "2026-01-01"),
        ("2026-03", "2026-03-01"),
        ("31.3.2026", "2026-03-31"),
        ("31.03.26", "2026-03-31"),
        ("31.3.", "2026-03-31"),
        ("24.12.", "2025-12-24"),  # the last one
        ("4/3/2026", "2026-03-04"),
        ("3/31/2026", "2026-03-31"),  # there is no such month
        ("31/3", "2026-03-31"),
        ("Today", "2026-05-31"),
        ("yesterday", "2026-05-30"),
        ("heute", "2026-05-31"),
        ("GESTERN", "2026-05-30"),
        ("7d", "2026-05-24"),
        ("7t", "2026-05-24"),
        ("2 weeks", "2026-05-17"),
        ("1w", "2026-05-24"),
        ("3m", "2026-02-28"),
        ("5 Monate", "2025-12-31"),
        ("1j", "2025-05-31"),
        ("0d", "2026-05-31"),
    ],
)
def test_a_day_is_said_in_many_ways(said, meant):
    with clock.stopped_at(datetime(2026, 5, 30, 22, 30, tzinfo=UTC)):
        assert str(Days(ZoneInfo("Europe/Berlin")).meant(said)) == meant


def test_who_writes_the_month_first_is_understood_so():
    americans = Days(is_month_first=True)

    assert str(americans.meant("4/3/2026")) == "2026-04-03"
    assert str(americans.meant("31/3/2026")) == "2026-03-31"
    assert str(americans.meant("4.3.2026")) == "2026-03-04"


@pytest.mark.parametrize(
    "said",
    ["", "soon", "2026-02-31", "31.2.2026", "29.2.", "7x", "9999y", "99999d", "0000", "13/13/2026", "1.2.3.4", "٣d"],
)
def test_what_is_no_day_is_none(said):
    with clock.stopped_at(datetime(2026, 5, 30, tzinfo=UTC)):
        assert Days().beginning(said) is None


@pytest.mark.parametrize(
    "typed", ["is:nonsense", "before:2026-02-31", "after:soon", "has:fun", "before:99999-01-01", "after:0000"]
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
