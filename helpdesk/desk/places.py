"""Where a ticket is: with which team, how urgent, on the desk or among spam and trash. Nothing of it is lost."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import stood, thread, tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.ticket import Place, Priority, Ticket
from helpdesk.privacy import access, audit
from helpdesk.storage import jobs

BACK_WITHIN: Final = timedelta(seconds=30)
_ACTIONS: Final = {Place.DESK: "ticket.restore", Place.SPAM: "ticket.spam", Place.TRASH: "ticket.trash"}


class NotAPlace(Exception):
    """A merged ticket stays where its merge put it, until that is undone; what was purged is nowhere any more."""


class NotMoved(Exception):
    """This agent did not just move this ticket: to them there may be none."""


class TooLate(Exception):
    """A move is taken back within half a minute, and only while nobody went on from it."""


def move(session: Session, ticket: Ticket, to: Team, *, by: Agent) -> None:
    """Put a ticket with another team, which may read it from then on. Raises AccessDenied.

    Its assignee stays responsible where they are of that team too.
    """
    access.require(session, ticket, by=by)
    if ticket.team_id == to.id:
        return
    facts: dict[str, object] = {"from": ticket.team_id, "to": to.id}
    ticket.team = to
    session.flush()
    responsible = session.get(Agent, ticket.assignee_id) if ticket.assignee_id else None
    if responsible is not None and not tickets.may_be_assigned(session, ticket, responsible):
        ticket.assignee, facts["assignee"] = None, responsible.id
    _tell(session, ticket, "ticket.move", by, facts)


def move_back(session: Session, ticket_id: int, *, by: Agent) -> Ticket:
    """Take one's own move back, also where the ticket went out of one's sight by it: the trail alone says who may.

    Where it goes back to, they must be able to read it, as they could half a minute ago; who can not changes nothing.
    Raises NotMoved, TooLate, AccessDenied; what was changed by then is to be undone with them.
    """
    moved = _own_last_move(session, ticket_id, by=by)
    ticket = session.get_one(Ticket, ticket_id)
    session.refresh(ticket, with_for_update=True)
    facts = thread.facts(moved)
    before = session.get(Team, facts["from"])
    if before is None or moved.at < clock.now() - BACK_WITHIN or not _stands(session, ticket, moved):
        raise TooLate("half a minute is over, or it is no longer as it was moved")
    ticket.team = before
    session.flush()
    access.require(session, ticket, by=by)
    responsible = session.get(Agent, facts["assignee"]) if facts.get("assignee") else None
    if responsible is not None and tickets.may_be_assigned(session, ticket, responsible):
        ticket.assignee = responsible
    _tell(session, ticket, "ticket.move_back", by, {"from": facts["to"], "to": facts["from"]})
    return ticket


def seconds_to_move_back(happenings: Sequence[AuditEvent], *, by: Agent) -> int:
    """For how long an agent can still take back that they moved a ticket; 0 where that is over, or was not so."""
    moves = [event for event in happenings if event.action in {"ticket.move", "ticket.move_back"}]
    if not moves or (moves[-1].action, moves[-1].actor_id) != ("ticket.move", str(by.id)):
        return 0
    return _seconds_left(moves[-1])


def seconds_to_fetch_back(session: Session, ticket_id: int, *, by: Agent) -> int:
    """The same of a ticket that may have gone out of their sight by it: the trail is asked, as by `move_back`."""
    try:
        moved = _own_last_move(session, ticket_id, by=by)
    except NotMoved:
        return 0
    seconds = _seconds_left(moved)
    return seconds if seconds and _stands(session, session.get_one(Ticket, ticket_id), moved) else 0


def has_moved(session: Session, ticket_id: int, *, by: Agent) -> bool:
    """Whether this agent was the last to move a ticket."""
    try:
        return _own_last_move(session, ticket_id, by=by) is not None
    except NotMoved:
        return False


def put(session: Session, ticket: Ticket, place: Place, *, by: Agent) -> None:
    """Put a ticket among spam or trash, or back on the desk. Raises AccessDenied, NotAPlace."""
    access.require(session, ticket, by=by)
    session.flush()
    session.refresh(ticket, ["place"], with_for_update=True)  # nobody empties the trash of it meanwhile
    if Place.MERGED in {place, ticket.place}:
        raise NotAPlace("undo the merge first")
    if Place.PURGED in {place, ticket.place}:
        raise NotAPlace("it is gone for good")
    if ticket.place is place:
        return
    was = stood.of(session, ticket)
    ticket.put(place)
    _tell(session, ticket, _ACTIONS[place], by, stood.change(session, ticket, was))


def prioritise(session: Session, ticket: Ticket, priority: Priority, *, by: Agent) -> None:
    if ticket.priority is not priority:
        was = stood.of(session, ticket)
        ticket.priority = priority
        facts: dict[str, object] = {"to": priority.value}
        _tell(session, ticket, "ticket.prioritise", by, facts | stood.change(session, ticket, was))


def went_on(session: Session, step: AuditEvent) -> bool:
    """Whether another agent did something with the ticket since; looking at it, or not being let, is not doing."""
    since = select(AuditEvent.id).where(
        AuditEvent.object_kind == "ticket",
        AuditEvent.object_id == step.object_id,
        AuditEvent.id > step.id,
        AuditEvent.actor_kind == "agent",
        AuditEvent.actor_id != step.actor_id,
        AuditEvent.action.not_like("%.read"),
        AuditEvent.action.not_like("%.refused"),
    )
    return session.scalar(since.limit(1)) is not None


def _tell(session: Session, ticket: Ticket, action: str, by: Agent, facts: dict[str, object] | None) -> None:
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    jobs.announce(session, ticket.id)


def _own_last_move(session: Session, ticket_id: int, *, by: Agent) -> AuditEvent:
    moves = select(AuditEvent).where(
        AuditEvent.object_kind == "ticket", AuditEvent.object_id == ticket_id, AuditEvent.action == "ticket.move"
    )
    last = session.scalar(moves.order_by(AuditEvent.id.desc()).limit(1))
    if last is None or (last.actor_kind, last.actor_id) != ("agent", str(by.id)):
        raise NotMoved("that was somebody else, or nobody")
    return last


def _seconds_left(moved: AuditEvent) -> int:
    return max(0, int((moved.at + BACK_WITHIN - clock.now()).total_seconds()))


def _stands(session: Session, ticket: Ticket, moved: AuditEvent) -> bool:
    """Whether a ticket is where that move put it, and nobody went on from there."""
    is_there = ticket.team_id == thread.facts(moved)["to"] and ticket.place not in {Place.MERGED, Place.PURGED}
    return is_there and not went_on(session, moved)
