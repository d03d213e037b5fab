"""One named child process: its command, its log, its readiness, its restarts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk import lifeline
from helpdesk.supervisor.orphans import PATIENCE, end_tree, tell

LOG_LIMIT = 5_000_000
PAUSES = (0.2, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY = 60.0
"""Seconds after which a restarted child counts as well again, and its next pause is the shortest."""


class DidNotStart(Exception):
    """A child ended, or said nothing, before it was ready."""


@dataclass(frozen=True)
class Child:
    """What to run under which name, and how to see that it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_ready: Callable[[], bool] | None = None
    ready_within: float = 20.0
    patience: float = PATIENCE


class Running:
    """A child and its current process."""

    def __init__(self, child: Child, log: Path, stage: int) -> None:
        self.child = child
        self.log = log
        self.stage = stage
        self.asked_at: float | None = None
        self.deaths = 0
        self.was_ready = False
        self.started_at = 0.0
        self.due_at: float | None = None
        self.popen: subprocess.Popen[bytes] | None = None
        self.read_from = log.stat().st_size if log.exists() else 0

    @property
    def pid(self) -> int | None:
        return self.popen.pid if self.popen else None

    def spawn(self) -> int:
        """Start it in a session of its own, so that the terminal's Ctrl-C reaches only the supervisor."""
        self.due_at = None
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(  # noqa: S603 - the command is ours
                list(self.child.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.child.environment},
                start_new_session=True,
                preexec_fn=lifeline.ends_with(os.getpid()),  # noqa: PLW1509 - the supervisor has no threads
            )
        return self.popen.pid

    def ended(self) -> int | None:
        """Tell the exit code, if the process has ended."""
        return self.popen.poll() if self.popen else None

    def plan_restart(self) -> float:
        """Say when to start again: soon after a first death, later after each further one."""
        lived = time.monotonic() - self.started_at
        self.deaths = 1 if lived > STEADY else self.deaths + 1
        pause = PAUSES[min(self.deaths, len(PAUSES)) - 1]
        self.due_at = time.monotonic() + pause
        self.popen = None
        return pause

    def is_due(self) -> bool:
        return self.due_at is not None and time.monotonic() >= self.due_at

    def ask_to_stop(self) -> None:
        """Its patience runs from here."""
        self.due_at = None
        self.asked_at = time.monotonic()
        if self.popen is not None:
            tell(self.popen.pid, signal.SIGTERM)

    def stop(self) -> bool:
        """Wait for the end that was asked for, and kill what is left; false when it had to be killed."""
        popen, self.popen = self.popen, None
        if popen is None:
            return True
        waited = time.monotonic() - (self.asked_at or time.monotonic())
        try:
            popen.wait(max(0.0, self.child.patience - waited))
        except subprocess.TimeoutExpired:
            return False
        else:
            return True
        finally:
            end_tree(popen.pid)
            popen.wait()

    def fresh_lines(self) -> list[str]:
        """Read the complete lines that the child has logged since the last look."""
        with self.log.open("rb") as log:
            log.seek(self.read_from)
            text, newline, _ = log.read(1_000_000).rpartition(b"\n")
        self.read_from += len(text) + len(newline)
        return text.decode(errors="replace").splitlines()

    def last_lines(self, count: int = 5) -> str:
        """Quote the end of the log, for a message about a death."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])

    def trim_log(self) -> None:
        """Keep one older piece; the child goes on writing to the same open file."""
        if self.log.stat().st_size > LOG_LIMIT:
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)
            self.read_from = 0
