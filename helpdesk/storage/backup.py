"""Backup and restore: database and files in one archive, checked after writing and before restoring."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DatabaseError

from helpdesk import clock
from helpdesk.storage import archive, files, migrations, snapshot
from helpdesk.storage.archive import KEY, BackupDamaged, Manifest, Progress
from helpdesk.storage.db import Database
from helpdesk.storage.vault import KeyFileUnusable, open_vault

# a desk that holds only these is empty: nothing would be lost
_NOTHING_LOST: Final = frozenset({"alembic_version", "lease"})


class AlreadyThere(Exception):
    """A file of this name is there, and a backup never overwrites one."""


class DiskTooFull(Exception):
    """There is not enough room for a backup and the copy it is made of."""


class DeskNotEmpty(Exception):
    """A restore would replace rows that are there."""


class WrongKind(Exception):
    """A backup of one kind of database can't be put into the other."""


def make(database: Database, key_file: Path, target: Path, *, with_key: bool, say: Progress) -> Manifest:
    """Write a backup while the desk runs, and read it again. An existing file is never overwritten.

    Raises AlreadyThere, DiskTooFull, FileMissing, BackupDamaged, and the database's errors.
    """
    migrations.require_head(database)
    if target.exists():
        raise AlreadyThere(f"{target} is there already: give another name")
    _require_room(database, target.parent)
    with _workshop(target.parent) as workshop:
        copy = snapshot.take(database, workshop / "database", say)
        manifest = Manifest(
            kind="sqlite" if database.is_sqlite else "postgresql",
            form=migrations.standing(database).head,
            made_at=clock.now().isoformat(timespec="seconds"),
            key_mark=key_mark(key_file),
            rows=copy.rows,
        )
        unfinished = workshop / "archive"
        _write(unfinished, manifest, copy, database.files, key_file if with_key else None, say)
        verified = archive.verify(unfinished, say)
        snapshot.check(copy.path, manifest.kind, manifest.rows)
        unfinished.rename(target)
    return verified


def restore(database: Database, key_file: Path, source: Path, *, over: bool, say: Progress) -> Manifest:
    """Make the desk what it was when the backup was made; everything is checked before anything is changed.

    Files are added first, then the database is replaced as a whole, then files of before are taken away: so a
    crash at any point leaves a database that finds all its files.
    Raises DeskNotEmpty, WrongKind, BackupDamaged, DeskRuns, and the database's errors.
    """
    manifest = archive.verify(source, say)
    _require_fit(database, manifest)
    if not over and not is_empty(database):
        raise DeskNotEmpty(
            "this desk is not empty: make a backup of it first, then say --over to replace everything it holds"
        )
    assert database.files is not None  # noqa: S101  every desk has a files folder
    place = Path(str(database.engine.url.database)).parent if database.is_sqlite else database.files.parent
    place.mkdir(parents=True, exist_ok=True)
    with _workshop(place) as workshop:
        copy = workshop / "database"
        archive.extract(source, lambda name: copy if name == manifest.database_member else None, say)
        snapshot.check(copy, manifest.kind, manifest.rows)
        archive.extract(source, _files_to(database.files), say)
        snapshot.put_back(database, copy)
    _remove_others(database.files, set(manifest.file_names))
    if manifest.has_key and not key_file.exists():
        archive.extract(source, lambda name: key_file if name == KEY else None, say)
    return manifest


def is_empty(database: Database) -> bool:
    """Whether there is nothing to lose: no database, or one without rows."""
    if database.is_missing:
        return True
    try:
        with database.reading() as session:
            rows = snapshot.rows_of(session.connection())
    except DatabaseError:
        return False  # something is there that can't be read: not ours to throw away unasked
    return not any(count for name, count in rows.items() if name not in _NOTHING_LOST)


def key_mark(key_file: Path) -> str:
    """A mark by which a restore tells whether it has the key of the backup; empty without a usable key."""
    try:
        return open_vault(key_file).mac(b"", what="mark of the key file").hex()[:16]
    except KeyFileUnusable:
        return ""


def _write(
    path: Path, manifest: Manifest, copy: snapshot.Snapshot, folder: Path | None, key: Path | None, say: Progress
) -> None:
    writer = archive.Writer(path)
    try:
        writer.add(manifest.database_member, copy.path)
        for number, digest in enumerate(copy.digests, start=1):
            assert folder is not None  # noqa: S101  rows of files need a folder
            _add_file(writer, folder, digest)
            say("files", number, len(copy.digests))
        if key is not None:
            writer.add(KEY, key)
        manifest.members.update(writer.digests)
        writer.finish(manifest.as_json())
    finally:
        writer.close()


def _add_file(writer: archive.Writer, folder: Path, digest: bytes) -> None:
    path = files.path_in(folder, digest)
    name = f"files/{path.parent.name}/{path.name}"
    try:
        writer.add(name, path)
    except FileNotFoundError:
        raise files.FileMissing(
            f"the stored file {path} is missing, so no whole backup can be made: bring it back from an older one"
        ) from None
    if writer.digests[name] != digest.hex():
        raise BackupDamaged(f"the stored file {path} has changed on the disk: bring it back from an older backup")


def _require_fit(database: Database, manifest: Manifest) -> None:
    kind = "sqlite" if database.is_sqlite else "postgresql"
    if manifest.kind != kind:
        raise WrongKind(f"this is the backup of a {manifest.kind} database, and database.url names a {kind} one")


def _require_room(database: Database, folder: Path) -> None:
    """The archive and, while it is written, the copy of the database beside it."""
    with database.reading() as session:
        digests = files.in_folder(session)
    size = sum(_size(files.path_in(database.files, digest)) for digest in digests) if database.files else 0
    if database.is_sqlite:
        path = str(database.engine.url.database)
        size += 2 * (_size(Path(path)) + _size(Path(path + "-wal")))
    free = shutil.disk_usage(folder).free
    if free < size:
        raise DiskTooFull(
            f"a backup needs about {size / 1e6:,.0f} MB in {folder}, and {free / 1e6:,.0f} MB are free: "
            "make room, or name a file on another disk"
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _files_to(folder: Path) -> Callable[[str], Path | None]:
    return lambda name: folder / name.removeprefix("files/") if name.startswith("files/") else None


def _remove_others(folder: Path, kept: set[str]) -> None:
    for path in folder.glob("??/*"):
        if f"files/{path.parent.name}/{path.name}" not in kept:
            path.unlink()


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, so that a finished file is renamed, not copied."""
    made = Path(tempfile.mkdtemp(dir=folder, prefix=".candour-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
