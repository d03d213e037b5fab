"""Connections to PostgreSQL whose server goes away, or closes them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from helpdesk.storage import db as storage
from helpdesk.storage.db import Database, DatabaseUnreachable
from tests.servers.postgres import Postgres


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    with postgres.database() as url:
        made = Database(url)
        yield made
        made.dispose()


def close_all(database: Database) -> None:
    """As a restart of the server does; asked on a line of its own."""
    apart = Database(database.url)
    own = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
    with apart.transaction() as session:
        session.execute(text(f"{own} AND pid <> pg_backend_pid()"))
    apart.dispose()


def ask(database: Database) -> list[int]:
    with database.reading() as one, database.reading() as another:  # two lines, so that two lie there afterwards
        return [session.execute(text("SELECT 1")).scalar_one() for session in (one, another)]


def test_a_line_that_lay_idle_is_tried_before_it_is_used_and_so_are_all_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    ask(database)
    close_all(database)
    monkeypatch.setattr(storage, "_SURELY_THERE_S", 0.0)

    assert ask(database) == [1, 1]


def test_one_just_used_is_not_tried_and_what_it_was_to_ask_is_refused_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(storage, "_SURELY_THERE_S", 60.0)
    ask(database)
    close_all(database)

    with pytest.raises(DatabaseUnreachable):
        ask(database)
    assert ask(database) == [1, 1]
