"""What a deletion leaves behind in the database's own files, and how it is written over.

SQLite: old words wait in the full-text index until its parts are merged, in the write-ahead log until it is
emptied, and in gaps of pages until VACUUM; `secure_delete` does the rest. PostgreSQL: dead rows wait for VACUUM.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from helpdesk.storage.db import Database

_MERGED_AT_ONCE: Final = 500  # pages of the index a transaction: others write in between
_MOST_MERGES: Final = 2_000
_TRIES: Final = 20


def scrub(database: Database) -> bool:
    """Write over what was deleted; False when a long reader was in the way, and it should be tried again."""
    if not database.is_sqlite:
        _vacuum_postgresql(database)
        return True
    _merge_the_index(database)
    try:
        _on_sqlite(database, "VACUUM")
    except sqlite3.OperationalError:
        return False
    return empty_the_log(database)


def empty_the_log(database: Database) -> bool:
    """Bring everything of the write-ahead log into the database, and leave it empty."""
    if not database.is_sqlite:
        return True
    for _ in range(_TRIES):
        is_blocked, *_pages = _on_sqlite(database, "PRAGMA wal_checkpoint(TRUNCATE)")
        if not is_blocked:
            return True
        time.sleep(0.1)
    return False


def bytes_of(database: Database) -> int:
    """How large SQLite's file is: what VACUUM copies while others wait. 0 elsewhere: there nobody waits."""
    path = Path(str(database.engine.url.database))
    return path.stat().st_size if database.is_sqlite and path.exists() else 0


def _merge_the_index(database: Database) -> None:
    """Merge all parts of the full-text index into one, which has no marks of deleted words any more."""
    step = text("INSERT INTO search_index(search_index, rank) VALUES ('merge', :pages)")
    begin = True
    for _ in range(_MOST_MERGES):
        with database.transaction() as session:
            before = _changes(session.connection().exec_driver_sql("SELECT total_changes()").scalar())
            session.execute(step, {"pages": -_MERGED_AT_ONCE if begin else _MERGED_AT_ONCE})
            after = _changes(session.connection().exec_driver_sql("SELECT total_changes()").scalar())
        begin = False
        if after - before < 2:
            return


def _changes(count: object) -> int:
    return int(str(count))


def _on_sqlite(database: Database, words: str) -> tuple[Any, ...]:
    """Outside of any transaction, as these want it; the first row of what it answers."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return driver.execute(words).fetchone() or ()


def _vacuum_postgresql(database: Database) -> None:
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.autocommit = True
        try:
            driver.execute("VACUUM")
        finally:
            driver.autocommit = False
