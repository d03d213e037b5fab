"""Sessions: the edge's transactions, and what leaves only after they commit."""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Engine, SelectBase, create_engine, event, func, inspect, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, InvalidatePoolError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from helpdesk.models.base import Base
from helpdesk.storage.jobs import Leaving

_BUSY_MS: Final = 10_000
_SURELY_THERE_S: Final = 1.0
_SNAPSHOT: Final = {"sqlite_begin": "BEGIN"}
_COMPRESSION: Final = (
    "SELECT set_config(name, 'lz4', false) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"
)
_TOO_LARGE: Final = "54"  # class of its errors: program limit exceeded
_POSTGRESQL_SNAPSHOT: Final = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class DatabaseBusy(Exception):
    """Another writer held the database for too long; nothing was changed, and the same call may be made again."""


class DatabaseUnreachable(Exception):
    """The database did not answer, or can't be written; nothing was changed."""


class FormBroken(Exception):
    """A migration would leave rows without the rows they refer to; it was undone."""


class ReadingOnly(Exception):
    """Something tried to change rows in a reading session: a mistake of ours."""


@dataclass
class Database:
    """One database, and the folder of its large files.

    `let_go` is called after each commit with what was to leave then; it must not raise.
    """

    url: str
    files: Path | None = None
    let_go: Callable[[Leaving], None] = field(default=lambda _leaving: None, repr=False)
    engine: Engine = field(init=False, repr=False)
    _reading: Engine = field(init=False, repr=False)
    _writing: Engine = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.engine = _engine(self.url)
        self._reading = self.engine.execution_options(**(_SNAPSHOT if self.is_sqlite else _POSTGRESQL_SNAPSHOT))
        self._writing = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Returning commits, raising undoes; jobs and announcements leave after the commit.

        Raises DatabaseBusy or DatabaseUnreachable instead of the driver's own errors.
        """
        leaving = Leaving()
        session = Session(self._writing, expire_on_commit=False, info={"leaving": leaving, "files": self.files})
        with _named_errors(), session, session.begin():
            yield session
        if leaving:
            self.let_go(leaving)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Rows as they are at one moment; nothing can be changed. `readings` notes what the gate let through."""
        with (
            _named_errors(),
            Session(self._reading, expire_on_commit=False, info={"readings": [], "files": self.files}) as session,
        ):
            event.listen(session, "before_flush", _refuse)
            yield session
            if not self.is_sqlite and session.in_transaction():
                session.connection().connection.commit()  # a rollback makes the driver forget prepared statements

    @contextmanager
    def changing_form(self) -> Iterator[Connection]:
        """A transaction for migrations, all or nothing; foreign keys are checked once, at its end.

        SQLite changes a table by making it anew; with foreign keys on, dropping the old one would empty others.
        """
        with _named_errors(), self.engine.connect() as connection:
            if self.is_sqlite:
                _driver(connection).execute("PRAGMA foreign_keys = OFF").close()
            try:
                with connection.begin():
                    yield connection
                    if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise FormBroken("after the change rows would refer to rows that are not there")
            finally:
                if self.is_sqlite:
                    _driver(connection).execute("PRAGMA foreign_keys = ON").close()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def is_missing(self) -> bool:
        """Whether SQLite's file is not there; connecting would make an empty one."""
        path = self.engine.url.database
        return self.is_sqlite and path not in {None, "", ":memory:"} and not Path(str(path)).exists()

    def dispose(self) -> None:
        self.engine.dispose()


def is_reading(session: Session) -> bool:
    return "readings" in session.info


def insert_unless_known(session: Session, row: type[Base], **values: object) -> bool:
    """Insert a row unless its key is there already; whether it was inserted."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    key = inspect(row).primary_key[0]
    inserted = dialect.insert(inspect(row).local_table).values(**values).on_conflict_do_nothing().returning(key)
    return session.execute(inserted).first() is not None


def raw_rows(session: Session, query: SelectBase, *, at_once: int) -> Generator[Sequence[Any], None, None]:
    """The rows of a query without parameters as the driver hands them out, a batch at a time: for millions of them.

    Nothing is translated: a moment is a text on SQLite.
    """
    connection = session.connection()
    driver = _driver(connection)
    is_sqlite = connection.dialect.name == "sqlite"
    cursor = driver.cursor() if is_sqlite else driver.cursor(name="raw_rows", binary=True)
    try:
        cursor.execute(str(query.compile(dialect=connection.dialect)))
        while rows := cursor.fetchmany(at_once):
            yield rows
    finally:
        cursor.close()


def hold(session: Session, name: str) -> None:
    """Wait until nobody else has this in hand, and keep it to the end of the transaction; SQLite has one writer."""
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(key)))


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            paramstyle="numeric_dollar",
            pool_size=20,
            max_overflow=20,
            pool_use_lifo=True,  # the connection used last knows most
            hide_parameters=True,
        )
        event.listen(engine, "connect", partial(_prepare_postgresql, engine.dialect))
        event.listen(engine, "checkin", _noted)
        event.listen(engine, "checkout", partial(_tried, engine.dialect))
        event.listen(engine, "handle_error", _named_too_large, retval=True)
        return engine
    engine = create_engine(url, pool_size=20, max_overflow=20, hide_parameters=True)  # an error shows no content
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(dialect: Dialect, connection: Any, _record: object) -> None:  # noqa: ANN401
    """Long texts are compressed at a third of the cost, where the server knows how (14 and later, mostly)."""
    driver: Any = dialect.loaded_dbapi
    # statements come with the server's own $1, $2: the others are searched for their values each time they are long
    connection.cursor_factory, connection.server_cursor_factory = driver.RawCursor, driver.RawServerCursor
    connection.execute(_COMPRESSION).close()
    connection.commit()


def _noted(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = monotonic()


def _tried(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:  # noqa: ANN401
    """A connection that lay idle is asked whether its server is still there; after one just used that is known."""
    used = record.info.get("used")
    if used is None or monotonic() - used < _SURELY_THERE_S:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error  # the others are no better


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own class
    connection.isolation_level = None  # BEGIN is said by us: see _begin_sqlite
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a confirmed reply survives a power cut
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "cache_size = -16000",
        "mmap_size = 268435456",
        f"busy_timeout = {_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # a writer takes the lock at once: a reading transaction that turns to writing fails, however it waits
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))


def _driver(connection: Connection) -> Any:  # noqa: ANN401  the driver's own class
    return connection.connection.driver_connection


def _refuse(_session: Session, _context: object, _instances: object) -> None:
    raise ReadingOnly("a reading session can't change rows")


def _named_too_large(context: ExceptionContext) -> DataError | None:
    """A value that fits in no index is the fault of whoever brought it; PostgreSQL calls it one of operation."""
    error = context.original_exception
    if not (getattr(error, "sqlstate", None) or "").startswith(_TOO_LARGE):
        return None
    return DataError(context.statement, None, error, hide_parameters=True)


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        words = str(error.orig)
        if "locked" in words or "busy" in words or "deadlock" in words:  # of two that wait for each other
            raise DatabaseBusy("the database is busy: another writer holds it; try again in a moment") from None
        raise DatabaseUnreachable(f"the database can't be used: {words.splitlines()[0]}") from None
