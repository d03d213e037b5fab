"""`helpdesk migrate` brings a database to the newest form, whole or not at all."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from helpdesk.storage import migrations
from helpdesk.storage.db import Database


def test_an_empty_database_is_brought_to_the_newest_form_once(database_url: str):
    database = Database(database_url)

    before, again = migrations.upgrade(database), migrations.upgrade(database)

    assert before.current is None
    assert again.is_at_head
    migrations.require_head(database)
    database.dispose()


def test_two_that_migrate_at_once_wait_for_each_other(database_url: str):
    errors: list[Exception] = []

    def migrate() -> None:
        database = Database(database_url)
        try:
            migrations.upgrade(database)
        except Exception as error:  # noqa: BLE001  a thread's errors are the test's
            errors.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(database_url: str):
    database = Database(database_url)
    with database.changing_form() as connection:
        connection.execute(text("CREATE TABLE ticket (id INTEGER PRIMARY KEY)"))  # in the way of the second migration

    with pytest.raises(migrations.MigrationFailed, match="is as it was"):
        migrations.upgrade(database)

    assert migrations.standing(database).current is None
    with database.reading() as session, pytest.raises(Exception, match="agent"):
        session.execute(text("SELECT count(*) FROM agent"))
    database.dispose()


def test_a_database_of_a_newer_version_is_left_alone(db: Database):
    with db.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(migrations.MadeByNewerVersion, match="newer version"):
        migrations.upgrade(db)
    with pytest.raises(migrations.NotMigrated, match="newer version"):
        migrations.require_head(db)


def test_looking_makes_no_database(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'none.db'}")

    with pytest.raises(migrations.NotMigrated, match="there is no database"):
        migrations.require_head(database)

    assert not (tmp_path / "none.db").exists()
