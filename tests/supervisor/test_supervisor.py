"""A supervisor starts in order, restarts who dies, and leaves nothing running, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from helpdesk.supervisor.orphans import is_alive

KEEP = Path(__file__).with_name("keep.py")


class Kept:
    """A running supervisor program and what it says."""

    def __init__(self, folder: Path, mode: str = "plain") -> None:
        self.folder = folder
        self.popen = subprocess.Popen(
            [sys.executable, str(KEEP), str(folder), mode],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def hear(self, words: str) -> str:
        assert self.popen.stdout
        for line in self.popen.stdout:
            if words in line:
                return line
        pytest.fail(f"it never said {words!r}")

    def up(self) -> dict[str, int]:
        pairs = (pair.split("=") for pair in self.hear("up ").split()[1:])
        return {name: int(pid) for name, pid in pairs}

    def diary(self) -> list[str]:
        return (self.folder / "diary").read_text().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def keep(folder: Path) -> Iterator[object]:
    started: list[Kept] = []

    def start(mode: str = "plain") -> Kept:
        started.append(Kept(folder, mode))
        return started[-1]

    yield start
    for kept in started:
        kept.popen.kill()
        kept.popen.wait(20)
        assert kept.popen.stdout
        kept.popen.stdout.close()


def gone(pids: dict[str, int], within: float = 15) -> bool:
    until = time.monotonic() + within
    while any(is_alive(pid) for pid in pids.values()):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_children_who_began_last_first(keep, number):
    kept = keep()
    pids = kept.up()

    kept.popen.send_signal(number)

    kept.hear("stopped")
    assert kept.popen.wait(10) == 0
    assert kept.diary()[-1] == "first ends"
    assert set(kept.diary()[-3:-1]) == {"second ends", "third ends"}
    assert gone(pids, within=0)


def test_a_signal_waits_for_the_end_of_a_look(keep):
    kept = keep("told-while-looking")

    kept.hear("to the end:   talker | a word")

    kept.hear("stopped")
    assert kept.popen.wait(10) == 0


def test_a_child_that_does_not_listen_is_killed_and_named(keep):
    kept = keep("deaf")
    pids = kept.up()

    kept.popen.send_signal(signal.SIGTERM)

    kept.hear("second did not stop within 1 s and was killed")
    assert kept.popen.wait(10) == 0
    assert gone(pids, within=0)


def test_a_child_that_dies_is_started_again_and_that_is_said(keep):
    kept = keep()
    pids = kept.up()

    os.kill(pids["second"], signal.SIGKILL)

    kept.hear("second ended (signal SIGKILL); starting it again in 0.2 s")
    until = time.monotonic() + 5
    while kept.diary().count("second starts") < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    assert kept.diary().count("first starts") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc for grandchildren")
def test_the_grandchildren_of_a_dead_child_are_ended_too(keep, folder):
    kept = keep()
    pids = kept.up()
    grandchildren = [pid for pid in session_of(pids["third"]) if pid != pids["third"]]
    assert grandchildren

    os.kill(pids["third"], signal.SIGKILL)

    kept.hear("third ended")
    assert gone({str(pid): pid for pid in grandchildren}, within=2)


def session_of(leader: int) -> list[int]:
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):  # others' processes end meanwhile
            if os.getsid(int(one.name)) == leader:
                found.append(int(one.name))
    return found


def test_nothing_is_left_when_the_supervisor_is_killed(keep):
    kept = keep()
    pids = kept.up()

    kept.popen.kill()

    assert gone(pids)


def test_nothing_is_left_of_a_child_that_does_not_listen_either(keep):
    kept = keep("deaf")
    pids = kept.up()

    kept.popen.kill()

    assert gone(pids, within=13)


def test_a_second_start_in_the_same_folder_is_refused_and_names_the_first(keep):
    first = keep()
    first.up()

    second = keep()

    assert f"as process {first.popen.pid}" in second.hear("refused: It already runs in")
    assert second.popen.wait(10) == 1


def test_a_start_after_a_crash_waits_until_the_old_children_are_gone(keep):
    crashed = keep()
    old = crashed.up()
    crashed.popen.kill()
    crashed.popen.wait()

    again = keep()

    again.up()
    assert gone(old, within=0)


def test_a_child_that_ends_at_its_start_stops_all_and_gives_its_last_words(keep):
    kept = keep("never-ready")

    kept.hear("refused: fourth ended at its start (exit code 3)")
    kept.hear("the reason")
    assert kept.popen.wait(10) == 1
    assert kept.diary()[-1] == "first ends"


def test_a_command_that_does_not_exist_is_said_plainly(folder):
    from helpdesk.supervisor import Child, DidNotStart, Supervisor  # noqa: PLC0415 - signals are set by the block

    with (
        pytest.raises(DidNotStart, match=r"web could not be started: .*no-such-program"),
        Supervisor(folder) as it,
    ):
        it.start(Child("web", ["/no-such-program"]))
