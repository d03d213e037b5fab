"""A backup holds the whole desk at one moment, says so only when that is true, and gives it back as it was."""

import io
import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.desk import agents, teams
from helpdesk.models.agent import Agent, Team
from helpdesk.privacy.readers import Machine
from helpdesk.storage import archive, backup, files
from helpdesk.storage.archive import BackupDamaged
from helpdesk.storage.db import Database
from helpdesk.storage.snapshot import DeskRuns
from helpdesk.storage.vault import create_key_file

LARGE = b"a large file " * 20_000


def quiet(_what: str, _done: int, _total: int) -> None: ...


@pytest.fixture
def key(tmp_path: Path) -> Path:
    made = tmp_path / "candour.key"
    create_key_file(made)
    return made


def test_a_desk_comes_back_as_it_was(db: Database, key: Path, tmp_path: Path):
    digest = fill(db)
    made = backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)
    with db.transaction() as session:
        teams.add(session, "Later", by=Machine.COMMAND)
        files.put(session, LARGE + b"later")
    wreck(db, digest)

    backup.restore(db, key, tmp_path / "b.tar", over=True, say=quiet)

    with db.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["Support"]
        assert session.scalars(select(Agent.email)).all() == ["ada@desk.example"]
        assert files.get(session, digest) == LARGE
        assert made.rows["team"] == 1
    assert db.files is not None
    assert len(list(db.files.glob("??/*"))) == 1


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(db: Database, key: Path, tmp_path: Path):
    fill(db)
    folder = tmp_path / "backups"
    folder.mkdir()

    backup.make(db, key, folder / "b.tar", with_key=False, say=quiet)

    assert [path.name for path in folder.iterdir()] == ["b.tar"]
    assert (folder / "b.tar").stat().st_mode & 0o777 == 0o600


def test_the_key_is_inside_only_when_asked_for(db: Database, key: Path, tmp_path: Path):
    backup.make(db, key, tmp_path / "without.tar", with_key=False, say=quiet)
    backup.make(db, key, tmp_path / "with.tar", with_key=True, say=quiet)

    secret = key.read_bytes().strip()
    assert secret not in (tmp_path / "without.tar").read_bytes()
    assert secret in (tmp_path / "with.tar").read_bytes()
    key.unlink()
    backup.restore(db, key, tmp_path / "with.tar", over=True, say=quiet)
    assert key.read_bytes().strip() == secret
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_desk_that_is_not_empty_is_not_overwritten_unasked(db: Database, key: Path, tmp_path: Path):
    backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)
    fill(db)

    with pytest.raises(backup.DeskNotEmpty, match="--over"):
        backup.restore(db, key, tmp_path / "b.tar", over=False, say=quiet)

    with db.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["Support"]


def test_an_existing_file_is_not_overwritten(db: Database, key: Path, tmp_path: Path):
    (tmp_path / "b.tar").write_text("something dear")

    with pytest.raises(backup.AlreadyThere):
        backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)

    assert (tmp_path / "b.tar").read_text() == "something dear"


def test_a_missing_or_changed_file_is_found_when_the_backup_is_made(db: Database, key: Path, tmp_path: Path):
    digest = fill(db)
    assert db.files is not None
    stored = files.path_in(db.files, digest)

    stored.write_bytes(LARGE + b"!")
    with pytest.raises(BackupDamaged, match="has changed"):
        backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)
    stored.unlink()
    with pytest.raises(files.FileMissing):
        backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)

    assert not (tmp_path / "b.tar").exists()


@pytest.mark.parametrize("how", ["cut", "flipped", "emptied", "text"])
def test_a_damaged_archive_changes_nothing(db: Database, key: Path, tmp_path: Path, how: str):
    backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)
    fill(db)
    damage(tmp_path / "b.tar", how)

    with pytest.raises(BackupDamaged):
        backup.restore(db, key, tmp_path / "b.tar", over=True, say=quiet)

    with db.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["Support"]


