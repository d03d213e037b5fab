"""Counting a folder against the ledger, each time it was read to its end."""

import logging
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

from helpdesk.desk import ledger, reconciliation
from helpdesk.mail.imap import Folder
from helpdesk.mail.trouble import ServerRefused
from helpdesk.storage.db import Database

WHOLLY_EVERY: Final = 600.0  # seconds; between, the server's number is enough, as long as it tallies

log = logging.getLogger(__name__)


class Counting:
    """What is known of one mailbox's folder on one connection."""

    def __init__(self, db: Database, mailbox_id: int, fence: Callable[[Session], None]) -> None:
        self._db = db
        self._mailbox_id = mailbox_id
        self._fence = fence
        self._expected = -1
        self._counted_at = float("-inf")

    def begin_anew(self) -> None:
        """Count each email the next time: on a new connection, or after a gap was filled."""
        self._counted_at = float("-inf")

    def stored(self, number: int) -> None:
        """So many more are in the ledger."""
        self._expected += number

    def count(self, folder: Folder) -> list[int]:
        """Keep what the server has against what we have; gives the UIDs that the ledger misses."""
        if time.monotonic() - self._counted_at < WHOLLY_EVERY and self._tallies(folder):
            return []
        on_server = folder.all_uids()
        with self._db.transaction() as session:
            self._fence(session)
            place = ledger.position(session, self._mailbox_id, folder.name, folder.uidvalidity)
            gap = reconciliation.count(session, place, on_server)
            self._expected = sum(uid <= place.last_uid for uid in on_server)
        if gap:
            log.warning("mailbox %s: %s emails of the server are not in the ledger", self._mailbox_id, len(gap))
        self._counted_at = float("-inf") if gap else time.monotonic()
        return gap

    def _tallies(self, folder: Folder) -> bool:
        try:
            on_server = folder.recount()
        except ServerRefused:  # some do not tell the status of the folder that is open
            return False
        if on_server != self._expected:
            return False
        with self._db.transaction() as session:
            self._fence(session)
            place = ledger.position(session, self._mailbox_id, folder.name, folder.uidvalidity)
            reconciliation.holds(place, on_server=on_server)
        return True
