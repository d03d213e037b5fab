"""No test sees what another one left in its database."""

from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from helpdesk.runtime import Runtime, current
from helpdesk.storage.db import Database
from tests.servers.database import Lender
from tests.servers.emptied import ALONE, EmptiedDatabase


@pytest.mark.parametrize("turn", [1, 2])
def test_rows_of_one_test_are_not_there_in_the_next(db: Database, turn: int):
    with db.transaction() as session:
        made = session.execute(text("INSERT INTO tag (name) VALUES ('left behind') RETURNING id")).scalar()
        assert made == 1

    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM tag")).scalar() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_the_session_of_a_test_is_never_committed(session: Session, turn: int):
    session.execute(text("INSERT INTO tag (name) VALUES ('undone')"))

    assert session.execute(text("SELECT count(*) FROM tag")).scalar() == 1


def test_a_database_whose_shape_was_changed_is_not_used_again(emptied_postgres: EmptiedDatabase):
    before = emptied_postgres.url()
    assert emptied_postgres.url() == before

    with psycopg.connect(before) as connection:
        connection.execute("ALTER TABLE audit_event DISABLE TRIGGER ALL")

    assert emptied_postgres.url() != before


def test_whoever_is_still_connected_is_sent_away(emptied_postgres: EmptiedDatabase):
    with psycopg.connect(emptied_postgres.url()) as left_open:
        left_open.execute("INSERT INTO tag (name) VALUES ('held')")

        emptied_postgres.url()

        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")


def test_a_test_may_send_everybody_away(emptied_postgres: EmptiedDatabase):
    before = emptied_postgres.url()
    with psycopg.connect(before, autocommit=True) as connection:
        connection.execute(ALONE, {"spared": []})

    assert emptied_postgres.url() == before


def test_one_that_is_lent_is_empty_again_whatever_was_done_to_it(lent_db: Database, lender: Lender):
    with lent_db.transaction() as session:
        session.execute(text("INSERT INTO tag (name) VALUES ('committed after all')"))

    with lender.lent().transaction() as session:
        assert session.execute(text("INSERT INTO tag (name) VALUES ('first') RETURNING id")).scalar() == 1


def test_one_that_is_lent_stays_connected_while_nothing_was_committed(lent_db: Database, lender: Lender):
    with suppress(ZeroDivisionError), lent_db.transaction() as session:
        session.execute(text("INSERT INTO tag (name) VALUES ('undone')"))
        before = session.connection().connection.driver_connection
        raise ZeroDivisionError

    with lender.lent().transaction() as session:
        assert session.connection().connection.driver_connection is before
        assert session.execute(text("INSERT INTO tag (name) VALUES ('first') RETURNING id")).scalar() == 1


def test_numbers_begin_again_where_nothing_else_has_to(emptied_postgres: EmptiedDatabase):
    add = "INSERT INTO tag (name) VALUES ('a word') RETURNING id"
    for _ in range(2):
        with psycopg.connect(emptied_postgres.url()) as connection:
            assert connection.execute(add).fetchone() == (1,)
            connection.rollback()
        with psycopg.connect(emptied_postgres.url()) as connection:
            assert connection.execute(add).fetchone() == (1,)


def test_one_that_somebody_still_holds_is_lent_to_nobody_else(lent_db: Database, lender: Lender):
    with lent_db.engine.connect() as held:
        held.execute(text("SELECT 1"))

        assert lender.lent() is not lent_db
        held.invalidate()


def test_a_runtime_stands_on_its_own_database_key_and_redis(runtime: Runtime):
    with runtime.db.transaction() as session:
        session.execute(text("INSERT INTO tag (name) VALUES ('here')"))
    sealed = runtime.vault.seal("a password", what="test")

    assert current() is runtime
    assert runtime.vault.open(sealed, what="test") == "a password"
    assert runtime.doorbell.redis.ping()
