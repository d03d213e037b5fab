"""Two who change one thing at the same moment: the second waits for the first, and then sees what it did.

SQLite has one writer at a time; on PostgreSQL two transactions could pass each other.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk.desk import delivery, merges, outbox, replies, sendings, taking_back, tickets, undelivered
from helpdesk.desk.editor import Written
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery
from helpdesk.models.ticket import Ticket
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
