"""The job of a bulk action: piece by piece in short transactions; begun again after a kill, it goes on."""

from helpdesk import failpoints, runtime
from helpdesk.desk import bulk
from helpdesk.models.bulk import Bulk
from helpdesk.runtime import Runtime


def run(bulk_id: int) -> None:
    """Do what is left of it, or put back what is left; done already, nothing happens."""
    here = runtime.current()
    while _piece(here, bulk_id):
        failpoints.passing("after-bulk-piece")


def go_on() -> None:
    """Go on with what nobody works on any more, and let go of what is long over."""
    here = runtime.current()
    with here.db.reading() as session:
        stuck = bulk.stuck(session)
    for bulk_id in stuck:
        run(bulk_id)
    with here.db.transaction() as session:
        bulk.forget(session)


def _piece(here: Runtime, bulk_id: int) -> bool:
    with here.db.transaction() as session:
        asked = session.get(Bulk, bulk_id, with_for_update=True)
        return asked is not None and bulk.go_on(session, asked)
