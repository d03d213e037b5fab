"""What ends while somebody writes: the ending waits for what is being written, and what comes after it is refused.

SQLite has one writer at a time; on PostgreSQL two transactions could pass each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk.desk import agents, sign_in
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, grants
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.grants import Wish
from helpdesk.storage.db import Database, DatabaseUnreachable
from tests import world

SECRET = "of a browser"


@pytest.fixture
def db(migrated_postgres_url: str) -> Iterator[Database]:
    database = Database(migrated_postgres_url)
    yield database
    database.dispose()


@pytest.fixture
def ada(db: Database) -> Agent:
    """Signed in, with a permission for a ticket of another team; somebody else is an admin."""
    with db.transaction() as session:
        ada = world.an_agent(session, world.a_team(session))
        world.an_admin(session)
        sign_in.start(session, ada, SECRET, browser="Firefox")
        ticket = world.a_ticket(session, world.a_team(session))
        grant = grants.ask(session, Wish(Scope.TICKET, ticket.id, Purpose.BUG, "It crashes", 60), by=ada)
        grants.allow_by_customer(session, grant)
    return ada


@contextmanager
def impatient(db: Database) -> Iterator[Session]:
    """A transaction that waits for nobody."""
    with db.transaction() as session:
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        yield session


def ended(session: Session, ada: Agent) -> None:
    root = session.query(Agent).filter_by(name="Root Admin").one()
    agents.disable(session, session.get_one(Agent, ada.id), by=root)


def revoked(session: Session, _ada: Agent) -> None:
    root = session.query(Agent).filter_by(name="Root Admin").one()
    grants.end(session, session.query(AccessGrant).one(), by=root)


def is_in(session: Session) -> bool:
    return sign_in.current(session, SECRET) is not None


def may_read(session: Session) -> bool:
    ticket = session.get_one(Ticket, session.query(AccessGrant).filter_by(scope=Scope.TICKET).one().scope_id)
    try:
        access.require(session, ticket, by=session.query(Agent).filter_by(name="Ada Fischer").one())
    except AccessDenied:
        return False
    return True


CASES = pytest.mark.parametrize(("stands", "end"), [(is_in, ended), (may_read, revoked), (may_read, ended)])


@CASES
def test_an_ending_waits_for_what_is_being_written(db: Database, ada: Agent, stands, end):
    with db.transaction() as writing:
        assert stands(writing)
        with pytest.raises(DatabaseUnreachable, match="lock timeout"), impatient(db) as another:
            end(another, ada)


@CASES
def test_who_begins_to_write_while_it_ends_waits_and_is_refused(db: Database, ada: Agent, stands, end):
    with db.transaction() as ending:
        end(ending, ada)
        ending.flush()
        with pytest.raises(DatabaseUnreachable, match="lock timeout"), impatient(db) as writing:
            stands(writing)

    with db.transaction() as writing:
        assert not stands(writing)
