"""The whole clockwork on one page: what is done, and how often."""

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from helpdesk import runtime
from helpdesk.runtime import Runtime
from helpdesk.storage import leases
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable
from workers import sweeper, trail


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the clockwork. Doing it twice does no harm, so a restart may do it early."""

    name: str
    every: timedelta
    what: Callable[[], None]


CLOCKWORK: Final = (
    # what                                          how often                what does it
    Entry("replies that should have left",          timedelta(seconds=15),   sweeper.sweep),
    Entry("audit events not yet in the chain",      timedelta(seconds=1),    trail.seal),
    Entry("a signed checkpoint of the trail",       timedelta(hours=1),      trail.checkpoint),
    Entry("access grants whose time is over",       timedelta(seconds=30),   trail.end_grants),
    Entry("mailboxes whose sending is paused",      timedelta(minutes=10),   sweeper.try_paused_mailboxes),
)  # fmt: skip

TICK: Final = timedelta(seconds=0.2)  # how exactly a job that was put off is rung for
LEASE: Final = timedelta(seconds=15)  # one scheduler of many works; another takes over when it fell silent
_RENEWED_EVERY: Final = timedelta(seconds=5)

log = logging.getLogger(__name__)


def run(here: Runtime, stop: threading.Event | None = None) -> None:
    """Keep the clockwork going until asked to stop (SIGTERM, SIGINT, or the event)."""
    runtime.use(here)
    stop = stop or _stopped_by_signal()
    clock = Clockwork(here)
    try:
        while not stop.wait(TICK.total_seconds()):
            here.doorbell.ring_due()
            clock.tick()
    finally:
        clock.end()


@dataclass
class Clockwork:
    """Starts what is due, each thing in a thread of its own and never beside itself: a slow one holds up no other."""

    here: Runtime
    entries: tuple[Entry, ...] = CLOCKWORK
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _begun: dict[str, float] = field(default_factory=dict)
    _at_work: dict[str, Future[None]] = field(default_factory=dict)
    _asked_at: float = float("-inf")
    _is_ours: bool = False

    def __post_init__(self) -> None:
        self._hands = ThreadPoolExecutor(len(self.entries), thread_name_prefix="clockwork")

    def tick(self) -> None:
        if not self._has_lease():
            return
        for entry in self.entries:
            if self._is_at_work(entry):
                continue
            now = time.monotonic()
            if now - self._begun.get(entry.name, float("-inf")) >= entry.every.total_seconds():
                self._begun[entry.name] = now
                self._at_work[entry.name] = self._hands.submit(entry.what)

    def end(self) -> None:
        """Let what is being done come to its end for a moment, and the next scheduler begin at once."""
        self._hands.shutdown(wait=False, cancel_futures=True)
        try:
            with self.here.db.transaction() as session:
                leases.release(session, "schedule", holder=self.holder)
        except (DatabaseBusy, DatabaseUnreachable) as error:
            log.warning("the lease of the clockwork ends by itself: %s", type(error).__name__)

    def _has_lease(self) -> bool:
        if time.monotonic() - self._asked_at < _RENEWED_EVERY.total_seconds():
            return self._is_ours
        try:
            with self.here.db.transaction() as session:
                self._is_ours = leases.take(session, "schedule", holder=self.holder, lasting=LEASE)
        except (DatabaseBusy, DatabaseUnreachable) as error:
            log.warning("the clockwork waits for the database: %s", type(error).__name__)
            self._is_ours = False
        self._asked_at = time.monotonic()
        return self._is_ours

    def _is_at_work(self, entry: Entry) -> bool:
        begun = self._at_work.get(entry.name)
        if begun is None:
            return False
        if not begun.done():
            return True
        del self._at_work[entry.name]
        if (error := begun.exception()) is not None:
            log.error("%s: failed, and will be tried again", entry.name, exc_info=error)
        return False


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
