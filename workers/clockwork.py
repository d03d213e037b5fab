"""What keeps a clockwork going: entries that come due, each in a thread of its own, under a lease."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from helpdesk.runtime import Runtime
from helpdesk.storage import leases
from helpdesk.storage.db import DatabaseBusy, DatabaseUnreachable

LEASE: Final = timedelta(seconds=15)  # one scheduler of many works; another takes over when it fell silent
_RENEWED_EVERY: Final = timedelta(seconds=5)
_NEVER: Final = float("-inf")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the clockwork. Doing it twice does no harm, so a restart may do it early."""

    name: str
    every: timedelta
    what: Callable[[], None]


@dataclass
class Clockwork:
    """Starts what is due, never beside itself: a slow entry holds up no other, and a broken one is tried again."""

    here: Runtime
    entries: tuple[Entry, ...]
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    _begun: dict[str, float] = field(default_factory=dict)
    _at_work: dict[str, Future[None]] = field(default_factory=dict)
    _asked_at: float = _NEVER
    _is_ours: bool = False

    def tick(self) -> None:
        if not self._has_lease():
            return
        now = time.monotonic()
        for entry in self.entries:
            is_due = now - self._begun.get(entry.name, _NEVER) >= entry.every.total_seconds()
            if is_due and not self._is_at_work(entry):
                self._begun[entry.name] = now
                self._at_work[entry.name] = _begin(entry)

    def end(self, *, patience: timedelta = timedelta(0)) -> None:
        """Wait a moment for what is being done, and let the next scheduler begin at once."""
        deadline = time.monotonic() + patience.total_seconds()
        while time.monotonic() < deadline and any(self._is_at_work(entry) for entry in self.entries):
            time.sleep(0.05)
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


def _begin(entry: Entry) -> Future[None]:
    """Do it in a thread that keeps no process from ending: what it leaves undone is done at the next start."""
    doing: Future[None] = Future()

    def do() -> None:
        try:
            entry.what()
        except Exception as error:  # noqa: BLE001  kept for the next tick, which says so and tries again
            doing.set_exception(error)
        else:
            doing.set_result(None)

    threading.Thread(target=do, name=entry.name, daemon=True).start()
    return doing
