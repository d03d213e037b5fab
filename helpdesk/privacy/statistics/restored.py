"""After a restore: what may have been published since the backup was made is not published again.

A database of before knows nothing of it, and a second draw of the same numbers would tell more than was paid for.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import periods, releases
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.storage.db import hold

FILE_NAME: Final = "statistics-restored"


def mark(folder: Path) -> None:
    """Before a database is replaced: whoever dies meanwhile, it is settled when the restore is gone on with."""
    (folder / FILE_NAME).touch(mode=0o600)


def is_marked(folder: Path) -> bool:
    return (folder / FILE_NAME).exists()


def unmark(folder: Path) -> None:
    (folder / FILE_NAME).unlink(missing_ok=True)


def settle(session: Session, *, now: datetime, zone: ZoneInfo) -> str | None:
    """Begin anew with the next month, and name it, if a period is over that this database has not published.

    None: nothing was over since, so nothing can have been published.
    """
    hold(session, "statistics")
    usage = settings.of(session, Usage)
    today = now.astimezone(zone).date()
    if releases.due(session, usage, night=today, zone=zone) is None:
        return None
    since = periods.name_of(periods.following(periods.month_of(today)))
    settings.change(session, replace(usage, since=since), by=Machine.STATISTICS)
    return since
