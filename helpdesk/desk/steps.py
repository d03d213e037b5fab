"""Taking one's own last step on a ticket back, such as a closing: the ticket stands as before it."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import places, stood, thread, tickets
from helpdesk.desk.stood import State
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import access, audit
from helpdesk.storage import jobs

# all that changes how a ticket stands; what is taken back another way, or by a machine, says not how it stood
_STEPS: Final = (
    "ticket.assign", "ticket.close", "ticket.merge", "ticket.move", "ticket.move_back", "ticket.prioritise",
    "ticket.purge", "ticket.put_back", "ticket.reopen", "ticket.restore", "ticket.snooze", "ticket.spam",
    "ticket.take_back", "ticket.trash", "ticket.undo", "ticket.unmerge", "ticket.wait", "ticket.wake",
)  # fmt: skip


class TooLate(Exception):
    """A step is taken back within half a minute, by who made it, and only while nobody went on from it."""


def take_back(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Have a ticket stand as before this agent's last step on it. Raises TooLate, AccessDenied.

    As it stands then, they must be able to read it: what was changed by then is to be undone with that error.
    """
    session.flush()
    session.refresh(ticket, stood.COLUMNS, with_for_update=True)
    was = _stood_before(session, ticket, by)
    if "assignee" in was:
        _give_to(session, ticket, was["assignee"])
    stood.give(session, ticket, was)
    session.flush()
    access.require(session, ticket, by=by)
    audit.record(session, "ticket.undo", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id)
    jobs.announce(session, ticket.id)


def knows_of(session: Session, ticket_id: int, *, by: Agent) -> bool:
    """Whether this agent did something with a ticket that is there: they may hear that it is with others by now."""
    own = select(AuditEvent.id).where(
        AuditEvent.object_kind == "ticket",
        AuditEvent.object_id == ticket_id,
        AuditEvent.action.in_(_STEPS),
        AuditEvent.actor_kind == "agent",
        AuditEvent.actor_id == str(by.id),
    )
    ticket = session.get(Ticket, ticket_id)
    is_there = ticket is not None and ticket.place not in {Place.MERGED, Place.PURGED}
    return is_there and session.scalar(own.limit(1)) is not None


def _stood_before(session: Session, ticket: Ticket, by: Agent) -> State:
    """What the last step changed, if it was this agent's, and all of it is still so."""
    steps = select(AuditEvent).where(
        AuditEvent.object_kind == "ticket", AuditEvent.object_id == ticket.id, AuditEvent.action.in_(_STEPS)
    )
    step = session.scalar(steps.order_by(AuditEvent.id.desc()).limit(1))
    if step is None or (step.actor_kind, step.actor_id) != ("agent", str(by.id)):
        raise TooLate("the last step was somebody else's, or nobody's")
    facts, now = thread.facts(step), stood.of(session, ticket)
    was: State = facts.get("was") or {}
    if not was or any(now[name] != is_so for name, is_so in facts["is"].items()):
        raise TooLate("it does not stand as that step left it")
    if step.at < clock.now() - places.BACK_WITHIN or places.went_on(session, step):
        raise TooLate("half a minute is over, or somebody went on with it")
    return was


def _give_to(session: Session, ticket: Ticket, agent_id: int | None) -> None:
    to = session.get(Agent, agent_id) if agent_id else None
    if to is not None and not tickets.may_be_assigned(session, ticket, to):
        raise TooLate("whose it was can not have it any more")
    ticket.assignee = to
