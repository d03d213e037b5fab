"""End process trees; run as a program, end the children of a supervisor that died without doing so.

It stands alone (standard library only) and is started by its path: it must work when everything else is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path

PATIENCE = 10.0
"""Seconds a process gets between being asked (SIGTERM) and being made (SIGKILL) to end."""


def tell(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone already needs none."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) not in {"Z", "X"}


def end_tree(leader: int) -> None:
    """Kill whatever is left of a session: the group of its leader and, on Linux, groups split off from it."""
    for pid in session_members(leader):
        tell(pid, signal.SIGKILL)
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return


def session_members(leader: int) -> list[int]:
    """Find the processes of a session in /proc; without /proc nobody is found, and the group has to do."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _session(int(entry.name)) == leader]


def end_all(leaders: Iterable[int], *, ask: bool, patience: float = PATIENCE) -> None:
    """End sessions, last started first: ask if wanted, wait together, then kill what is left."""
    remaining = list(leaders)[::-1]
    if ask:
        for pid in remaining:
            tell(pid, signal.SIGTERM)
    until = time.monotonic() + patience
    while any(is_alive(pid) for pid in remaining) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in remaining:
        end_tree(pid)


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return -1


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0].decode()
    except (OSError, IndexError):
        return ""


def _watch() -> None:
    """Read '+pid' and '-pid' from the supervisor; when its end of the pipe closes, end who is still there."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    known: dict[int, None] = {}
    for line in sys.stdin:
        sign, pid = line[0], int(line[1:])
        if sign == "+":
            known[pid] = None
        else:
            known.pop(pid, None)
    asked_by_kernel = sys.platform == "linux"
    end_all(known, ask=not asked_by_kernel)


if __name__ == "__main__":
    _watch()
