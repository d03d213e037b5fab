"""Two pollers, killed over and over at every named point: every email once, none lost, none twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpdesk.models.inbound_email import Outcome
from helpdesk.runtime import Runtime
from tests.servers.cutting_proxy import cutting_proxy
from tests.servers.dovecot import Dovecot
from tests.workers.desks import a_desk, an_email, polling, until

POINTS = ("after-fetch", "before-commit-raw", "after-commit-raw", "before-commit-ticket", "after-commit-ticket")
EMAILS = 100
KILLS = 10


def start_poller(installation: Path, failpoint: str = "") -> subprocess.Popen[bytes]:
    with (installation / "poller.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "helpdesk.cli", "--config", str(installation / "config.toml"), "poll"],
            env={**os.environ, "HELPDESK_FAILPOINT": failpoint},
            stdin=subprocess.DEVNULL,
            stderr=log,
        )


@contextmanager
def ended(pollers: list[subprocess.Popen[bytes]]) -> Iterator[None]:
    try:
        yield
    finally:
        for poller in pollers:
            poller.kill()
            poller.wait(10)


@pytest.mark.story
def test_two_pollers_under_kills_lose_nothing_and_double_nothing(
    runtime: Runtime, installation: Path, dovecot: Dovecot
):
    desk = a_desk(runtime, dovecot)
    portions = [list(map(an_email, range(start, start + 20))) for start in range(0, EMAILS, 20)]
    points = iter([f"{point}:1" for _ in range(KILLS // len(POINTS)) for point in POINTS])
    pollers: list[subprocess.Popen[bytes]] = [start_poller(installation, next(points)) for _ in range(2)]
    kills = 0

    with ended(pollers):
        deadline = time.monotonic() + 150
        while kills < KILLS or portions:
            assert time.monotonic() < deadline, f"{desk.tickets} tickets after {kills} kills"
            if portions and desk.tickets == len(dovecot.messages(desk.user)):
                desk.write(*portions.pop())
            for place, poller in enumerate(pollers):
                if poller.poll() is not None:
                    assert poller.returncode == -signal.SIGKILL, (installation / "poller.log").read_text()[-2000:]
                    kills += 1
                    pollers[place] = start_poller(installation, next(points, ""))
            time.sleep(0.1)
        until(lambda: desk.tickets == EMAILS, 60)
        time.sleep(1)

    assert desk.outcomes == {Outcome.NEW_TICKET: desk.tickets}
    assert desk.tickets == EMAILS

    dovecot.renumber(desk.user)
    with polling(runtime):
        until(lambda: len(desk.ledger) == 2 * EMAILS, 60)
    assert desk.tickets == EMAILS


def test_sigterm_ends_the_poller_within_ten_seconds_and_frees_its_mailboxes(
    runtime: Runtime, installation: Path, dovecot: Dovecot
):
    desk = a_desk(runtime, dovecot)
    desk.write(an_email(1))
    poller = start_poller(installation)
    with ended([poller]):
        until(lambda: desk.tickets == 1)
        began = time.monotonic()
        poller.send_signal(signal.SIGTERM)
        assert poller.wait(10) == 0
        assert time.monotonic() - began < 5
    desk.write(an_email(2))
    with polling(runtime):  # no lease to wait for
        until(lambda: desk.tickets == 2, 5)


def test_lines_that_are_cut_or_go_silent_are_made_anew_and_nothing_is_lost(runtime: Runtime, dovecot: Dovecot):
    with cutting_proxy(dovecot.port) as proxy:
        desk = a_desk(runtime, dovecot, port=proxy.port)
        desk.write(*(an_email(number, "A line of forty letters, more or less.\r\n" * 500) for number in range(10)))
        proxy.cut_after(60_000)  # in the middle of the first batch
        with polling(runtime):
            until(lambda: desk.tickets == 10, 20)
            proxy.cut_all()  # while it waits
            desk.write(an_email(10))
            until(lambda: desk.tickets == 11, 20)
    assert desk.outcomes == {Outcome.NEW_TICKET: 11}


@pytest.mark.story
def test_a_half_open_line_recovers_within_a_minute(runtime: Runtime, dovecot: Dovecot):
    with cutting_proxy(dovecot.port) as proxy:
        desk = a_desk(runtime, dovecot, port=proxy.port)
        desk.write(an_email(1))
        with polling(runtime):
            until(lambda: desk.tickets == 1)
            time.sleep(3)  # it waits in IDLE
            proxy.stall_open_lines()
            desk.write(an_email(2))
            until(lambda: desk.tickets == 2, 60)
