"""The real poller in a process of its own, watched: what it connects to, and how much memory it takes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM
from types import TracebackType
from typing import Self

# Python tells of every connection before it is made. A pipe takes the news: the reader's child may write no files.
HOOK = """
import json, os, sys
def watch(path):
    out = os.open(path, os.O_WRONLY)
    def heard(event, args):
        if event in ("socket.connect", "socket.sendto"):
            said = args[1]
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            said = args[:2]
        else:
            return
        os.write(out, (json.dumps([event, repr(said)]) + "\\n").encode())
    sys.addaudithook(heard)
"""

PROGRAM = (
    HOOK
    + """
watch(sys.argv[1])
from helpdesk.mail import sandbox_child
ours = sandbox_child.command_line
def watched(limits):
    program, flag, start, *rest = ours(limits)
    return [program, flag, f"{HOOK}\\nwatch({sys.argv[1]!r})\\n{start}", *rest]
sandbox_child.command_line = watched
from helpdesk import config, log, runtime
from workers import poller
log.set_up("info")
poller.run(runtime.assemble(config.load()))
"""
)


@dataclass
class WatchedPoller:
    process: subprocess.Popen[bytes]
    log: Path
    _pipe: int
    _heard: bytes = b""

    def connections(self) -> list[str]:
        """What it and its children connected to, or asked a name server for, so far; each in words."""
        with suppress(BlockingIOError):
            while some := os.read(self._pipe, 65536):
                self._heard += some
        return [" ".join(json.loads(line)) for line in self._heard.decode().splitlines()]

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def memory(self) -> "Memory":
        """`with poller.memory() as memory:` … `memory.growth_mb`."""
        return Memory(self.process.pid)


@contextmanager
def polling(installation: Path) -> Iterator[WatchedPoller]:
    pipe = installation / "connections"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    keeper = os.open(pipe, os.O_WRONLY)  # so that the reader sees no end between two writers
    written = installation / "poller.log"
    with written.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", f"HOOK = {HOOK!r}\n{PROGRAM}", str(pipe)],
            env={**os.environ, "HELPDESK_CONFIG": str(installation / "config.toml")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield WatchedPoller(process, written, reader)
    finally:
        _stop(process)
        os.close(keeper)
        os.close(reader)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, SIGKILL)
        process.wait()


@dataclass
class Memory:
    """The most a process and one of its children took beyond what they had, from /proc (Linux)."""

    pid: int
    _before: dict[int, int] = field(default_factory=dict)
    _most: dict[int, int] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        for pid in self._pids():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")  # peaks begin anew
            self._before[pid] = _status(pid, "VmRSS")
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        self._take()

    @property
    def growth_mb(self) -> float | None:
        """None where it could not be measured."""
        if not self._most.get(self.pid):
            return None
        grown = {pid: most - self._before.get(pid, 0) for pid, most in self._most.items()}
        return max(0, grown.pop(self.pid) + max(grown.values(), default=0)) / 1024

    def _look(self) -> None:
        while not self._done.wait(0.03):
            self._take()

    def _take(self) -> None:
        for pid in self._pids():
            self._most[pid] = max(self._most.get(pid, 0), _status(pid, "VmHWM"))

    def _pids(self) -> list[int]:
        children = []
        for listed in Path(f"/proc/{self.pid}/task").glob("*/children"):
            with suppress(OSError):
                children += [int(pid) for pid in listed.read_text().split()]
        return [self.pid, *children]


def _status(pid: int, name: str) -> int:
    """In kB; nought where the process is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0
