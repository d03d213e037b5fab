"""How a ticket stood before an agent's step: kept with the step in the trail, and given back from there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from helpdesk.models.message import Note
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Place, Priority, Status, Ticket
from helpdesk.privacy.readers import Machine, Reader

State = Mapping[str, Any]  # as JSON holds it; what belongs together is one value

COLUMNS: Final = (
    "status", "closed_at", "woke_at", "waiting_since", "taken_up_at", "assignee_id", "priority", "place",
    "trashed_at",
)  # fmt: skip


def before(session: Session, ticket: Ticket, *, by: Reader) -> State | None:
    """As it is before a step of this reader's; a machine takes nothing back."""
    return None if isinstance(by, Machine) else of(session, ticket)


def of(session: Session, ticket: Ticket) -> State:
    """What a step can change of a ticket."""
    session.flush()
    return {
        "status": [ticket.status.value, written(ticket.closed_at), sleep(session.get(Snooze, ticket.id))],
        "woke_at": written(ticket.woke_at),
        "waiting_since": written(ticket.waiting_since),
        "taken_up_at": written(ticket.taken_up_at),
        "assignee": ticket.assignee_id,
        "priority": ticket.priority.value,
        "place": [ticket.place.value, written(ticket.trashed_at)],
    }


def change(session: Session, ticket: Ticket, was: State | None) -> dict[str, object]:
    """The facts of a step: what it changed, from what to what."""
    if was is None:
        return {}
    now = of(session, ticket)
    changed = [name for name in was if was[name] != now[name]]
    return {"was": {name: was[name] for name in changed}, "is": {name: now[name] for name in changed}}


def give(session: Session, ticket: Ticket, was: State) -> None:
    """Have it stand so again; whose it is, is for its caller to decide."""
    if "status" in was:
        give_status(session, ticket, *was["status"])
    for name in ("woke_at", "taken_up_at"):
        if name in was:
            setattr(ticket, name, read(was[name]))
    if "waiting_since" in was:
        ticket.waiting_since = datetime.fromisoformat(was["waiting_since"])
    if "priority" in was:
        ticket.priority = Priority(was["priority"])
    if "place" in was:
        ticket.place, ticket.trashed_at = Place(was["place"][0]), read(was["place"][1])


def give_status(session: Session, ticket: Ticket, status: str, closed_at: str | None, slept: Any) -> None:  # noqa: ANN401  JSON
    ticket.status, ticket.closed_at = Status(status), read(closed_at)
    row = session.get(Snooze, ticket.id)
    if row is not None:
        session.delete(row)
        session.flush()
    if slept is not None:
        agent_id, until, ends_on_reply, *why = slept
        note = session.get(Note, why[0]) if why else None
        again = Snooze(ticket_id=ticket.id, agent_id=agent_id, until=read(until), ends_on_reply=ends_on_reply)
        again.note_id = note.id if note else None
        session.add(again)


def sleep(row: Snooze | None) -> list[Any] | None:
    """With the note that says why, where there is one."""
    if row is None:
        return None
    return [row.agent_id, written(row.until), row.ends_on_reply, *([row.note_id] if row.note_id else [])]


def written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def read(moment: str | None) -> datetime | None:
    return datetime.fromisoformat(moment) if moment else None
