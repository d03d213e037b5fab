"""After an upgrade that folds letters otherwise the search is made anew, and misses nothing meanwhile."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import failpoints
from helpdesk import runtime as parts
from helpdesk.desk import search
from helpdesk.models.agent import Agent
from helpdesk.models.content.message_content import MessageContent
from helpdesk.models.content.search_text import SearchRenewal, SearchText
from helpdesk.models.customer import Customer
from helpdesk.models.message import Attachment
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, record
from helpdesk.privacy import indexing as gate
from helpdesk.runtime import Runtime
from helpdesk.storage import indexing as index
from helpdesk.storage.db import Database
from helpdesk.storage.words import as_indexed
from helpdesk.storage.words_before import words_before
from tests import world
from workers import files, indexing


@pytest.fixture
def here(db: Database, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    moved = replace(runtime, db=db)
    monkeypatch.setattr(parts, "_current", moved)
    return moved


@pytest.fixture
def ada(here: Runtime) -> Agent:
    with here.db.transaction() as session:
        return world.an_agent(session, world.a_team(session))


def a_ticket(here: Runtime, ada: Agent, text: str) -> int:
    with here.db.transaction() as session:
        return world.a_ticket(session, session.merge(ada).teams[0], text=text).id


def as_before(here: Runtime) -> None:
    """All that is indexed stands there as an earlier version wrote it."""
    with here.db.transaction() as session:
        dialect = session.get_bind().dialect.name
        last = 0
        for row_id, message_id in session.execute(select(SearchText.id, SearchText.message_id)).all():
            said = session.get_one(MessageContent, message_id)
            words = as_indexed(words_before(f"{said.subject}\n{said.text}"), dialect)
            session.execute(update(SearchText).where(SearchText.id == row_id).values(words=words))
            last = max(last, row_id)
        session.add(SearchRenewal(below_id=last + 1))


def found(here: Runtime, ada: Agent, typed: str) -> set[int]:
    with here.db.transaction() as session:
        return {ticket.id for ticket in search.search(session, typed, by=session.merge(ada)).tickets}


def machines_that_read(session: Session, ticket_id: int) -> list[str]:
    customer = session.get_one(Customer, session.get_one(Ticket, ticket_id).customer_id)
    return [line.machine for line in record.readings_of(session, customer) if line.machine]


def is_under_way(session: Session) -> bool:
    return gate.is_being_renewed(session)


def test_old_rows_are_found_as_before_and_then_as_now(here: Runtime, ada: Agent):
    soren, bell, plain = (a_ticket(here, ada, text) for text in ("Søren wrote", "ベルが鳴らない", "a plain chair"))
    as_before(here)
    new = a_ticket(here, ada, "Søren Łukasz, ベル")

    for typed, tickets in (
        ("Søren", {soren, new}),
        ("SØREN wro", {soren}),
        ("ベル", {bell, new}),
        ("chair", {plain}),
    ):
        assert found(here, ada, typed) == tickets, typed
    indexing.renew()

    for typed, tickets in (("soren", {soren, new}), ("ベル", {bell, new}), ("ヘル", set()), ("chair", {plain})):
        assert found(here, ada, typed) == tickets, typed
    with here.db.reading() as session:
        assert not is_under_way(session)
        [event] = world.trail(session, "index.renew")
        assert event.actor_id == "index"
        assert machines_that_read(session, soren) == ["index"]
        assert machines_that_read(session, plain) == []  # of plain letters alone: nobody looked at it


def test_it_is_made_anew_in_pieces_and_killed_it_goes_on(here: Runtime, ada: Agent, monkeypatch: pytest.MonkeyPatch):
    tickets = {a_ticket(here, ada, f"Søren {number}") for number in range(5)}
    as_before(here)
    monkeypatch.setattr(index, "_MOST", 2)

    def die(_point: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(failpoints, "passing", die)
        with pytest.raises(KeyboardInterrupt):
            indexing.renew()
    assert len(found(here, ada, "soren")) == 2
    assert found(here, ada, "Søren") == tickets

    indexing.renew()

    assert found(here, ada, "soren") == tickets
    with here.db.reading() as session:
        assert not is_under_way(session)


def test_files_notes_and_subjects_are_made_anew_too_and_what_was_erased_stays_so(here: Runtime, ada: Agent):
    with here.db.transaction() as session:
        ada = session.merge(ada)
        ticket = world.a_ticket(session, ada.teams[0], text="See the file")
        message = world.a_message(session, ticket, text="Here, from Đorđe")
        gone = world.a_message(session, ticket, text="Gone, from Đorđe")
        world.a_note(session, ticket, ada, "He is called Łukasz")
        access.write_subject(session, ticket, "About Søren")
        for position, text in enumerate(["Ærø", "Œuvre"]):
            file = Attachment(message_id=message.id, position=position, media_type="text/plain", size=9)
            session.add(file)
            session.flush()
            access.write_attachment(session, file, name="ħal.txt", body=text.encode())
    files.look_at_files()
    with here.db.transaction() as session:
        spoilt = as_indexed(["nonsense", "ø"], session.get_bind().dialect.name)
        session.execute(update(SearchText).values(words=spoilt))
        session.add(SearchRenewal(below_id=10**6))
        access.erase_messages(session, [gone.id], [])
    rows = "soren", "lukasz", "dorde", "aero", "oeuvre", "hal", '"see the file"'

    indexing.renew()

    assert {typed: found(here, ada, typed) for typed in rows} == {typed: {ticket.id} for typed in rows}
    assert found(here, ada, "nonsense") == found(here, ada, "gone") == set()


def test_a_new_desk_has_nothing_to_make_anew(here: Runtime, ada: Agent):
    a_ticket(here, ada, "Søren")

    indexing.renew()

    with here.db.reading() as session:
        assert world.trail(session, "index.renew") == []
