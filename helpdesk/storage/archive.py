"""A backup as one tar file: the database, the files, and a manifest with the SHA-256 of each."""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final, Self

from helpdesk import clock

MANIFEST: Final = "manifest.json"
KEY: Final = "candour.key"
VERSION: Final = 1
_PIECE: Final = 1024 * 1024
_MEMBER: Final = re.compile(r"manifest\.json|candour\.key|database\.(?:sqlite|pgdump)|files/[0-9a-f]{2}/[0-9a-f]{62}")

# told what is being worked on, how many bytes are done, and of how many
Progress = Callable[[str, int, int], None]


class BackupDamaged(Exception):
    """The archive is not a whole backup; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the digest of each member, and the rows of each table."""

    kind: str  # sqlite or postgresql
    form: str  # the migration the database stands at
    made_at: str
    key_mark: str  # tells one key file from another, and nothing else about it
    rows: dict[str, int]
    members: dict[str, str] = field(default_factory=dict)
    version: int = VERSION

    @property
    def database_member(self) -> str:
        return "database.sqlite" if self.kind == "sqlite" else "database.pgdump"

    @property
    def has_key(self) -> bool:
        return KEY in self.members

    @property
    def file_names(self) -> list[str]:
        return sorted(name for name in self.members if name.startswith("files/"))

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Raises BackupDamaged."""
        try:
            given = json.loads(text)
            if given["version"] != VERSION:
                raise BackupDamaged(f"this backup has version {given['version']}: restore it with a newer Candour")
            return cls(**given)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupDamaged("the list of contents can't be read: this is no whole backup") from error


class Writer:
    """Writes members one after the other and remembers their digests."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._tar = tarfile.open(  # noqa: SIM115  closed by finish() or close()
            fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT
        )
        self.digests: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            hashing = _Hashing(source)
            self._tar.addfile(self._member(name, path.stat().st_size), hashing)
        self.digests[name] = hashing.digest.hexdigest()

    def finish(self, manifest: bytes) -> None:
        """The manifest comes last, for it commits to all others; then everything is on the disk."""
        self._tar.addfile(self._member(MANIFEST, len(manifest)), io.BytesIO(manifest))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()

    def close(self) -> None:
        self._file.close()

    @staticmethod
    def _member(name: str, size: int) -> tarfile.TarInfo:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(clock.now().timestamp())
        return member


def read_manifest(path: Path) -> Manifest:
    """Raises BackupDamaged."""
    for name, body in _members(path):
        if name == MANIFEST:
            return Manifest.from_json(body.read())
    raise BackupDamaged(f"{path} has no list of contents: it is no backup, or was cut off while it was written")


def verify(path: Path, say: Progress) -> Manifest:
    """Read everything once more: each member is there, whole and unchanged, and there are no others.

    Raises BackupDamaged.
    """
    manifest = read_manifest(path)
    size, done, missing = path.stat().st_size, 0, dict(manifest.members)
    for name, body in _members(path):
        if name == MANIFEST:
            continue
        digest = hashlib.sha256()
        while piece := body.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            say("checking", done, size)
        if missing.pop(name, None) != digest.hexdigest():
            raise BackupDamaged(f"{name} in {path} is not what was put there: take another backup")
    if missing:
        raise BackupDamaged(f"{min(missing)} is missing in {path}: take another backup")
    return manifest


def extract(path: Path, wanted: Callable[[str], Path | None], say: Progress) -> None:
    """Write members where `wanted` says; what it answers None to is left out. Raises BackupDamaged."""
    size, done = path.stat().st_size, 0
    for name, body in _members(path):
        target = wanted(name)
        if target is None:
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f".new-{target.name}")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while piece := body.read(_PIECE):
                file.write(piece)
                done += len(piece)
                say("restoring", done, size)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Names are checked before anything is done with them: an archive from elsewhere may name any path."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            for member in tar:
                if not member.isreg() or not _MEMBER.fullmatch(member.name):
                    raise BackupDamaged(f"{path} holds {member.name!r}, which no backup has: it is not from here")
                body = tar.extractfile(member)
                assert body is not None  # noqa: S101  it is a regular file
                yield member.name, body
    except (tarfile.TarError, EOFError) as error:
        raise BackupDamaged(f"{path} is no backup, or was cut off: {error}") from error


class _Hashing:
    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        return piece
