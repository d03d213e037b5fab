"""What the clock does on the desk: tickets wake, and files that nobody holds go."""

import time
from datetime import timedelta
from typing import Final

from helpdesk import runtime
from helpdesk.desk import snooze
from helpdesk.privacy import access

UNHELD: Final = timedelta(hours=1)  # a file may lie in the folder before the row that holds it is committed


def wake_tickets() -> None:
    """Back on top of their lists: tickets that slept until now."""
    with runtime.current().db.transaction() as session:
        snooze.wake_due(session)


def look_through_files() -> None:
    """Take out of the folder what nobody holds: files of drafts that left or were discarded, of a step cut short."""
    here, before = runtime.current(), time.time() - UNHELD.total_seconds()
    for part in range(256):
        with here.db.reading() as session:
            gone = access.forgotten_files(session, part, before=before)
        for digest in gone:
            with here.db.transaction() as session:
                access.remove_file(session, digest)
