"""The poller: one process that fetches from every active mailbox, each in a thread of its own."""

import gc
import logging
import signal
import threading
import time
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from helpdesk.desk import polling
from helpdesk.mail import limits
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.mailbox import Mailbox
from helpdesk.runtime import Runtime
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from workers.fetching import Fetching
from workers.poll_leases import LASTING, PollLeases

LOOK_EVERY: Final = 2.0  # for mailboxes added, changed or switched off
STOP_WITHIN: Final = 8.0
GARBAGE_BETWEEN_COLLECTIONS: Final = 50_000
RESTART_AFTER: Final = 10.0

log = logging.getLogger(__name__)


def run(here: Runtime) -> None:
    """Fetch until SIGTERM or Ctrl-C."""
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_stop)
    threading.excepthook = _log_death
    collect_seldom()
    with Sandbox(limits.of_config(here.config)) as sandbox:
        poller = Poller(here, sandbox)
        poller.run(stop)


def collect_seldom() -> None:
    """Rows come by the thousand and go without circles: looking for those took a third of the time of filing."""
    gc.collect()
    gc.freeze()  # what is loaded now stays
    gc.set_threshold(GARBAGE_BETWEEN_COLLECTIONS)


@dataclass
class _Line:
    """One mailbox's thread, and the settings it was started with."""

    settings: tuple[Any, ...]
    thread: threading.Thread
    stop: threading.Event
    may_start_again_at: float


class Poller:
    def __init__(self, here: Runtime, sandbox: Sandbox) -> None:
        self._here = here
        self._sandbox = sandbox
        self._leases = PollLeases()
        self._lines: dict[int, _Line] = {}

    def run(self, stop: threading.Event) -> None:
        renewed_at = time.monotonic()
        while not stop.is_set():
            try:
                self._look()
                if time.monotonic() - renewed_at > LASTING.total_seconds() / 3:
                    self._renew()
                    renewed_at = time.monotonic()
            except (DatabaseBusy, DatabaseUnreachable) as trouble:
                log.warning("the poller waits for the database: %s", type(trouble).__name__)
            stop.wait(LOOK_EVERY)
        self._stop_all()

    def _look(self) -> None:
        """Start, stop and restart threads until they are those of the active mailboxes, as configured now."""
        with self._here.db.reading() as session:
            wanted = {mailbox.id: _settings(mailbox) for mailbox in polling.active(session)}
        for mailbox_id, line in list(self._lines.items()):
            if wanted.get(mailbox_id) != line.settings:
                line.stop.set()
            asked_to_end = line.stop.is_set()
            if not line.thread.is_alive() and (asked_to_end or time.monotonic() > line.may_start_again_at):
                del self._lines[mailbox_id]
        for mailbox_id, settings in wanted.items():
            if mailbox_id not in self._lines:
                self._lines[mailbox_id] = self._start(mailbox_id, settings)

    def _start(self, mailbox_id: int, settings: tuple[Any, ...]) -> _Line:
        stop = threading.Event()
        fetching = Fetching(self._here, self._sandbox, self._leases, mailbox_id, stop.is_set)
        thread = threading.Thread(target=fetching.run, name=f"mailbox {mailbox_id}", daemon=True)
        thread.start()
        return _Line(settings, thread, stop, time.monotonic() + RESTART_AFTER)

    def _renew(self) -> None:
        with self._here.db.transaction() as session:
            self._leases.renew(session, [number for number, line in self._lines.items() if line.thread.is_alive()])

    def _stop_all(self) -> None:
        """Let each finish what it is at; one that hangs on its server is left to end with the process."""
        until = time.monotonic() + STOP_WITHIN
        for line in self._lines.values():
            line.stop.set()
        for mailbox_id, line in self._lines.items():
            line.thread.join(max(0.0, until - time.monotonic()))
            if line.thread.is_alive():
                log.warning("mailbox %s was still busy with its server", mailbox_id)


def _settings(mailbox: Mailbox) -> tuple[Any, ...]:
    """Whatever, when changed, needs a new connection."""
    return (
        mailbox.imap_host,
        mailbox.imap_port,
        mailbox.imap_security,
        mailbox.imap_user,
        mailbox.imap_secret,
        mailbox.folder,
        mailbox.after_fetch,
        mailbox.move_to,
    )


def _log_death(death: threading.ExceptHookArgs) -> None:
    """A mistake of ours ended a thread; it is started again. Its words may be content: not logged."""
    name = death.thread.name if death.thread else "a thread"
    if death.exc_value is not None:
        log.error("%s ended unexpectedly", name, exc_info=death.exc_value)
