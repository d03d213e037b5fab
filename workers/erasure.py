"""The job that erases one person: batch by batch in short transactions; begun again after a kill, it goes on."""

import logging
from collections.abc import Iterator, Sequence

from helpdesk import clock, failpoints, runtime
from helpdesk.models.erasure import Erasure, ErasureState
from helpdesk.privacy import audit, erasure, tombstones
from helpdesk.runtime import Runtime
from helpdesk.storage import scrub

log = logging.getLogger(__name__)


def erase(erasure_id: int) -> None:
    """Take away all that is left of one person; done already, nothing happens."""
    here = runtime.current()
    keep_tombstones(here)
    while _take_what_is_left(here, erasure_id):
        pass
    _remove_files(here, erasure_id)
    scrub.empty_the_log(here.db)


def go_on() -> None:
    """Erasures that somebody began and no worker ended."""
    here = runtime.current()
    with here.db.reading() as session:
        waiting = erasure.unfinished(session)
    for erasure_id in waiting:
        erase(erasure_id)


def scrub_free_pages() -> None:
    """Write over what erasures left in the database's own files; others wait meanwhile, so it is done at night."""
    here = runtime.current()
    with here.db.reading() as session:
        done = erasure.unscrubbed(session)
    if not done or not scrub.scrub(here.db):
        return
    with here.db.transaction() as session:
        for erasure_id in done:
            session.get_one(Erasure, erasure_id).scrubbed_at = clock.now()
    scrub.empty_the_log(here.db)


def keep_tombstones(here: Runtime) -> None:
    """Bring the file of tombstones beside the configuration up to date: a restore reads it."""
    with here.db.reading() as session:
        marks = tombstones.all_of(session)
    tombstones.write(here.config.folder, marks)


def _take_what_is_left(here: Runtime, erasure_id: int) -> bool:
    """One pass over all that is left; False when the erasure is over."""
    with here.db.reading() as session:
        begun = session.get(Erasure, erasure_id)
        if begun is None or begun.state is ErasureState.DONE:
            return False
        left = erasure.left(session, begun)
        readings = session.info["readings"]
    audit.keep_readings(here.db, readings)
    for name, ids in left.items():
        for batch in _batches(ids):
            with here.db.transaction() as session:
                erasure.take(session, session.get_one(Erasure, erasure_id), name, batch)
            failpoints.passing("after-erasure-batch")
    if left:
        return True
    with here.db.transaction() as session:
        is_over = erasure.end(session, session.get_one(Erasure, erasure_id))
    return not is_over


def _remove_files(here: Runtime, erasure_id: int) -> None:
    with here.db.transaction() as session:
        begun = session.get(Erasure, erasure_id)
        if begun is not None and begun.files_left:
            erasure.remove_files(session, begun)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(ids), erasure.BATCH):
        yield ids[at : at + erasure.BATCH]
