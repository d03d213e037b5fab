"""Emails being read in the limited child while this process fetches the next and files the last ones."""

import threading
from collections.abc import Iterator, Sequence
from queue import SimpleQueue

from helpdesk.mail.parsed import ParsedEmail
from helpdesk.mail.sandbox import Quarantined, Sandbox

Read = tuple[int, ParsedEmail | Quarantined]


class Reading:
    """A batch that is being read from now on; to be gone through once, or given up."""

    def __init__(self, sandbox: Sandbox, waiting: Sequence[tuple[int, bytes]]) -> None:
        self._sandbox = sandbox
        self._waiting = waiting
        self._read: SimpleQueue[ParsedEmail | Quarantined | BaseException] = SimpleQueue()
        self._is_given_up = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reading ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Read]:
        """Give (id in the ledger, what was read) in order, waiting where it is not read yet."""
        for email_id, _raw in self._waiting:
            outcome = self._read.get()
            if not isinstance(outcome, ParsedEmail | Quarantined):
                raise outcome
            yield email_id, outcome

    def give_up(self) -> None:
        """Let the reader go; what was not gone through is still stored, and read again another time."""
        self._is_given_up.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for outcome in self._sandbox.read_all(self._wanted()):
                self._read.put(outcome)
        except BaseException as error:  # noqa: BLE001  raised where it is gone through
            self._read.put(error)

    def _wanted(self) -> Iterator[bytes]:
        for _email_id, raw in self._waiting:
            if self._is_given_up.is_set():
                return
            yield raw
