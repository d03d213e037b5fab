"""Every migration goes up, agrees with the models, and goes down again, on both kinds of database."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.orm import Session

from helpdesk.storage.db import Database
from tests.servers.database import alembic_for


def test_the_migrations_go_up_agree_with_the_models_and_go_down(database_url: str):
    alembic = alembic_for(database_url)

    command.upgrade(alembic, "head")
    command.check(alembic)
    command.downgrade(alembic, "base")

    assert tables(database_url) <= {"alembic_version"}
    command.upgrade(alembic, "head")
    command.check(alembic)


def test_alembic_check_sees_a_column_that_no_migration_makes(migrated_url: str):
    alembic = alembic_for(migrated_url)
    engine = create_engine(migrated_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE customer ADD COLUMN forgotten integer"))
    engine.dispose()

    with pytest.raises(CommandError, match="forgotten"):
        command.check(alembic)


def test_there_is_one_line_of_migrations():
    alembic = ScriptDirectory.from_config(alembic_for("sqlite://"))

    assert len(alembic.get_heads()) == 1


# PostgreSQL databases are emptied between tests (tests/servers/emptied.py): rows made by a migration would be lost
def test_a_migrated_database_of_a_test_starts_without_rows(session: Session, db: Database):
    for table in tables(db.url) - {"alembic_version"}:
        if not table.startswith("search_"):
            assert session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0, table  # noqa: S608 (our own)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found
