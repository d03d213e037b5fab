"""The gate to the search's rows, when they are made anew: a machine reads what they are made of, and says so."""

from sqlalchemy.orm import Session

from helpdesk.privacy import audit
from helpdesk.privacy.readers import MACHINE_BASIS, Machine
from helpdesk.storage import indexing
from helpdesk.storage.indexing import RENEWAL, is_being_renewed, learn

__all__ = ["RENEWAL", "is_being_renewed", "learn", "renew_piece"]


def renew_piece(session: Session, *, by: Machine) -> bool:
    """Make the next rows of the search anew; False when all are. One event names the tickets that were read."""
    rows = indexing.next_rows(session)
    if rows is None:
        return False
    if rows:
        facts: dict[str, object] = {"tickets": sorted({row.ticket_id for row in rows})}
        audit.record(session, "index.renew", by=by, on=("list", None), basis=MACHINE_BASIS[by], facts=facts)
        indexing.renew(session, rows)
    return True
