"""Closing finished periods at night: count, draw, keep, and where an admin wants it, send the published file."""

import logging
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from helpdesk import clock, failpoints, runtime
from helpdesk.privacy import audit, settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import document, releases, sending
from helpdesk.privacy.statistics.counting import Mark, Owner
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.runtime import Runtime
from workers import outside

MOST: Final = 40  # periods of one run: after a long time away the next run goes on
_WAITS: Final = timedelta(seconds=20)

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
        due = releases.due(session, usage, night=clock.last_night(clock.now(), zone).date(), zone=zone)
        if due is None:
            return None
        counted = releases.count(session, due, zone, mark=_marks(here))
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    failpoints.passing("statistics-counted")
    noisy = releases.draw(due, counted)
    failpoints.passing("statistics-drawn")
    with here.db.transaction() as session:
        is_ours = releases.keep(session, due, counted, noisy, send=bool(usage.send_to), by=Machine.STATISTICS)
        failpoints.passing("statistics-kept")
    failpoints.passing("statistics-committed")
    return due.period.name if is_ours else None


def send_file(here: Runtime) -> None:
    """Send the published file to the address an admin chose: claim, send with no transaction open, mark.

    Killed before it is marked, it is sent again with the same identity, so that a receiver takes it for one.
    """
    with here.db.reading() as session:
        if not sending.is_due(session):
            return
    with here.db.transaction() as session:
        claimed = sending.claim(session)
    if claimed is None:
        return
    with here.db.reading() as session:
        body = document.text(session).encode()
    failpoints.passing("statistics-claimed")
    parcel = outside.Parcel(body, "application/json", claimed.identity(body))
    trouble = outside.post(claimed.address, parcel, waits=_WAITS, allowed=here.config.statistics.networks)
    failpoints.passing("statistics-sent")
    with here.db.transaction() as session:
        sending.mark(session, claimed, trouble)
    if trouble:
        log.warning("usage statistics were not sent: %s", trouble)


def _begin(here: Runtime, zone: ZoneInfo) -> None:
    with here.db.reading() as session:
        usage = settings.of(session, Usage)
        month = f"{clock.now().astimezone(zone):%Y-%m}"
        is_left = not usage.is_on and releases.has_tallies(session, before=month)
    if is_left:
        with here.db.transaction() as session:
            releases.forget_tallies(session, before=month)
    if usage.is_on and not usage.since:
        with here.db.transaction() as session:
            releases.begin(session, now=clock.now(), zone=zone)


def _marks(here: Runtime) -> Mark:
    """A keyed digest of whose month it is, so that a tally names nobody."""

    def mark(month: str, owner: Owner) -> bytes:
        return here.vault.mac(f"{month} {owner}".encode(), what="statistics")

    return mark
