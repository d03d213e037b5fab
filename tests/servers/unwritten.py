"""One migrated SQLite file for all tests that undo what they did."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.storage.db import Database


@dataclass
class UnwrittenFile:
    """Lends the same database again and again, and a new copy after somebody wrote into it after all."""

    template: Path
    folder: Path
    _lent: Database | None = field(default=None, init=False, repr=False)

    def lent(self) -> Database:
        if self._lent and (self._is_written() or self._lent.engine.pool.checkedout()):  # type: ignore[attr-defined]
            self.close()
        if self._lent is None:
            shutil.copyfile(self.template, self._file)
            self._lent = Database(f"sqlite:///{self._file}")
        return self._lent

    def close(self) -> None:
        if self._lent:
            self._lent.dispose()
        self._lent = None

    @property
    def _file(self) -> Path:
        return self.folder / "candour.db"

    def _is_written(self) -> bool:
        """What is committed goes into the log beside it first, and stays there as long as somebody is connected."""
        log = self.folder / "candour.db-wal"
        return log.exists() and log.stat().st_size > 0
