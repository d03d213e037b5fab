"""Where the sandbox's mail lies: one SQLite file, a box per address and folder, numbers that outlive restarts."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from helpdesk import clock

INBOX = "INBOX"

_TABLES = """
CREATE TABLE IF NOT EXISTS box (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL, folder TEXT NOT NULL,
  uidvalidity INTEGER NOT NULL, next_uid INTEGER NOT NULL DEFAULT 1, UNIQUE (address, folder));
CREATE TABLE IF NOT EXISTS letter (
  box_id INTEGER NOT NULL REFERENCES box, uid INTEGER NOT NULL, arrived_at INTEGER NOT NULL,
  flags TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL, raw BLOB NOT NULL,
  PRIMARY KEY (box_id, uid)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Box:
    id: int
    address: str
    folder: str
    uidvalidity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Letter:
    """An email in a box, its bytes aside."""

    uid: int
    arrived_at: datetime
    flags: frozenset[str]
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """An email to be put into an address's inbox."""

    address: str
    raw: bytes = field(repr=False)
    at: datetime


class Office:
    """All boxes. A box comes into being when somebody looks into it or writes to it."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA busy_timeout = 10000")
        self._db.executescript(_TABLES)
        self.listeners: set[Callable[[int], None]] = set()

    def close(self) -> None:
        self._db.close()

    def deliver(self, letters: Iterable[Incoming], folder: str = INBOX) -> list[int]:
        """Put emails into their boxes, all or none; give their numbers and tell who listens."""
        boxes: dict[str, int] = {}
        uids = []
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for letter in letters:
                address = letter.address.lower()
                if address not in boxes:
                    boxes[address] = self.box(address, folder).id
                uids.append(self._put(boxes[address], letter.raw, letter.at, ""))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        self._tell(boxes.values())
        return uids

    def box(self, address: str, folder: str = INBOX) -> Box:
        address = address.lower()
        folder = INBOX if folder.upper() == INBOX else folder
        stamp = int(clock.now().timestamp())
        self._db.execute(
            "INSERT OR IGNORE INTO box (address, folder, uidvalidity) VALUES (?, ?, ?)", (address, folder, stamp)
        )
        found = self._db.execute(
            "SELECT id, address, folder, uidvalidity, next_uid FROM box WHERE address = ? AND folder = ?",
            (address, folder),
        ).fetchone()
        return Box(*found)

    def folders(self, address: str) -> list[str]:
        self.box(address)
        rows = self._db.execute("SELECT folder FROM box WHERE address = ? ORDER BY folder", (address.lower(),))
        return [folder for (folder,) in rows]

    def letters(self, box: Box) -> list[Letter]:
        rows = self._db.execute(
            "SELECT uid, arrived_at, flags, size FROM letter WHERE box_id = ? ORDER BY uid", (box.id,)
        )
        return [
            Letter(uid, datetime.fromtimestamp(at, UTC), frozenset(flags.split()), size)
            for uid, at, flags, size in rows
        ]

    def raw(self, box: Box, uid: int) -> bytes:
        found = self._db.execute("SELECT raw FROM letter WHERE box_id = ? AND uid = ?", (box.id, uid)).fetchone()
        return bytes(found[0]) if found else b""

    def flag(self, box: Box, uid: int, flags: Iterable[str]) -> None:
        self._db.execute(
            "UPDATE letter SET flags = ? WHERE box_id = ? AND uid = ?", (" ".join(sorted(flags)), box.id, uid)
        )

    def append(self, box: Box, raw: bytes, at: datetime, flags: Iterable[str]) -> int:
        uid = self._put(box.id, raw, at, " ".join(sorted(flags)))
        self._tell([box.id])
        return uid

    def copy(self, box: Box, letters: Sequence[Letter], to: Box) -> list[int]:
        uids = [
            self._put(to.id, self.raw(box, letter.uid), letter.arrived_at, " ".join(sorted(letter.flags)))
            for letter in letters
        ]
        self._tell([to.id])
        return uids

    def remove(self, box: Box, uids: Iterable[int]) -> None:
        self._db.executemany("DELETE FROM letter WHERE box_id = ? AND uid = ?", [(box.id, uid) for uid in uids])
        self._tell([box.id])

    def _put(self, box_id: int, raw: bytes, at: datetime, flags: str) -> int:
        uid: int = self._db.execute(
            "UPDATE box SET next_uid = next_uid + 1 WHERE id = ? RETURNING next_uid - 1", (box_id,)
        ).fetchone()[0]
        self._db.execute(
            "INSERT INTO letter VALUES (?, ?, ?, ?, ?, ?)", (box_id, uid, int(at.timestamp()), flags, len(raw), raw)
        )
        return uid

    def _tell(self, box_ids: Iterable[int]) -> None:
        for box_id in box_ids:
            for listener in list(self.listeners):
                listener(box_id)
