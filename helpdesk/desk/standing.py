"""How a ticket stands before and after an answer: the way back undoes what it did and nobody changed since."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import delivery, places, tickets
from helpdesk.desk.stood import give_status, read, sleep, written
from helpdesk.models.agent import Agent
from helpdesk.models.snooze import Snooze
from helpdesk.models.tag import TicketTag
from helpdesk.models.ticket import Priority, Ticket
from helpdesk.privacy.readers import Reader

Standing = Mapping[str, Any]  # as JSON holds it; what belongs together is one value

_COLUMNS: Final = (
    "status", "closed_at", "woke_at", "awaits_us", "waiting_since", "first_reply_at", "has_failed_delivery",
    "assignee_id", "priority", "message_count", "active_at",
)  # fmt: skip


def hold(session: Session, ticket: Ticket) -> None:
    """Have the ticket as it is now, and let nobody else change it until the transaction ends."""
    session.flush()
    session.refresh(ticket, _COLUMNS, with_for_update=True)


def of(session: Session, ticket: Ticket) -> Standing:
    """What an answer, and what is done with it, can change of a ticket."""
    session.flush()
    return {
        "status": [ticket.status.value, written(ticket.closed_at), sleep(session.get(Snooze, ticket.id))],
        "woke_at": written(ticket.woke_at),
        "awaits_us": ticket.awaits_us,
        "waiting_since": written(ticket.waiting_since),
        "has_failed": ticket.has_failed_delivery,
        "assignee": ticket.assignee_id,
        "priority": ticket.priority.value,
        "tags": list(session.scalars(select(TicketTag.tag_id).where(TicketTag.ticket_id == ticket.id))),
    }


def restore(session: Session, ticket: Ticket, before: Standing, after: Standing, *, by: Reader) -> None:
    """Undo what changed from one to the other, and nobody changed again.

    Whose it is, how urgent and its tags stay where a machine holds an answer: its writer decides.
    """
    now = of(session, ticket)
    ours = {name for name in before if before[name] != after.get(name) == now[name]}
    if "status" in ours:
        give_status(session, ticket, *before["status"])
    if "woke_at" in ours:
        ticket.woke_at = read(before["woke_at"])
    if "awaits_us" in ours:
        ticket.awaits_us = before["awaits_us"]
    if "waiting_since" in ours:
        ticket.waiting_since = datetime.fromisoformat(before["waiting_since"])
    if "has_failed" in ours:
        ticket.has_failed_delivery = before["has_failed"] and delivery.is_any_lost(session, ticket)
    if isinstance(by, Agent):
        for tag_id in set(after.get("tags", ())) - set(before.get("tags", ())):
            tickets.untag(session, ticket, tag_id, by=by)
        if "priority" in ours:
            places.prioritise(session, ticket, Priority(before["priority"]), by=by)
        if "assignee" in ours:
            _give_to(session, ticket, before["assignee"], by)


def _give_to(session: Session, ticket: Ticket, agent_id: int | None, by: Agent) -> None:
    to = session.get(Agent, agent_id) if agent_id else None
    if to is None or tickets.may_be_assigned(session, ticket, to):
        tickets.assign(session, ticket, to, by=by)
