"""What the nights take: the trash and old drafts; batch by batch in short transactions, and killed it goes on."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from helpdesk import clock, failpoints, runtime
from helpdesk.desk import discarded, drafts
from helpdesk.privacy import access, purging
from helpdesk.runtime import Runtime
from helpdesk.storage import scrub


def empty_the_trash() -> None:
    """Take what was begun and not ended, then what last night made due; what is not due yet stays."""
    here = runtime.current()
    night, has_taken = _night(here), False
    while tickets := _begun(here) or _begin(here, night):
        _take_all_of(here, tickets)
        has_taken = True
    if has_taken:
        scrub.empty_the_log(here.db)


def let_go_of_drafts() -> None:
    """Drafts that nobody touched for as long as is set; their large files leave the folder after the rows."""
    here = runtime.current()
    night, gone = _night(here), -1
    while gone:
        with here.db.transaction() as session:
            gone, files = drafts.sweep(session, night=night)
        _remove(here, files)


def let_go_of_discarded() -> None:
    """Drafts that were discarded, and that nobody brought back while they could."""
    here, gone = runtime.current(), -1
    while gone:
        with here.db.transaction() as session:
            gone, files = discarded.sweep(session)
        _remove(here, files)


def _night(here: Runtime) -> datetime:
    return clock.last_night(clock.now(), ZoneInfo(here.config.desk.time_zone))


def _begun(here: Runtime) -> Sequence[int]:
    with here.db.reading() as session:
        return purging.unfinished(session)


def _begin(here: Runtime, night: datetime) -> Sequence[int]:
    with here.db.transaction() as session:
        return purging.begin(session, night=night)


def _take_all_of(here: Runtime, tickets: Sequence[int]) -> None:
    while left := _left(here, tickets):
        for name, ids in left.items():
            for batch in _batches(ids):
                with here.db.transaction() as session:
                    files = purging.take(session, name, batch)
                _remove(here, files)
                failpoints.passing("after-purge-batch")
    with here.db.transaction() as session:
        files = purging.end(session, tickets)
    _remove(here, files)


def _left(here: Runtime, tickets: Sequence[int]) -> dict[str, Sequence[int]]:
    with here.db.reading() as session:
        return purging.left(session, tickets)


def _remove(here: Runtime, files: Sequence[bytes]) -> None:
    """One that a kill leaves in the folder is found when that is looked through."""
    for digest in files:
        with here.db.transaction() as session:
            access.remove_file(session, digest)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), purging.BATCH):
        yield ids[at : at + purging.BATCH]
