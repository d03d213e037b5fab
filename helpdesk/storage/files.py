"""Files by their SHA-256: small ones in the database, large ones in a folder, each written once."""

import hashlib
import os
import re
import tempfile
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Insert, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.models.content.stored_file import StoredFile
from helpdesk.storage import later
from helpdesk.storage.db import hold

# SQLite reads blobs up to about this size faster than the file system does (sqlite.org/fasterthanfs.html)
_IN_DATABASE: Final = 128 * 1024

_NAME: Final = re.compile(r"[0-9a-f]{62}")
_MOST_ASKED: Final = 500


class FileMissing(Exception):
    """A stored file is not where it was put: the files folder is incomplete (restore it from a backup)."""


def put(session: Session, body: bytes) -> bytes:
    """Keep bytes, and return the SHA-256 they are found by. A large file is on the disk when this returns."""
    digest = hashlib.sha256(body).digest()
    if len(body) <= _IN_DATABASE:
        _keep(session, digest=digest, size=len(body), body=body)
    else:
        hold(session, f"file {digest.hex()}")  # nobody takes it out of the folder meanwhile
        _write(_path(session, digest), body)
        _keep(session, digest=digest, size=len(body), body=None)
    return digest


def get(session: Session, digest: bytes) -> bytes:
    """The bytes that were put. Raises FileMissing."""
    stored = session.get(StoredFile, digest)
    if stored is None:
        raise FileMissing(f"file {digest.hex()} is not in the database")
    if stored.body is not None:
        return stored.body
    path = _path(session, digest)
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing(f"file {path} can't be read: {error.strerror}") from None


def in_folder(session: Session) -> list[bytes]:
    """The digests of all files that lie in the folder."""
    return list(session.scalars(select(StoredFile.digest).where(StoredFile.body.is_(None))))


def forget(session: Session, digests: Collection[bytes]) -> list[bytes]:
    """Take these files out of the database; returns those that lie in the folder, to be unlinked after the commit."""
    large = list(
        session.scalars(select(StoredFile.digest).where(StoredFile.digest.in_(digests), StoredFile.body.is_(None)))
    )
    session.execute(delete(StoredFile).where(StoredFile.digest.in_(digests)))
    return large


def remove_from_folder(session: Session, digest: bytes) -> None:
    """Unlink a file that was forgotten, unless somebody put the same bytes again since."""
    hold(session, f"file {digest.hex()}")
    if session.get(StoredFile, digest) is None:
        _path(session, digest).unlink(missing_ok=True)


def forgotten(session: Session, part: int, *, before: float) -> list[bytes]:
    """What lies in one of the folder's 256 parts, older than this, and is in no row of the database any more."""
    folder = session.info["files"]
    if folder is None:
        return []
    there = set()
    for path in (Path(folder) / f"{part:02x}").glob("*"):
        if _NAME.fullmatch(path.name) and path.stat().st_mtime < before:
            there.add(bytes.fromhex(path.parent.name + path.name))
    found = sorted(there)
    for at in range(0, len(found), _MOST_ASKED):
        asked = StoredFile.digest.in_(found[at : at + _MOST_ASKED])
        there -= set(session.scalars(select(StoredFile.digest).where(asked)))
    return sorted(there)


def path_in(folder: Path, digest: bytes) -> Path:
    """Where a file lies, below a files folder."""
    name = digest.hex()
    return folder / name[:2] / name[2:]


def _keep(session: Session, **values: object) -> None:
    """Insert unless it is there: two emails with the same file share it."""
    later.put(session, _unless_known(session.get_bind().dialect.name), values)


@cache
def _unless_known(dialect: str) -> Insert:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(StoredFile).on_conflict_do_nothing()


def _path(session: Session, digest: bytes) -> Path:
    folder = session.info["files"]
    if folder is None:
        raise FileMissing("this database has no files folder")
    return path_in(Path(folder), digest)


def _write(path: Path, body: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        _sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
