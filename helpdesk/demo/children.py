"""The demo's processes, and how to see that each is ready."""

import json
import socket
import sys
import urllib.request
from collections.abc import Callable

from helpdesk import clock
from helpdesk.demo.post.__main__ import PASSWORD_VARIABLE, TOKEN_VARIABLE
from helpdesk.demo.premises import LOOPBACK, Premises
from helpdesk.desk import polling
from helpdesk.storage import valkey
from helpdesk.storage.db import Database
from helpdesk.supervisor import Child


def redis(here: Premises) -> Child:
    """Raises NoValkey."""
    return valkey.child(here.config.redis_url, here.folder / "run" / "redis")


def post(here: Premises, token: str) -> Child:
    ports = here.ports
    return Child(
        "post",
        [sys.executable, "-m", "helpdesk.demo.post", str(here.folder), str(ports.imap), str(ports.smtp)],
        {PASSWORD_VARIABLE: here.password, TOKEN_VARIABLE: token},
        is_ready=lambda: all(token in _greeting(port) for port in (ports.imap, ports.smtp)),
    )


def web(here: Premises, token: str) -> Child:
    return Child(
        "web", _helpdesk(here, "web"), {TOKEN_VARIABLE: token}, is_ready=_answering(here, token), ready_within=40
    )


def worker(here: Premises) -> Child:
    """Ready once it says so: an answer is then sent the moment it is due."""
    log = here.folder / "run" / "logs" / "worker.log"
    said_before = log.stat().st_size if log.exists() else 0

    def has_said_so() -> bool:
        with log.open("rb") as said:
            said.seek(said_before)
            return b"the worker is ready" in said.read()

    return Child("worker", _helpdesk(here, "worker"), is_ready=has_said_so, ready_within=40)


def poll(here: Premises) -> Child:
    """Ready once every mailbox was looked into."""
    begun = clock.now()

    def has_looked() -> bool:
        database = Database(here.config.database_url)
        try:
            with database.reading() as session:
                looked = [mailbox.polled_at for mailbox in polling.active(session)]
        finally:
            database.dispose()
        return all(at is not None and at >= begun for at in looked)

    return Child("poll", _helpdesk(here, "poll"), is_ready=has_looked, ready_within=60)


def slow_worker(here: Premises) -> Child:
    return Child("slow-worker", _helpdesk(here, "worker", "--slow"))


def schedule(here: Premises) -> Child:
    return Child("schedule", _helpdesk(here, "schedule"))


def _helpdesk(here: Premises, *words: str) -> list[str]:
    return [sys.executable, "-m", "helpdesk.cli", "--config", str(here.config_path), *words]


def _answering(here: Premises, token: str) -> Callable[[], bool]:
    """Whether our own pages answer at that port, and not somebody else's."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def is_answering() -> bool:
        try:
            with opener.open(f"http://{LOOPBACK}:{here.ports.web}/healthz", timeout=5) as answer:
                told = json.load(answer)
        except (OSError, ValueError):
            return False
        return isinstance(told, dict) and told.get("instance") == token

    return is_answering


def _greeting(port: int) -> str:
    try:
        with socket.create_connection((LOOPBACK, port), 1) as line:
            return line.recv(300).decode(errors="replace")
    except OSError:
        return ""
