"""One run per folder: a lock that the kernel lets go when its holders are dead."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from helpdesk.supervisor.orphans import PATIENCE, is_alive


class AlreadyRuns(Exception):
    """Another run holds this folder."""

    def __init__(self, folder: Path, pid: int, note: str) -> None:
        self.folder, self.pid, self.note = folder, pid, note
        where = f" ({note})" if note else ""
        super().__init__(f"It already runs in {folder} as process {pid}{where}. Stop that one first: kill {pid}")


class FolderLock:
    """Held from `take` to `release`, and by the watcher of orphans until it has cleaned up after a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "run.lock"
        self.descriptor = -1

    def take(self) -> None:
        """Take the lock, waiting for a crashed run's children to be gone; raise AlreadyRuns if one lives."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + PATIENCE + 5
        while not self._is_ours():
            pid, note = self._holder()
            if (pid and is_alive(pid)) or time.monotonic() > until:
                os.close(self.descriptor)
                raise AlreadyRuns(self.folder, pid, note)
            time.sleep(0.05)
        self.write("")

    def write(self, note: str) -> None:
        """Leave a word for who comes second, such as the address where it already runs."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{os.getpid()}\n{note}\n".encode(), 0)

    def release(self) -> None:
        if self.descriptor >= 0:
            os.ftruncate(self.descriptor, 0)
            os.close(self.descriptor)
            self.descriptor = -1

    def _is_ours(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> tuple[int, str]:
        pid, _, note = os.pread(self.descriptor, 1000, 0).decode().partition("\n")
        return int(pid) if pid.isdigit() else 0, note.strip()
