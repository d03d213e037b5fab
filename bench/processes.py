"""Processor time of processes, as Linux counts it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.servers.programs import Server

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(server: Server) -> float:
    """What a server and all its processes have used, those that are gone included."""
    assert server.process is not None  # noqa: S101  it runs
    return _of_tree(server.process.pid)


def used_by(what: Callable[[], None]) -> float:
    """What this process uses for something."""
    before = time.process_time()
    what()
    return time.process_time() - before


def of_children() -> float:
    """What the processes that this one started have used so far, as long as they are there."""
    return _of_tree(os.getpid()) - _own(os.getpid())


def _of_tree(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return _own(pid) + sum(_of_tree(int(child)) for child in children)


def _own(pid: int) -> float:
    """User and system, its own and of children waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(one) for one in fields[11:15]) / _TICKS
