"""Two pollers, killed over and over at every named point: every email once, none lost, none twice."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.desk import mailboxes
from helpdesk.mail import imap
from helpdesk.mail.account import READ_SECONDS, ImapAccount
from helpdesk.models.inbound_email import Outcome
from helpdesk.runtime import Runtime
from tests.servers.cutting_proxy import cutting_proxy
from tests.servers.dovecot import Dovecot
from tests.workers.desks import a_desk, an_email, polling, until

# More of them, as HELPDESK_KILLS=100 with -o faulthandler_timeout=0, where there is time: three emails for each
KILLS = int(os.environ.get("HELPDESK_KILLS", "20"))
EMAILS = 3 * KILLS
WORK = 5  # seconds for connecting, fetching and filing on a busy machine: no part of waiting


@pytest.fixture(params=["sqlite", "postgres"])
def here(request: pytest.FixtureRequest, installation: Path) -> Iterator[Runtime]:
    """An installation on each kind of database."""
    if request.param == "postgres":
        url = request.getfixturevalue("migrated_postgres_url")
        written = installation / config.FILE_NAME
        written.write_text(re.sub(r'(?<=\[database\]\nurl = ")[^"]*', url, written.read_text()))
    assembled = parts.assemble(config.load(installation / config.FILE_NAME, environ={}))
    yield assembled
    assembled.close()
    assembled.doorbell.redis.close()


@contextmanager
def running(installation: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    with (installation / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", *command], stdin=subprocess.DEVNULL, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(15)


@pytest.mark.story
def test_two_pollers_killed_over_and_over_lose_nothing_and_double_nothing(
    here: Runtime, installation: Path, dovecot: Dovecot
):
    desk = a_desk(here, dovecot)
    written = kills = 0
    with running(installation, "tests.faults.siege", str(installation), str(KILLS)) as siege:
        deadline = time.monotonic() + max(240, 12 * KILLS)
        while kills < KILLS or desk.tickets < EMAILS:
            assert time.monotonic() < deadline, f"{desk.tickets} tickets of {written} emails after {kills} kills"
            assert siege.poll() is None, (installation / "log").read_text()[-2000:]
            if desk.tickets == written:
                desk.write(*map(an_email, range(written, written + 10)))
                written += 10
            kills = int((installation / "kills").read_text() or 0) if (installation / "kills").exists() else 0
            time.sleep(0.05)
        until(lambda: desk.tickets == written)
        time.sleep(1)

    assert desk.outcomes == {Outcome.NEW_TICKET: desk.tickets}
    assert desk.tickets == written

    dovecot.renumber(desk.user)
    with polling(here):
        until(lambda: len(desk.ledger) == 2 * written)
    assert desk.tickets == written


def test_sigterm_ends_the_poller_within_ten_seconds_and_frees_its_mailboxes(
    runtime: Runtime, installation: Path, dovecot: Dovecot
):
    desk = a_desk(runtime, dovecot)
    desk.write(an_email(1))
    with running(installation, "helpdesk.cli", "--config", str(installation / "config.toml"), "poll") as poller:
        until(lambda: desk.tickets == 1)
        began = time.monotonic()
        poller.send_signal(signal.SIGTERM)
        assert poller.wait(10) == 0
        assert time.monotonic() - began < 8
    desk.write(an_email(2))
    with polling(runtime):  # no lease to wait for
        until(lambda: desk.tickets == 2, 30)


def test_lines_that_are_cut_or_go_silent_are_made_anew_and_nothing_is_lost(runtime: Runtime, dovecot: Dovecot):
    with cutting_proxy(dovecot.port) as proxy:
        desk = a_desk(runtime, dovecot, port=proxy.port)
        desk.write(*(an_email(number, "A line of forty letters, more or less.\r\n" * 500) for number in range(10)))
        proxy.cut_after(60_000)  # in the middle of the first batch
        with polling(runtime):
            until(lambda: desk.tickets == 10)
            proxy.cut_all()  # while it waits
            desk.write(an_email(10))
            until(lambda: desk.tickets == 11)
    assert desk.outcomes == {Outcome.NEW_TICKET: 11}


@pytest.mark.story
def test_a_half_open_line_recovers_within_a_minute(
    runtime: Runtime, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
):
    """Each of the times that make up the minute is a tenth of what it is."""
    assert imap.IDLE_SECONDS + READ_SECONDS + WORK <= 60
    told_as = mailboxes.imap_account
    monkeypatch.setattr(imap, "IDLE_SECONDS", imap.IDLE_SECONDS / 10)
    monkeypatch.setattr(mailboxes, "imap_account", lambda *of: _ten_times_as_quick(told_as(*of)))
    with cutting_proxy(dovecot.port) as proxy:
        desk = a_desk(runtime, dovecot, port=proxy.port)
        desk.write(an_email(1))
        with polling(runtime):
            until(lambda: desk.tickets == 1)
            time.sleep(1)  # it waits in IDLE
            proxy.stall_open_lines()
            desk.write(an_email(2))
            until(lambda: desk.tickets == 2, 6 + 3 * WORK)


def _ten_times_as_quick(account: ImapAccount) -> ImapAccount:
    return replace(account, read_seconds=account.read_seconds / 10, connect_seconds=account.connect_seconds / 10)
