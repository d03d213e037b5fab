"""One moment of a database as a file, and a database made of such a file again."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, func, inspect, select, table, text
from sqlalchemy.orm import Session

from helpdesk.storage import files
from helpdesk.storage.archive import BackupDamaged, Progress
from helpdesk.storage.db import Database, DatabaseUnreachable

# index tables of FTS5 follow from the others
_NOT_COUNTED: Final = ("search_index",)
_PAGES: Final = 4096


class ToolMissing(Exception):
    """A program that comes with PostgreSQL is needed and not here."""


class DeskRuns(Exception):
    """The database is open elsewhere: a restore needs it alone."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of the database at one moment: what it holds, and which files of the folder belong to it."""

    path: Path
    rows: dict[str, int]
    digests: list[bytes]


def take(database: Database, path: Path, say: Progress) -> Snapshot:
    """Copy the database while others go on writing. Raises ToolMissing, DatabaseUnreachable."""
    return _take_sqlite(database, path, say) if database.is_sqlite else _take_postgres(database, path, say)


def check(path: Path, kind: str, rows: dict[str, int]) -> None:
    """Whether a copy is sound and has these rows. Raises BackupDamaged, ToolMissing."""
    found = _sound_sqlite(path) if kind == "sqlite" else _rows_of_dump(path)
    for name, count in rows.items():
        if found.get(name, 0) != count:
            raise BackupDamaged(f"the copy has {found.get(name, 0)} rows in {name}, the database had {count}")


def put_back(database: Database, path: Path) -> None:
    """Make the database what the copy is, whole or not at all. Raises DeskRuns, ToolMissing, DatabaseUnreachable."""
    if database.is_sqlite:
        _put_back_sqlite(database, path)
    else:
        _put_back_postgres(database, path)


def rows_of(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = [name for name in inspect(connection).get_table_names() if not name.startswith(_NOT_COUNTED)]
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in sorted(names)}


def _take_sqlite(database: Database, path: Path, say: Progress) -> Snapshot:
    """By SQLite's own backup, under a reading transaction: so the copy never begins anew when others write."""
    made = sqlite3.connect(path)
    path.chmod(0o600)
    with closing(made), database.engine.execution_options(sqlite_begin="BEGIN").connect() as connection:
        connection.scalar(select(func.count()).select_from(table("alembic_version")))
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101  is_sqlite
        source.backup(
            made, pages=_PAGES, progress=lambda _status, left, total: say("database", total - left, total), sleep=0
        )
    copy = Database(f"sqlite:///{path}")
    try:
        return _counted(copy, path)
    finally:
        copy.dispose()


def _counted(copy: Database, path: Path) -> Snapshot:
    with copy.reading() as session:
        return Snapshot(path, rows_of(session.connection()), files.in_folder(session))


def _sound_sqlite(path: Path) -> dict[str, int]:
    copy = Database(f"sqlite:///{path}")
    try:
        with copy.reading() as session:
            verdict = session.scalar(text("PRAGMA integrity_check"))
            if verdict != "ok":
                raise BackupDamaged(f"the copy of the database is not sound: {verdict}")
            return rows_of(session.connection())
    except DatabaseUnreachable as error:
        raise BackupDamaged(f"the copy of the database can't be read: {error}") from None
    finally:
        copy.dispose()


def _put_back_sqlite(database: Database, path: Path) -> None:
    target = Path(str(database.engine.url.database))
    database.dispose()
    if target.exists():
        _close_for_good(target)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(0o600)
    path.replace(target)


def _close_for_good(target: Path) -> None:
    """Leaving WAL needs the file alone: whoever has it open would go on writing to what is no longer there."""
    with closing(sqlite3.connect(target, timeout=2, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            raise DeskRuns("the database is in use: stop the desk (all its processes) first") from None
        except sqlite3.DatabaseError:
            return  # it is no database any more, which is why it is replaced
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _take_postgres(database: Database, path: Path, say: Progress) -> Snapshot:
    """By pg_dump, on the same snapshot in which the rows are counted."""
    say("database", 0, 1)
    with database.engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        _run(
            database.engine.url,
            [
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                f"--file={path}",
            ],
        )
        path.chmod(0o600)
        rows = rows_of(connection)
        digests = files.in_folder(Session(connection))
    say("database", 1, 1)
    return Snapshot(path, rows, digests)


def _rows_of_dump(path: Path) -> dict[str, int]:
    """Have the whole dump written out as SQL, and count the lines of each table."""
    rows: dict[str, int] = {}
    with _started(["pg_restore", "--data-only", "--file=-", str(path)]) as lines:
        name = None
        for line in lines:
            if name is None and line.startswith(b"COPY "):
                name = line.split(b" ", 2)[1].rpartition(b".")[2].strip(b'"').decode()
                rows[name] = 0
            elif line == b"\\.\n":
                name = None
            elif name is not None:
                rows[name] += 1
    return rows


def _put_back_postgres(database: Database, path: Path) -> None:
    database.dispose()
    url = database.engine.url
    arguments = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    _run(url, [*arguments, "--exit-on-error", f"--dbname={url.database}", str(path)], names_database=True)


def _run(url: URL, command: Sequence[str], *, names_database: bool = False) -> None:
    """The password goes through the environment: what is on a command line, everybody on the machine can read."""
    given = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    if not names_database:
        given["PGDATABASE"] = url.database
    environment = os.environ | {key: str(value) for key, value in given.items() if value is not None}
    done = subprocess.run(  # noqa: S603  a fixed program
        [_tool(command[0]), *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["no reason given"])[0][:300]
        raise DatabaseUnreachable(f"{command[0]} failed, nothing was changed: {words}")


@contextmanager
def _started(command: Sequence[str]) -> Iterator[Iterator[bytes]]:
    with (
        subprocess.Popen(  # noqa: S603  a fixed program
            [_tool(command[0]), *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process
    ):
        assert process.stdout is not None  # noqa: S101  it is a pipe
        yield iter(process.stdout)
    if process.returncode:
        raise BackupDamaged("the copy of the database can't be read by pg_restore")


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(
            f"{name} is not here, and a PostgreSQL database is copied with it: install the client programs of your "
            "server's version (apt install postgresql-client)"
        )
    return found
