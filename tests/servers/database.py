"""Databases for tests: of both kinds, empty or migrated; the migrations run once, then copies are taken."""

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session

from helpdesk import paths
from helpdesk.storage.db import Database
from tests.servers.emptied import EmptiedDatabase
from tests.servers.postgres import Postgres
from tests.servers.unwritten import UnwrittenFile

KINDS = ("sqlite", "postgres")
Lender = EmptiedDatabase | UnwrittenFile
LENDERS = {"sqlite": "unwritten_sqlite", "postgres": "emptied_postgres"}
SAME = {"db", "migrated_url", "migrated_sqlite_url", "migrated_postgres_url"}


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind: what the storage floor promises, it promises for both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of whatever database a test has: it is run with each."""
    found: str = request.param
    return found


@pytest.fixture
def migrated_url(request: pytest.FixtureRequest, database_kind: str) -> str:
    """A database with all its tables, of each kind."""
    url: str = request.getfixturevalue(f"migrated_{database_kind}_url")
    return url


@pytest.fixture
def db(migrated_url: str, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of each kind, and a folder for its files."""
    files = tmp_path / "files"
    files.mkdir()
    database = Database(migrated_url, files)
    yield database
    database.dispose()


class _Undone(Exception):
    pass


@pytest.fixture
def session(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Session]:
    """A transaction that nobody commits: in the test's own database if it has one, else in one for all such tests."""
    database = request.getfixturevalue("lent_db" if SAME.isdisjoint(request.fixturenames) else "db")
    with suppress(_Undone), database.transaction() as session:
        yield session
        raise _Undone


@pytest.fixture
def lender(request: pytest.FixtureRequest, database_kind: str) -> Lender:
    found: Lender = request.getfixturevalue(LENDERS[database_kind])
    return found


@pytest.fixture
def lent_db(lender: Lender, tmp_path: Path) -> Database:
    """Empty and migrated, with a folder of its own for files: connecting anew takes longer than most tests."""
    database = lender.lent()
    database.files = tmp_path / "files"
    database.files.mkdir()
    return database


@pytest.fixture
def migrated_sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    copied = tmp_path / "candour.db"
    shutil.copyfile(migrated_sqlite, copied)
    return f"sqlite:///{copied}"


@pytest.fixture
def migrated_postgres_url(emptied_postgres: EmptiedDatabase) -> str:
    return emptied_postgres.url()


@pytest.fixture(scope="session")
def emptied_postgres(postgres: Postgres, migrated_postgres: str) -> Iterator[EmptiedDatabase]:
    with closing(EmptiedDatabase(postgres, migrated_postgres)) as database:
        yield database


@pytest.fixture(scope="session")
def unwritten_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnwrittenFile]:
    with closing(UnwrittenFile(migrated_sqlite, tmp_path_factory.mktemp("unwritten"))) as file:
        yield file


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that is copied for each test."""
    made = tmp_path_factory.mktemp("migrated") / "candour.db"
    command.upgrade(alembic_for(f"sqlite:///{made}"), "head")
    assert not made.with_name("candour.db-wal").exists(), "a copy would lack what is in the write-ahead log"
    return made


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The name of the database that is copied for each test."""
    name = postgres.create()
    command.upgrade(alembic_for(postgres.url(name)), "head")
    return name


def alembic_for(url: str) -> Config:
    """Alembic's commands for one database, as `command.upgrade(alembic_for(url), "head")`."""
    settings = Config()
    settings.set_main_option("script_location", str(paths.migrations()).replace("%", "%%"))
    settings.attributes["url"] = url
    return settings
