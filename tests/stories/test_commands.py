"""An operator's day: a desk is set up, started, has a process killed under it, and is stopped."""

import os
import re
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot
from tests.servers.programs import LOCALHOST, free_port
from tests.servers.smtp_sink import SmtpSink
from tests.stories.commands import Started, is_alive, run, set_up, started, status_of, wait_until

pytestmark = pytest.mark.story
PASSWORD = "seven brown herons wade"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "desk"
    made.mkdir()
    return made


@pytest.fixture
def port() -> int:
    return free_port()


def test_a_desk_is_set_up_started_survives_a_kill_and_stops_without_a_trace(
    folder: Path, port: int, dovecot: Dovecot, smtp_sink: SmtpSink
):
    # given a desk with a mailbox and an admin who has no password yet
    said = run(
        folder, "init", "--no-input", "--port", str(port), "--admin-email", "ada@desk.example",
        "--mailbox-address", "support@desk.example",
        "--imap-host", dovecot.host, "--imap-port", str(dovecot.port), "--imap-security", "plain",
        "--imap-user", dovecot.new_user(),
        "--smtp-host", smtp_sink.host, "--smtp-port", str(smtp_sink.port), "--smtp-security", "plain",
        "--smtp-user", "",
        environment={"HELPDESK_MAILBOX_PASSWORD": dovecot.password},
    )  # fmt: skip
    assert said.returncode == 0, said.stderr

    with started(folder, "up") as desk:
        # when it runs, the admin's link is mailed and opens
        wait_until(lambda: "runs: http" in desk.words() or desk.process.poll() is not None)
        (email,) = smtp_sink.wait_for(1)
        assert email.recipients == ("ada@desk.example",)
        link = re.search(
            rf"http://localhost:{port}/password-resets/[\w-]+", email.message.as_string().replace("=\n", "")
        )
        assert link is not None
        assert status_of(link[0]) == 200

        # a second start says that one runs, and doctor finds it in order
        second = run(folder, "up")
        assert (second.returncode, "in use" in second.stderr) == (1, True)
        wait_until(lambda: is_polled(folder))
        wait_until(lambda: run(folder, "doctor").returncode == 0)

        # then a killed process is started again
        before = pids_of(desk)
        os.kill(before["web"], signal.SIGKILL)
        wait_until(lambda: status_of(f"http://localhost:{port}/healthz") == 0 or "web ended" in desk.words())
        wait_until(lambda: status_of(f"http://localhost:{port}/healthz") == 200)

        # and stopping leaves nothing behind
        children = pids_of(desk)
        assert desk.stop() == 0
    assert "Everything has stopped." in desk.words()
    assert not [name for name, pid in children.items() if is_alive(pid)]
    assert status_of(f"http://localhost:{port}/healthz") == 0

    # and no log holds an address, the link's secret or the mailbox's password
    logs = "".join(path.read_text() for path in (folder / "run" / "logs").glob("*.log") if path.name != "redis.log")
    assert "GET /password-resets/…" in logs
    for secret in (link[0].rpartition("/")[2], dovecot.password, "ada@desk.example", LOCALHOST):
        assert secret not in logs


def test_a_busy_port_is_said_with_the_way_out(folder: Path, port: int, migrated_sqlite: Path):
    without_a_mailbox(folder, port, migrated_sqlite)
    with socket.create_server((LOCALHOST, port)):
        web, up = run(folder, "web"), run(folder, "up")

    for refused in (web, up):
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"Error: port {port} is in use")
        assert "web.port" in refused.stderr


@pytest.mark.parametrize("command", ["poll", "worker", "schedule"])
def test_each_process_stops_when_asked_to(
    folder: Path, port: int, command: str, migrated_sqlite: Path, redis_url: str
):
    without_a_mailbox(folder, port, migrated_sqlite)
    with started(folder, command, environment={"HELPDESK_REDIS_URL": redis_url}) as alone:
        wait_until(lambda: alone.process.poll() is not None or is_working(alone))
        assert alone.stop() == 0, alone.words()
    assert "Traceback" not in alone.words()


def test_a_trace_is_shown_only_when_asked_for(folder: Path):
    silent, loud = run(folder, "migrate"), run(folder, "--debug", "migrate")

    assert "Traceback" not in silent.stderr
    assert "helpdesk init" in silent.stderr
    assert "Traceback" in loud.stderr


def without_a_mailbox(folder: Path, port: int, migrated: Path) -> None:
    given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
    set_up(folder, migrated, "--no-mailbox", "--port", str(port), environment=given)


def is_polled(folder: Path) -> bool:
    """Its mailbox was looked at: before that doctor finds fault with it, and takes a second each time it is asked."""
    with closing(sqlite3.connect(folder / "candour.db")) as connection:
        return bool(connection.execute("SELECT count(*) FROM mailbox WHERE polled_at IS NOT NULL").fetchone()[0])


def is_working(alone: Started) -> bool:
    """It has come so far as to catch signals, which is what stopping needs."""
    caught = re.search(
        r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{alone.process.pid}/status").read_text(), re.MULTILINE
    )
    return caught is not None and bool(int(caught[1], 16) >> 14 & 1)


def pids_of(desk: Started) -> dict[str, int]:
    """The supervisor's children, by the command each runs."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(path.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            words = path.joinpath("cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == desk.process.pid:
            found[words[-2].decode() if b"helpdesk.cli" in words else words[0].decode()] = int(path.name)
    return found
