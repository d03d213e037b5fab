"""A real PostgreSQL, and in it an empty database for each test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from pwd import getpwnam
from signal import SIGINT

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from tests.servers.programs import LOCALHOST, Server, account, find, running, short_folder

OWNER = "candour"
# nothing here has to survive a power cut
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
SMALL = ("shared_buffers=32MB", "jit=off")
CALM = ("autovacuum=off", "max_connections=60")


@dataclass(frozen=True)
class Postgres:
    """The server; databases come and go in it."""

    server: Server
    _names = count(1)

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@{LOCALHOST}:{self.server.port}/{database}"

    def create(self, *, like: str = "template0") -> str:
        """The name of a new database, empty or a copy of another one that nobody is connected to."""
        name = f"test{next(self._names)}"
        self._do("CREATE DATABASE {} TEMPLATE {}", name, like)
        return name

    def drop(self, name: str) -> None:
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextmanager
    def database(self, *, like: str = "template0") -> Iterator[str]:
        """The URL of a database that lives as long as the block."""
        name = self.create(like=like)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def _do(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL(statement).format(*map(Identifier, names)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty database, gone after the test."""
    with postgres.database() as url:
        yield url


@contextmanager
def running_postgres(*, is_durable: bool = False) -> Iterator[Postgres]:
    """One for a test that stops or kills it; durable, it is set as it comes, and survives a power cut."""
    initdb, program = find("initdb", package="postgresql"), find("postgres", package="postgresql")
    with short_folder("pg") as folder:
        rows = folder / "rows"
        _initialise(initdb, rows)

        def described(port: int) -> Server:
            settings = [
                *(() if is_durable else (*QUICK, *SMALL)),
                *CALM,
                f"listen_addresses={LOCALHOST}",
                f"unix_socket_directories={folder}",
            ]
            options = [part for setting in settings for part in ("-c", setting)]
            return Server(
                [program, "-D", str(rows), "-p", str(port), *options],
                folder,
                port,
                lambda pid: _is_ready(pid, rows / "postmaster.pid"),
                stopped_by=SIGINT,
            )

        with running(described) as server:
            yield Postgres(server)


def _initialise(initdb: str, rows: Path) -> None:
    user = account()
    made = subprocess.run(
        [initdb, "-D", str(rows), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=False,
        capture_output=True,
        text=True,
        cwd=rows.parent,
        user=user,
        group=getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    assert made.returncode == 0, made.stdout + made.stderr


def _is_ready(pid: int, pid_file: Path) -> bool:
    if not pid_file.exists():
        return False
    lines = pid_file.read_text().splitlines()
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