@pytest.mark.parametrize("name", ["../outside", "/etc/cron.d/x", "files/../../x", "files/zz/" + "0" * 62])
def test_an_archive_from_elsewhere_writes_nowhere_else(db: Database, key: Path, tmp_path: Path, name: str):
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))

    with pytest.raises(BackupDamaged, match="not from here"):
        backup.restore(db, key, tmp_path / "b.tar", over=True, say=quiet)


def test_a_link_in_an_archive_is_refused(db: Database, key: Path, tmp_path: Path):
    with tarfile.open(tmp_path / "b.tar", "w") as tar:
        member = tarfile.TarInfo(archive.KEY)
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)

    with pytest.raises(BackupDamaged, match="not from here"):
        backup.restore(db, key, tmp_path / "b.tar", over=True, say=quiet)


def test_rows_that_are_missing_in_the_copy_are_noticed(db: Database, key: Path, tmp_path: Path):
    fill(db)
    backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)
    rewrite_manifest(tmp_path / "b.tar", lambda manifest: manifest["rows"].update(team=2))

    with pytest.raises(BackupDamaged, match="rows in team"):
        backup.restore(db, key, tmp_path / "b.tar", over=True, say=quiet)


def test_a_disk_without_room_is_noticed_before_anything_is_written(
    db: Database, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(db)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: shutil._ntuple_diskusage(10, 9, 1))

    with pytest.raises(backup.DiskTooFull, match="make room"):
        backup.make(db, key, tmp_path / "b.tar", with_key=False, say=quiet)

    assert not (tmp_path / "b.tar").exists()


def test_a_backup_is_one_moment_of_a_busy_desk(migrated_sqlite_url: str, key: Path, tmp_path: Path):
    """Two rows are always added together: no backup may ever hold one without the other."""
    database, stop = Database(migrated_sqlite_url, tmp_path / "files"), threading.Event()
    fill(database)

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with database.transaction() as session:
                session.add_all([Team(name=f"left {number}"), Team(name=f"right {number}")])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [
            backup.make(database, key, tmp_path / f"{number}.tar", with_key=False, say=quiet) for number in range(3)
        ]
    finally:
        stop.set()
        writer.join()
        database.dispose()

    assert all(manifest.rows["team"] % 2 for manifest in made)
    assert made[0].rows["team"] < made[2].rows["team"]


def test_a_database_that_somebody_has_open_is_not_replaced_under_their_feet(
    migrated_sqlite_url: str, key: Path, tmp_path: Path
):
    database = Database(migrated_sqlite_url, tmp_path / "files")
    backup.make(database, key, tmp_path / "b.tar", with_key=False, say=quiet)
    other = sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"))
    other.execute("SELECT count(*) FROM team").fetchone()

    with pytest.raises(DeskRuns, match="stop the desk"):
        backup.restore(database, key, tmp_path / "b.tar", over=True, say=quiet)

    other.close()
    backup.restore(database, key, tmp_path / "b.tar", over=True, say=quiet)
    database.dispose()


def fill(db: Database) -> bytes:
    with db.transaction() as session:
        team = teams.add(session, "Support", by=Machine.COMMAND)
        agents.add(session, name="Ada", email="ada@desk.example", teams=[team], by=Machine.COMMAND)
        return files.put(session, LARGE)


def wreck(db: Database, digest: bytes) -> None:
    assert db.files is not None
    files.path_in(db.files, digest).unlink()
    with db.transaction() as session:
        for agent in session.scalars(select(Agent)):
            agent.email = "changed@desk.example"


def damage(path: Path, how: str) -> None:
    body = path.read_bytes()
    middle = body.index(b"database.") + 4000
    changed = {
        "cut": body[: len(body) // 2],
        "flipped": body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :],
        "emptied": b"",
        "text": b"this is a letter to my aunt",
    }
    path.write_bytes(changed[how])


def rewrite_manifest(path: Path, change: Callable[[dict[str, dict[str, int]]], None]) -> None:
    with tarfile.open(path) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]  # files
    with tarfile.open(path, "w") as tar:
        for member, body in members:
            written = body
            if member.name == archive.MANIFEST:
                manifest = json.loads(body)
                change(manifest)
                written = json.dumps(manifest).encode()
                member.size = len(written)
            tar.addfile(member, io.BytesIO(written))
