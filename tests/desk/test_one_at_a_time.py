"""Two who change one thing at the same moment: the second waits for the first, and then sees what it did.

SQLite has one writer at a time; on PostgreSQL two transactions could pass each other.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk.desk import (
    agents,
    bulk,
    delivery,
    links,
    merges,
    outbox,
    replies,
    roles,
    sendings,
    taking_back,
    teams,
    tickets,
    undelivered,
)
from helpdesk.desk.editor import Written
from helpdesk.desk.roles import Powers
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.bulk import Bulk, Verb
from helpdesk.models.merge import TicketLink
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery
from helpdesk.models.role import Scope
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import Database, DatabaseUnreachable
from tests import world

Does = Callable[[Session], object]


@pytest.fixture
def db(migrated_postgres_url: str) -> Iterator[Database]:
    """A desk with two tickets: an answer on the first was lost, another one waits."""
    database = Database(migrated_postgres_url)
    with database.transaction() as session:
        team = world.a_team(session)
        ada = world.an_agent(session, team)
        ticket, _other = (world.a_ticket(session, team) for _ in range(2))
        replies.reply(session, ticket, "Lost.", by=ada)
        claimed = outbox.claim(session, session.scalars(select(Delivery.outbound_email_id)).one())
        assert claimed
        delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, Answer.of(550, "no such user")))
        sendings.send(session, ticket, Written(text="Waits."), by=ada)
    yield database
    database.dispose()


def of(session: Session) -> tuple[Ticket, Ticket, Agent, Delivery]:
    first, second = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    ada, row = session.scalars(select(Agent)).one(), session.scalars(select(Delivery).order_by(Delivery.id)).first()
    assert row
    return first, second, ada, row


def correct(session: Session) -> None:
    ticket, _other, ada, row = of(session)
    undelivered.send_to(session, ticket, row, "right@customer.example", by=ada)


def try_again(session: Session) -> None:
    ticket, _other, ada, row = of(session)
    undelivered.try_again(session, ticket, row, by=ada)


def mark(session: Session) -> None:
    delivery.held(session, of(session)[3].outbound_email_id)


def answer(session: Session) -> None:
    ticket, _other, ada, _row = of(session)
    sendings.send(session, ticket, Written(text="Hello."), by=ada)


def note(session: Session) -> None:
    ticket, _other, ada, _row = of(session)
    tickets.note(session, ticket, "He called.", by=ada)


def merge(session: Session) -> None:
    ticket, other, ada, _row = of(session)
    merges.merge(session, ticket, other, by=ada)


def take_back(session: Session) -> None:
    message = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message
    taking_back.take_back(session, message, by=of(session)[2])


@contextmanager
def impatient(db: Database) -> Iterator[Session]:
    """A transaction that waits for nobody."""
    with db.transaction() as session:
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        yield session


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (mark, correct),
        (correct, try_again),
        (correct, correct),
        (answer, merge),
        (note, merge),
        (merge, answer),
        (merge, note),
        (merge, take_back),
    ],
)
def test_the_second_waits_for_the_first(db: Database, first: Does, second: Does):
    with db.transaction() as session:
        first(session)
        session.flush()

        with pytest.raises(DatabaseUnreachable, match="lock timeout"), impatient(db) as another:
            second(another)


def blocked(db: Database, first: Does, second: Does) -> Exception | None:
    """The second begins while the first is not committed, and waits for it; what the second then raised."""
    raised: list[Exception] = []

    def do() -> None:
        try:
            with db.transaction() as another:
                second(another)
        except Exception as error:  # noqa: BLE001  looked at by who began it
            raised.append(error)

    thread = threading.Thread(target=do)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with db.transaction() as session:
        first(session)
        session.flush()
        thread.start()
        while not session.scalar(waiting):
            assert thread.is_alive(), "it did not wait"
    thread.join(30)
    return raised[0] if raised else None


def unmerge(session: Session) -> None:
    ticket, _other, ada, _row = of(session)
    merges.undo(session, ticket, by=ada)


def split(session: Session) -> None:
    ticket, _other, ada, _row = of(session)
    message = session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)).first()
    assert message
    links.split(session, ticket, message, by=ada)


def link(session: Session) -> None:
    ticket, other, ada, _row = of(session)
    links.link(session, other, ticket, by=ada)


def close_both(session: Session) -> None:
    ticket, other, ada, _row = of(session)
    bulk.ask(session, Verb.CLOSE, "", [other.id, ticket.id], by=ada, key="close")


def take_bulk_back(session: Session) -> None:
    bulk.undo(session, session.scalars(select(Bulk)).one(), by=of(session)[2])


def reopen(session: Session) -> None:
    ticket, _other, ada, _row = of(session)
    tickets.reopen(session, ticket, by=ada)


def test_a_merge_is_undone_once(db: Database):
    with db.transaction() as session:
        merge(session)

    assert isinstance(blocked(db, unmerge, unmerge), merges.NotToBeUndone)

    with db.reading() as session:
        assert of(session)[1].merged_count == 0


def test_a_message_is_split_off_once(db: Database):
    assert isinstance(blocked(db, split, split), links.NotToBeSplit)

    with db.reading() as session:
        assert len(session.scalars(select(Ticket)).all()) == 3


def test_two_tickets_are_linked_once(db: Database):
    assert blocked(db, link, link) is None

    with db.reading() as session:
        assert len(session.scalars(select(TicketLink)).all()) == 1


def add_team(session: Session) -> None:
    teams.make(session, "Lamps", by=Machine.DEMO)


def add_role(session: Session) -> None:
    roles.make(session, "Lamplighter", Powers((), Scope.NONE), by=Machine.DEMO)


def add_agent(session: Session) -> None:
    agents.add(session, name="Eva", email="eva@desk.example", by=Machine.DEMO)


@pytest.mark.parametrize(
    ("add", "refused"),
    [(add_team, teams.TeamKnown), (add_role, roles.RoleKnown), (add_agent, agents.AgentExists)],
)
def test_a_name_is_taken_once(db: Database, add: Does, refused: type[Exception]):
    assert isinstance(blocked(db, add, add), refused)


def test_what_is_changed_while_many_are_taken_back_is_left_alone(db: Database):
    with db.transaction() as session:
        close_both(session)

    assert blocked(db, reopen, take_bulk_back) is None

    with db.reading() as session:
        made = session.scalars(select(Bulk)).one()
        assert (made.put_back, made.changed_since) == (1, 1)
        assert of(session)[0].status is Status.OPEN
