"""What the clock does on the desk: tickets wake, and drafts of long ago go."""

from helpdesk import runtime
from helpdesk.desk import drafts, snooze
from helpdesk.privacy import access


def wake_tickets() -> None:
    """Back on top of their lists: tickets that slept until now."""
    with runtime.current().db.transaction() as session:
        snooze.wake_due(session)


def let_go_of_drafts() -> None:
    """Drafts are kept for a month; their large files leave the folder after the rows have gone."""
    here = runtime.current()
    with here.db.transaction() as session:
        files = drafts.sweep(session)
    for digest in files:
        with here.db.transaction() as session:
            access.remove_file(session, digest)
