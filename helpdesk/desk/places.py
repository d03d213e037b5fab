"""Where a ticket is: with which team, how urgent, on the desk or among spam and trash. Nothing of it is lost."""

from typing import Final

from sqlalchemy.orm import Session

from helpdesk.desk import tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.ticket import Place, Priority, Ticket
from helpdesk.privacy import access, audit
from helpdesk.storage import jobs

_ACTIONS: Final = {Place.DESK: "ticket.restore", Place.SPAM: "ticket.spam", Place.TRASH: "ticket.trash"}


class NotAPlace(Exception):
    """A merged ticket stays where its merge put it, until that is undone; what was purged is nowhere any more."""


def move(session: Session, ticket: Ticket, to: Team, *, by: Agent) -> None:
    """Put a ticket with another team, which may read it from then on. Raises AccessDenied.

    Its assignee stays responsible where they are of that team too.
    """
    access.require(session, ticket, by=by)
    if ticket.team_id == to.id:
        return
    before, ticket.team = ticket.team_id, to
    session.flush()
    responsible = session.get(Agent, ticket.assignee_id) if ticket.assignee_id else None
    if responsible is not None and not tickets.may_be_assigned(session, ticket, responsible):
        ticket.assignee = None
    _tell(session, ticket, "ticket.move", by, {"from": before, "to": to.id})


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
    ticket.put(place)
    _tell(session, ticket, _ACTIONS[place], by, None)


def prioritise(session: Session, ticket: Ticket, priority: Priority, *, by: Agent) -> None:
    if ticket.priority is not priority:
        ticket.priority = priority
        _tell(session, ticket, "ticket.prioritise", by, {"to": priority.value})


def _tell(session: Session, ticket: Ticket, action: str, by: Agent, facts: dict[str, object] | None) -> None:
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    jobs.announce(session, ticket.id)
