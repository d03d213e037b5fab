"""The bare pipeline that intake is measured against: IMAPClient, mail-parser and an insert, fifty at a time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import mailparser
import psycopg
from imapclient import IMAPClient

from tests.servers.dovecot import Dovecot

BATCH: Final = 50
_EMAIL: Final = ("message_id", "subject", "sender", "recipients", "at", "body", "html")
_FILE: Final = ("message_id", "name", "kind", "body")

Row = tuple[Any, ...]
Parsed = tuple[Row, list[Row]]


class Connection(Protocol):
    def cursor(self) -> Any: ...  # noqa: ANN401  of either driver
    def commit(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Seconds a part takes for the whole mailbox when it is alone, and all of them together."""

    fetch: float
    parse: float
    insert: float
    together: float


def measure(dovecot: Dovecot, user: str, url: str, folder: Path) -> Parts:
    """Each part alone, then the pipeline: fetch a batch, parse it, insert its rows, commit."""
    with _connected(url, folder) as (connection, mark):
        began = time.perf_counter()
        batches = list(_fetched(dovecot, user))
        fetched = time.perf_counter()
        parsed = [[_parsed(raw) for raw in batch] for batch in batches]
        after_parse = time.perf_counter()
        for batch in parsed:
            _insert(connection, batch, mark)
        inserted = time.perf_counter()
        for fresh in _fetched(dovecot, user):
            _insert(connection, [_parsed(raw) for raw in fresh], mark)
        ended = time.perf_counter()
    return Parts(fetched - began, after_parse - fetched, inserted - after_parse, ended - inserted)


def _fetched(dovecot: Dovecot, user: str) -> Iterator[list[bytes]]:
    with IMAPClient(dovecot.host, dovecot.port, ssl=False, timeout=60) as client:
        client.login(user, dovecot.password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        for start in range(0, len(uids), BATCH):
            answers = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
            yield [answer[b"BODY[]"] for answer in answers.values()]


def _parsed(raw: bytes) -> Parsed:
    email = mailparser.parse_from_bytes(raw)
    row: Row = (
        str(email.message_id), str(email.subject), str(email.from_), str(email.to), str(email.date),
        "\n".join(email.text_plain), "\n".join(email.text_html),
    )  # fmt: skip
    files: list[Row] = [
        (row[0], one["filename"], one["mail_content_type"], one["payload"]) for one in email.attachments
    ]
    return row, files


def _insert(connection: Connection, batch: list[Parsed], mark: str) -> None:
    cursor = connection.cursor()
    for table, columns, rows in (
        ("bare_email", _EMAIL, [row for row, _files in batch]),
        ("bare_file", _FILE, [file for _row, files in batch for file in files]),
    ):
        places = ", ".join([mark] * len(columns))
        if rows:
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)  # noqa: S608
    connection.commit()


@contextmanager
def _connected(url: str, folder: Path) -> Iterator[tuple[Connection, str]]:
    """Empty tables of its own on the same kind of database, as durable as ours."""
    if url.startswith("sqlite"):
        (folder / "bare.db").unlink(missing_ok=True)
        with closing(sqlite3.connect(folder / "bare.db")) as sqlite:
            sqlite.execute("PRAGMA journal_mode = WAL")
            sqlite.execute("PRAGMA synchronous = FULL")
            _make_tables(sqlite.cursor())
            yield sqlite, "?"
        return
    with psycopg.connect(url) as connection:
        _make_tables(connection.cursor())
        connection.commit()
        yield connection, "%s"
        _drop_tables(connection.cursor())


def _make_tables(cursor: Any) -> None:  # noqa: ANN401
    _drop_tables(cursor)
    for table, columns in (("bare_email", _EMAIL), ("bare_file", _FILE)):
        cursor.execute(f"CREATE TABLE {table} ({', '.join(f'{column} TEXT' for column in columns)})")


def _drop_tables(cursor: Any) -> None:  # noqa: ANN401
    for table in ("bare_email", "bare_file"):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
