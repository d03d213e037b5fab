"""The demo as somebody meets it: it starts, shows the loop, says where it is, and leaves nothing running."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.story

WEB = urllib.request.build_opener(urllib.request.ProxyHandler({}))

WHOLE_STORY = "91"


class Demo:
    """A running `helpdesk demo`, and what it says."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "helpdesk.cli", "demo", "--folder", str(folder), *options]
        environment = {**os.environ, "HELPDESK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/real-desk"}
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        self.said = ""

    def hear(self, words: str) -> str:
        """Listen until it says this."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line
            if words in line:
                return line
        pytest.fail(f"it ended ({self.ended()}) and never said {words!r}, but:\n{self.said}")

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.ended()

    def ended(self, seconds: float = 60) -> int:
        """The exit code, after everything it said was heard."""
        code = self.process.wait(seconds)
        if self.process.stderr and not self.process.stderr.closed:
            self.said += self.process.stderr.read()
            self.process.stderr.close()
        return code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "desk"


@pytest.fixture(scope="module")
def told(folder: Path) -> Path:
    """A folder with a desk in it, whose past is held to be long enough for an ordinary start."""
    if not (folder / "told").exists():
        run_once(folder)
    (folder / "told").write_text(WHOLE_STORY)
    return folder


@pytest.fixture
def running(folder: Path) -> Iterator[list[Demo]]:
    demos: list[Demo] = []
    yield demos
    for demo in demos:
        demo.end(signal.SIGTERM)


def run_once(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpdesk.cli", "demo", "--folder", str(folder), "--once", "--port", "8600"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def left_of(folder: Path) -> list[str]:
    """Processes that have to do with this folder."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line and "pytest" not in line]


def is_gone(folder: Path, within: float = 20) -> bool:
    until = time.monotonic() + within
    while left_of(folder):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_once_on_an_empty_folder_shows_the_loop_and_its_times(folder):
    ran = run_once(folder)

    assert ran.returncode == 0, ran.stderr
    assert re.search(r"is ticket \d+ on Jonas's screen after \d+\.\d\d s", ran.stderr)
    assert re.search(r"in the customer's inbox after +\d+\.\d\d s", ran.stderr)
    assert left_of(folder) == []


def test_a_day_with_the_demo(told, running):
    """A busy port, a second start, a crash, a start after it, and Ctrl-C: one story, for starting takes time."""
    with socket.socket() as busy:
        port = str(bound(busy))
        busy.listen()

        demo = Demo(told, "--port", port)
        running.append(demo)
        assert f"Port {port} is in use" in demo.hear("in use")
        address = demo.hear("is open:").split()[-1]
        demo.hear("Ctrl-C")
        assert address != f"http://localhost:{port}"
        assert json.loads(read(f"{address}/healthz"))["status"] == "ok"

        second = Demo(told)
        assert address in second.hear("It already runs")
        assert second.ended() == 1

        demo.end(signal.SIGKILL)
        assert is_gone(told)

        again = Demo(told, "--port", port)
        running.append(again)
        address = again.hear("is open:").split()[-1]
        again.hear("Ctrl-C")
        assert "robin." in read(f"{address}/sandbox")  # who wrote in the loop is still known

        assert again.end(signal.SIGINT) == 0
        assert "Everything has stopped" in again.said
        assert left_of(told) == []


def bound(busy: socket.socket) -> int:
    """A port below those that connections of other tests are given: the next one is free too."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with suppress(OSError):
            busy.bind(("127.0.0.1", port))
            return port
    pytest.fail("no port is free")


def read(address: str) -> str:
    with WEB.open(address, timeout=20) as answer:
        return str(answer.read().decode())
