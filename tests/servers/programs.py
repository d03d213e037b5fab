"""Starts real servers for tests: found, run unprivileged on a free loopback port, stopped by process id."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from pwd import getpwnam
from signal import SIGKILL, SIGTERM, Signals

import pytest

LOCALHOST = "127.0.0.1"
HIDING_PLACES = (
    "/usr/sbin",
    "/usr/lib/postfix/sbin",
    "/usr/local/sbin",
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/sbin",
    "/opt/homebrew/opt/postgresql*/bin",
)


def find(*names: str, package: str) -> str:
    """The path of the first of these programs that is here; without one the test fails and says what to install."""
    if path := look_for(*names):
        return path
    pytest.fail(f"This test needs {' or '.join(names)}. Please: sudo apt-get install {package}", pytrace=False)


def look_for(*names: str) -> str | None:
    folders = [found for place in HIDING_PLACES for found in sorted(glob(place), reverse=True)]  # noqa: PTH207 (absolute)
    everywhere = os.pathsep.join([os.environ.get("PATH", ""), *folders])
    return next(filter(None, (shutil.which(name, path=everywhere) for name in names)), None)


def free_port() -> int:
    """A port nobody listens on now; who starts a server on it must be ready to lose the race and ask again."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def account() -> str | None:
    """Who runs the servers when the tests run as root, whom Dovecot and PostgreSQL refuse."""
    return "nobody" if os.geteuid() == 0 else None


@contextmanager
def short_folder(name: str) -> Iterator[Path]:
    """A folder that belongs to the servers' account, its path short enough for a unix socket (104 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
    try:
        if user := account():
            shutil.chown(folder, user, getpwnam(user).pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Server:
    """One server process: `start`, `stop`, `kill`, and `start` again on the same port, with the same files."""

    command: Sequence[str]
    folder: Path
    port: int
    ready: Callable[[int], bool]  # told the process id, so that no other server on that port is taken for ours
    stopped_by: Signals = SIGTERM
    account: str | None = field(default_factory=account)  # None: whoever runs the tests
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, seconds: float = 20) -> None:
        user = self.account
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._dying_with_us(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=user,
                group=getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops its servers in order
            )
        deadline = time.monotonic() + seconds
        while not self.ready(self.process.pid):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise DidNotStart(f"{self.command[0]} did not start:\n{self.log()}")
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(self.stopped_by)
        try:
            self.process.wait(10)
            self.process = None
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """What a power cut does to it and its children."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, SIGKILL)
        self.process.wait(10)
        self.process = None

    def log(self, lines: int = 30) -> str:
        """The end of what it wrote."""
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-lines:])

    def _dying_with_us(self) -> list[str]:
        if setpriv := shutil.which("setpriv"):  # so that not even kill -9 of pytest leaves a server behind
            return [setpriv, "--pdeathsig", self.stopped_by.name.removeprefix("SIG"), "--", *self.command]
        return list(self.command)


class DidNotStart(Exception):
    """Carries the end of the server's log."""


@contextmanager
def running(described: Callable[[int], Server]) -> Iterator[Server]:
    """Start the server on a free port, and on another one when somebody was faster."""
    for attempt in range(5):
        server = described(free_port())
        try:
            server.start()
            break
        except DidNotStart:
            if attempt == 4:
                raise
    try:
        yield server
    finally:
        server.stop()
