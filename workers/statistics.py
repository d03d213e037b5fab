"""Closing finished periods at night: count, draw, keep, and where an admin wants it, send the published file."""

import logging
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from helpdesk import clock, failpoints, runtime
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import document, releases, sending
from helpdesk.privacy.statistics.counting import Mark, Owner
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.runtime import Runtime
from workers import outside
from workers.nightly import last_night

MOST: Final = 40  # periods of one run: after a long time away the next run goes on

log = logging.getLogger(__name__)


def close_periods() -> None:
    """Publish every period that is over, the oldest first; done twice, or by two at once, it publishes once."""
    here = runtime.current()
    for _time in range(MOST):
        if close_next(here) is None:
            break
    send_file(here)


def close_next(here: Runtime) -> str | None:
    """Publish the oldest period that is over, and give its name; None: nothing was due, or another did it.

    Nothing of the noise has been seen before the transaction that spends for it commits: a crash costs nothing.
    """
    zone = ZoneInfo(here.config.desk.time_zone)
    _begin(here, zone)
    with here.db.reading() as session:
        usage = settings.of(session, Usage)
        due = releases.due(session, usage, night=last_night(clock.now(), zone).date(), zone=zone)
        if due is None:
            return None
        counted = releases.count(session, due, zone, mark=_marks(here))
    failpoints.passing("statistics-counted")
    noisy = releases.draw(due, counted)
    failpoints.passing("statistics-drawn")
    with here.db.transaction() as session:
        is_ours = releases.keep(session, due, counted, noisy, send=bool(usage.send_to), by=Machine.STATISTICS)
        failpoints.passing("statistics-kept")
    failpoints.passing("statistics-committed")
    return due.period.name if is_ours else None


def send_file(here: Runtime) -> None:
    """Send the published file to the address an admin chose, if a release waits for it; no transaction is open."""
    with here.db.reading() as session:
        waiting = sending.waiting(session)
        if waiting is None:
            return
        address, body = waiting.address, document.text(session)
    trouble = outside.post(address, body.encode(), kind="application/json", waits=timedelta(seconds=20))
    failpoints.passing("statistics-sent")
    with here.db.transaction() as session:
        sending.mark(session, waiting, trouble)
    if trouble:
        log.warning("usage statistics were not sent: %s", trouble)


def _begin(here: Runtime, zone: ZoneInfo) -> None:
    with here.db.reading() as session:
        usage = settings.of(session, Usage)
    if usage.is_on and not usage.since:
        with here.db.transaction() as session:
            releases.begin(session, now=clock.now(), zone=zone)


def _marks(here: Runtime) -> Mark:
    """A keyed digest of whose month it is, so that a tally names nobody."""

    def mark(month: str, owner: Owner) -> bytes:
        return here.vault.mac(f"{month} {owner}".encode(), what="statistics")

    return mark
