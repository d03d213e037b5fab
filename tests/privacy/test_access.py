"""The gate: who may read what, on which basis, and what each reading leaves behind."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import intake, links, places, search, snooze, tickets
from helpdesk.models.access_grant import Purpose
from helpdesk.models.message import Direction, Message
from helpdesk.models.ticket import Channel, Place, Status
from helpdesk.privacy import access, audit, protection
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import Database, ReadingOnly
from tests.world import a_message, a_note, a_team, a_ticket, an_admin, an_agent, days_ago, trail


def test_an_agent_of_the_team_reads_an_open_ticket_and_leaves_an_event(session: Session):
    team = a_team(session)
    ada, ticket = an_agent(session, team), a_ticket(session, team, subject="Broken zip")
    a_note(session, ticket, ada, "called twice")

    said = access.read(session, ticket, by=ada)

    assert said.subject == "Broken zip"
    assert list(said.notes.values()) == ["called twice"]
    (event,) = trail(session, "ticket.read")
    assert (event.actor_kind, event.actor_id) == ("agent", str(ada.id))
    assert (event.object_id, event.subject_id, event.basis) == (ticket.id, ticket.customer_id, "ordinary handling")


@pytest.mark.parametrize("reader", [an_agent, an_admin])
def test_nobody_outside_the_team_reads_a_ticket_not_even_an_admin(session: Session, reader):
    ticket, outsider = a_ticket(session), reader(session, a_team(session))

    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=outsider)
    assert trail(session, "ticket.read") == []


def test_a_disabled_agent_reads_nothing(session: Session):
    team = a_team(session)
    ada, ticket = an_agent(session, team), a_ticket(session, team)
    ada.is_disabled = True

    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)


def test_ordinary_handling_ends_fourteen_days_after_closing(session: Session):
    team = a_team(session)
    ada = an_agent(session, team)
    closed = a_ticket(session, team, status=Status.CLOSED, at=clock.now())

    with clock.stopped_at(clock.now() + timedelta(days=13, hours=23)):
        assert access.read(session, closed, by=ada)
    with clock.stopped_at(clock.now() + timedelta(days=14, minutes=1)), pytest.raises(AccessDenied):
        access.read(session, closed, by=ada)


def test_earlier_tickets_are_readable_while_the_same_team_helps_their_customer(session: Session):
    team = a_team(session)
    ada = an_agent(session, team)
    old = a_ticket(session, team, status=Status.CLOSED, at=days_ago(300))
    elsewhere = a_ticket(session, customer=old.customer, status=Status.CLOSED, at=days_ago(300))
    now_open = a_ticket(session, team, customer=old.customer)

    assert access.read(session, old, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, elsewhere, by=ada)

    now_open.status, now_open.closed_at = Status.CLOSED, days_ago(20)
    session.flush()
    with pytest.raises(AccessDenied):
        access.read(session, old, by=ada)


@pytest.mark.parametrize("place", [Place.SPAM, Place.TRASH])
def test_nobody_is_being_helped_on_a_ticket_in_spam_or_in_the_trash(session: Session, place: Place):
    team = a_team(session)
    ada, old = an_agent(session, team), a_ticket(session, team, status=Status.CLOSED, at=days_ago(300))
    now_open = a_ticket(session, team, customer=old.customer)
    assert access.read(session, old, by=ada)

    places.put(session, now_open, place, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, old, by=ada)
    assert access.glimpse(session, [old], by=ada, view="search") == {}
    assert access.read(session, now_open, by=ada)  # to see that it is spam, one looks at it

    places.put(session, now_open, Place.DESK, by=ada)
    assert access.read(session, old, by=ada)


def test_reopening_is_no_way_around_a_permission(session: Session):
    team = a_team(session)
    ada, old = an_agent(session, team), a_ticket(session, team, status=Status.CLOSED, at=days_ago(30))

    with pytest.raises(AccessDenied):
        tickets.reopen(session, old, by=ada)

    assert old.is_closed


@pytest.mark.parametrize("take_up", [tickets.reopen, tickets.wait, snooze.snooze])
def test_taking_up_a_closed_ticket_opens_nothing_else_until_the_customer_writes(session: Session, take_up: Any):
    team = a_team(session)
    ada, old = an_agent(session, team), a_ticket(session, team, status=Status.CLOSED, at=days_ago(300))
    recent = a_ticket(session, team, customer=old.customer, status=Status.CLOSED, at=days_ago(3))

    take_up(session, recent, by=ada)
    assert access.read(session, recent, by=ada)
    with pytest.raises(AccessDenied):
        access.read(session, old, by=ada)

    intake._has_spoken(session, recent, a_message(session, recent))
    assert access.read(session, old, by=ada)


def test_a_closing_that_is_taken_back_leaves_things_as_they_were(session: Session):
    team = a_team(session)
    ada, old = an_agent(session, team), a_ticket(session, team, status=Status.CLOSED, at=days_ago(300))
    now_open = a_ticket(session, team, customer=old.customer)

    tickets.close(session, now_open, by=ada)
    tickets.reopen(session, now_open, by=ada)

    assert access.read(session, old, by=ada)


def test_splitting_off_what_somebody_else_wrote_opens_nothing_of_theirs(session: Session):
    team = a_team(session)
    ada, old = an_agent(session, team), a_ticket(session, team, status=Status.CLOSED, at=days_ago(300))
    others = a_ticket(session, team)
    a_message(session, others)
    theirs = a_message(session, others)
    theirs.customer_id = old.customer_id
    session.flush()

    links.split(session, others, theirs, by=ada)

    with pytest.raises(AccessDenied):
        access.read(session, old, by=ada)


def test_writing_to_a_customer_opens_nothing_until_they_answer(session: Session):
    team = a_team(session)
    ada, old = an_agent(session, team), a_ticket(session, team, status=Status.CLOSED, at=days_ago(30))
    ours = a_ticket(session, team, customer=old.customer, status=Status.PENDING)
    ours.channel = Channel.AGENT
    session.execute(update(Message).where(Message.ticket_id == ours.id).values(direction=Direction.SENT))

    with pytest.raises(AccessDenied):
        access.read(session, old, by=ada)
    a_message(session, ours)

    assert access.read(session, old, by=ada)


def test_a_machine_reads_with_a_basis_of_its_own(session: Session):
    ticket = a_ticket(session)

    assert access.read(session, ticket, by=Machine.DELIVERY).subject
    (event,) = trail(session, "ticket.read")
    assert event.basis.startswith("delivery")


def test_a_list_shows_glimpses_of_readable_tickets_only_and_names_them_in_one_event(session: Session):
    team = a_team(session)
    ada = an_agent(session, team)
    mine, foreign = a_ticket(session, team, subject="Mine"), a_ticket(session, subject="Foreign")

    seen = access.glimpse(session, [mine, foreign], by=ada, view="open")
    again = access.glimpse(session, [mine, foreign], by=ada, view="open")

    assert {key: glimpse.subject for key, glimpse in seen.items()} == {mine.id: "Mine"}
    assert again == seen
    (event,) = trail(session, "list.read")
    assert json.loads(event.core)["facts"] == {"tickets": [mine.id], "view": "open"}


def test_a_ticket_that_comes_into_a_list_gets_a_further_event(session: Session):
    team = a_team(session)
    ada, first = an_agent(session, team), a_ticket(session, team)
    access.glimpse(session, [first], by=ada, view="open")
    second = a_ticket(session, team)

    access.glimpse(session, [first, second], by=ada, view="open")

    assert [json.loads(event.core)["facts"]["tickets"] for event in trail(session, "list.read")] == [
        [first.id],
        [second.id],
    ]


def test_a_reading_session_changes_nothing_and_its_readings_are_kept_by_the_edge(db: Database):
    with db.transaction() as session:
        team = a_team(session)
        ada, ticket = an_agent(session, team), a_ticket(session, team)
    with db.reading() as session:
        access.read(session, ticket, by=ada)
        readings = session.info["readings"]
        assert trail(session, "ticket.read") == []

    audit.keep_readings(db, readings)
    audit.keep_readings(db, readings)  # the same page again, a moment later

    with db.reading() as session:
        assert len(trail(session, "ticket.read")) == 1
    with pytest.raises(ReadingOnly), db.reading() as session:
        a_team(session)


@pytest.mark.parametrize("tampering", ["UPDATE audit_event SET actor_id = '1'", "DELETE FROM audit_event"])
def test_the_database_itself_refuses_to_change_the_trail(session: Session, tampering: str):
    team = a_team(session)
    access.read(session, a_ticket(session, team), by=an_agent(session, team))
    session.flush()

    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(tampering))
    assert len(trail(session, "ticket.read")) == 1


def test_content_shows_in_no_repr(session: Session):
    team = a_team(session)
    ticket = a_ticket(session, team, subject="canary-subject", text="canary-text")

    said = access.read(session, ticket, by=an_agent(session, team))

    assert "canary" not in repr(said)
    assert "canary" not in repr(list(said.messages.values()))


def test_the_command_line_reads_nothing_by_itself(session: Session):
    ticket = a_ticket(session)

    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=Machine.COMMAND)


@pytest.mark.parametrize("what", ["ticket", "customer"])
def test_a_protected_ticket_is_read_by_its_team_only_for_a_stated_purpose(session: Session, what: str):
    team = a_team(session)
    ada, root = an_agent(session, team), an_admin(session)
    ticket = a_ticket(session, team, text="heliotrope")
    protection.protect(session, ticket if what == "ticket" else ticket.customer, by=root)
    session.flush()

    with pytest.raises(access.PurposeNeeded):
        access.read(session, ticket, by=ada)
    assert access.glimpse(session, [ticket], by=ada, view="open") == {}
    assert search.search(session, "heliotrope", by=ada).tickets == []

    protection.state(session, ticket, Purpose.BUG, by=ada)
    session.flush()

    assert access.read(session, ticket, by=ada)
    assert json.loads(trail(session, "ticket.read")[-1].core)["facts"]["purpose"] == "bug"
    assert set(access.glimpse(session, [ticket], by=ada, view="open")) == {ticket.id}
    with clock.stopped_at(clock.now() + timedelta(hours=10)), pytest.raises(access.PurposeNeeded):
        access.read(session, ticket, by=ada)


def test_a_stated_purpose_is_no_basis(session: Session):
    ticket, otto = a_ticket(session), an_agent(session, a_team(session))
    protection.protect(session, ticket, by=an_admin(session))
    protection.state(session, ticket, Purpose.BUG, by=otto)
    session.flush()

    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=otto)


def test_a_clock_that_is_put_back_keeps_no_reading_off_the_trail(db: Database):
    with db.transaction() as session:
        team = a_team(session)
        ada, ticket = an_agent(session, team), a_ticket(session, team)

    for hours in (0, -1, -1):
        with clock.stopped_at(clock.now().replace(microsecond=0) + timedelta(hours=hours)), db.reading() as session:
            access.read(session, ticket, by=ada)
            access.glimpse(session, [ticket], by=ada, view="open")
            audit.keep_readings(db, session.info["readings"])

    with db.transaction() as session:
        assert len(trail(session, "ticket.read")) == 2
        assert len(trail(session, "list.read")) == 2
