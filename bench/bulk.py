"""The quick way into a database: rows in bulk, while its indexes and triggers are off."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from helpdesk.storage.db import Database

_AT_ONCE: Final = 5_000

Row = dict[str, Any]


class Bulk(Protocol):
    """The quick way into one kind of database."""

    dialect: str

    def example(self, table: str) -> Row:
        """The newest row of a table, as the driver gives it."""

    def next_id(self, table: str) -> int: ...

    def moment(self, at: datetime) -> Any:  # noqa: ANN401  the driver's own
        ...

    def add(self, table: str, rows: Iterable[Row]) -> None: ...


@contextmanager
def quick_way_into(db: Database) -> Iterator[Bulk]:
    if db.is_sqlite:
        with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as connection:
            yield from _into_sqlite(connection)
    else:
        plain = make_url(db.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            yield from _into_postgres(connection)


def _into_sqlite(connection: sqlite3.Connection) -> Iterator[Bulk]:
    for pragma in ("synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    taken_off = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _definition in taken_off:
        connection.execute(f"DROP {kind} {name}")
    yield _Sqlite(connection)
    for _kind, _name, definition in taken_off:
        connection.execute(definition)
    connection.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _into_postgres(connection: "psycopg.Connection[tuple[Any, ...]]") -> Iterator[Bulk]:
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '512MB'")
    taken_off = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ).fetchall()
    for name, _definition in taken_off:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    bulk = _Postgres(connection)
    yield bulk
    for _name, definition in taken_off:
        connection.execute(definition)
    bulk.let_count_on()
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")  # else it goes on beside what is measured


@dataclass
class _Sqlite:
    connection: sqlite3.Connection
    dialect: str = "sqlite"

    def example(self, table: str) -> Row:
        found = self.connection.execute(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1")  # noqa: S608  our own tables
        return dict(zip([one[0] for one in found.description], found.fetchone(), strict=True))

    def next_id(self, table: str) -> int:
        return int(self.connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])  # noqa: S608

    def moment(self, at: datetime) -> str:
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", timespec="microseconds")

    def add(self, table: str, rows: Iterable[Row]) -> None:
        coming = iter(rows)
        while some := list(islice(coming, _AT_ONCE)):
            columns = list(some[0])
            places = ", ".join("?" * len(columns))
            said = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
            self.connection.executemany(said, [[row[column] for column in columns] for row in some])


@dataclass
class _Postgres:
    connection: "psycopg.Connection[tuple[Any, ...]]"
    dialect: str = "postgresql"
    _grown: set[str] = field(default_factory=set)

    def example(self, table: str) -> Row:
        found = self.connection.execute(f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1")  # noqa: S608
        return dict(zip([one.name for one in found.description or ()], found.fetchone() or (), strict=True))

    def next_id(self, table: str) -> int:
        self._grown.add(table)
        found = self.connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()  # noqa: S608
        return int(found[0]) if found else 1

    def moment(self, at: datetime) -> datetime:
        return at

    def add(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        coming = iter(rows)
        first = next(coming)
        columns = list(first)
        said = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self.connection.cursor() as cursor, cursor.copy(said) as copy:
            copy.write_row([first[column] for column in columns])
            for row in coming:
                copy.write_row([row[column] for column in columns])

    def let_count_on(self) -> None:
        for table in self._grown:
            self.connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            )
