"""`helpdesk doctor` is green on a desk in order, and red with a named cause on every broken one."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from redis import Redis

from helpdesk import clock
from helpdesk.storage import db as databases
from helpdesk.storage.db import Database
from tests.servers.postgres import Postgres
from tests.servers.programs import free_port
from tests.servers.redis_server import running_redis

Command = Callable[..., Result]
Says = Callable[..., str]
Checks = dict[str, dict[str, str]]


def test_a_desk_in_order_is_green(examined: Any, in_order: str, helpdesk: Command):
    code, found = examined()

    assert (code, found) == (0, {})
    printed = helpdesk("doctor").stdout
    assert "✗" not in printed
    for check in ("configuration", "key_file", "database", "migrations", "redis", "clock", "disk", "files"):
        assert f"✓ {check}: " in printed
    assert f"✓ mailbox_incoming: {in_order}" in printed
    assert f"✓ mailbox_outgoing: {in_order}" in printed


def test_a_new_desk_has_warnings_but_no_failure(examined: Any):
    code, found = examined()

    assert code == 0
    assert {(check, one["cause"]) for check, one in found.items()} == {("mailbox", "none"), ("admin", "none")}


@pytest.mark.parametrize(
    ("text", "cause", "word"),
    [
        ("[desk\n", "unreadable", "not valid TOML"),
        ("[desk]\nnmae = 'x'\n", "unknown_key", "desk.nmae"),
        ("[dsek]\n", "unknown_key", "[dsek]"),
        ("[web]\nport = '8000'\n", "wrong_type", "web.port must be a whole number"),
        ("[desk]\nbase_url = 'desk'\n", "wrong_value", "desk.base_url"),
        ("[desk]\ntime_zone = 'Berlin'\n", "wrong_value", "desk.time_zone"),
    ],
)
def test_a_broken_configuration_is_named(examined: Any, installation: Path, text: str, cause: str, word: str):
    (installation / "config.toml").write_text(text)

    code, found = examined()

    assert code == 1
    assert found["configuration"]["cause"] == cause
    assert word in found["configuration"]["says"]


def test_a_missing_configuration_is_named(examined: Any, installation: Path):
    (installation / "config.toml").unlink()

    code, found = examined()

    assert (code, found["configuration"]["cause"]) == (1, "missing")
    assert "helpdesk init" in found["configuration"]["says"]


@pytest.mark.parametrize(
    ("breaking", "cause"),
    [
        (lambda key: key.unlink(), "missing"),
        (lambda key: key.chmod(0o644), "open_to_others"),
        (lambda key: key.write_text("half"), "damaged"),
    ],
    ids=["missing", "open", "damaged"],
)
def test_a_key_file_that_can_not_be_used_is_named(
    examined: Any, installation: Path, breaking: Callable[[Path], object], cause: str
):
    breaking(installation / "candour.key")

    code, found = examined()

    assert (code, found["key_file"]["cause"]) == (1, cause)


def test_a_configuration_with_a_password_must_be_closed(examined: Any, installation: Path, redis_url: str):
    config = installation / "config.toml"
    config.write_text(config.read_text().replace("redis://", "redis://:secret@"))
    config.chmod(0o644)

    code, found = examined()

    assert (code, found["file_modes"]["cause"]) == (1, "secret_open")
    assert f"chmod 600 {config}" in found["file_modes"]["fix"]
    assert "secret@" not in json.dumps(found)


def test_a_database_that_others_may_read_is_worth_a_look(examined: Any, installation: Path):
    (installation / "candour.db").chmod(0o644)

    code, found = examined()

    assert (code, found["file_modes"]["cause"]) == (0, "content_open")


def test_a_missing_database_is_named_and_none_is_made(examined: Any, installation: Path):
    (installation / "candour.db").unlink()

    code, found = examined()

    assert (code, found["database"]["cause"]) == (1, "missing")
    assert not (installation / "candour.db").exists()


def test_an_unmigrated_database_is_named(examined: Any, installation: Path):
    with sqlite3.connect(installation / "candour.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()

    code, found = examined()

    assert (code, found["migrations"]["cause"]) == (1, "behind")
    assert "helpdesk migrate" in found["migrations"]["fix"]


def test_a_database_of_a_newer_version_is_named(examined: Any, installation: Path):
    with sqlite3.connect(installation / "candour.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    code, found = examined()

    assert (code, found["migrations"]["cause"]) == (1, "newer")


def test_a_locked_database_is_named(examined: Any, installation: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(databases, "_BUSY_MS", 200)
    with locked(installation / "candour.db"):
        code, found = examined()

    assert (code, found["database"]["cause"]) == (1, "locked")
    assert "try again" in found["database"]["says"]


def test_a_damaged_database_is_named(examined: Any, installation: Path):
    (installation / "candour.db").write_bytes(b"this was a database once" * 1000)

    code, found = examined()

    assert (code, found["database"]["cause"]) == (1, "damaged")
    assert "helpdesk restore" in found["database"]["fix"]


def test_a_wrong_database_password_is_named(examined: Any, installation: Path, asking_postgres: str):
    point_to(installation, asking_postgres.replace(":right@", ":wrong@"))

    code, found = examined()

    assert (code, found["database"]["cause"]) == (1, "wrong_password")
    assert "wrong@" not in json.dumps(found)
    point_to(installation, asking_postgres)
    assert "database" not in examined()[1]


def test_a_database_server_that_is_away_is_named(examined: Any, installation: Path):
    point_to(installation, f"postgresql://candour@127.0.0.1:{free_port()}/candour")

    code, found = examined()

    assert (code, found["database"]["cause"]) == (1, "unreachable")


def test_redis_away_is_named(examined: Any, installation: Path, redis_url: str):
    config = installation / "config.toml"
    config.write_text(config.read_text().replace(redis_url, f"redis://127.0.0.1:{free_port()}/0"))

    code, found = examined()

    assert (code, found["redis"]["cause"]) == (1, "unreachable")
    assert "nothing is lost" in found["redis"]["says"]


def test_a_wrong_redis_password_is_named(examined: Any, installation: Path, redis_url: str):
    with running_redis() as server, Redis(port=server.port) as client:
        client.config_set("requirepass", "right")
        config = installation / "config.toml"
        config.write_text(config.read_text().replace(redis_url, f"redis://:wrong@127.0.0.1:{server.port}/0"))
        code, found = examined()

    assert (code, found["redis"]["cause"]) == (1, "wrong_password")


def test_a_redis_that_anybody_in_the_network_may_use_is_named(
    examined: Any, redis_url: str, monkeypatch: pytest.MonkeyPatch
):
    from helpdesk.cli.doctor import servers  # noqa: PLC0415  its view of the network is what changes

    monkeypatch.setattr(servers, "is_loopback", lambda _host: False)

    code, found = examined()

    assert (code, found["redis"]["cause"]) == (1, "anonymous")


def test_a_disk_without_room_is_named(examined: Any):
    code, found = examined("--least-free", "999999999")

    assert (code, found["disk"]["cause"]) == (1, "full")


def test_a_database_that_can_not_grow_is_named(installation: Path):
    """A limit on the size of files is what a full disk looks like to SQLite."""

    def tiny_limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    result = subprocess.run(
        [sys.executable, "-m", "helpdesk.cli", "--config", str(installation / "config.toml"), "doctor", "--json"],
        preexec_fn=tiny_limit,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 1, result.stderr
    found = [one for one in json.loads(result.stdout)["checks"] if one["state"] == "failed"]
    assert [(one["check"], one["cause"]) for one in found] == [("database", "disk_full")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_files_folder_that_can_not_be_written_is_named(examined: Any, installation: Path):
    (installation / "files").mkdir(mode=0o500)

    code, found = examined()

    assert (code, found["files"]["cause"]) == (1, "unwritable")


@pytest.mark.parametrize("off", [timedelta(days=-1), timedelta(hours=1), timedelta(days=-3650)])
def test_a_clock_that_is_off_is_named(examined: Any, off: timedelta):
    with clock.stopped_at(clock.now() + off):
        code, found = examined()

    assert (code, found["clock"]["cause"]) in {(1, "apart"), (1, "before_release")}
    assert "set-ntp" in found["clock"]["fix"]


def point_to(installation: Path, url: str) -> None:
    config = installation / "config.toml"
    lines = config.read_text().splitlines()
    lines[1] = f'url = "{url}"'
    config.write_text("\n".join(lines))
    config.chmod(0o600)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.close()


@pytest.fixture
def asking_postgres(postgres: Postgres, migrated_postgres_url: str) -> Iterator[str]:
    """The URL of a migrated database for a user who must give the password "right"."""
    rules = postgres.server.folder / "rows" / "pg_hba.conf"
    before = rules.read_text()
    database = Database(migrated_postgres_url)
    with database.transaction() as session:
        owner = session.connection()
        owner.exec_driver_sql("DROP ROLE IF EXISTS asked")
        owner.exec_driver_sql("CREATE ROLE asked SUPERUSER LOGIN PASSWORD 'right'")
        rules.write_text("host all asked 127.0.0.1/32 scram-sha-256\n" + before)
        owner.exec_driver_sql("SELECT pg_reload_conf()")
    yield migrated_postgres_url.replace("candour@", "asked:right@")
    rules.write_text(before)
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP ROLE asked")
        session.connection().exec_driver_sql("SELECT pg_reload_conf()")
    database.dispose()
