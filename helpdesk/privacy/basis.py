"""Why a reading is allowed: ordinary handling, as a rule in SQL and as an answer for one ticket."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.ticket import Status, Ticket

AFTER_CLOSING: Final = timedelta(days=14)
ORDINARY: Final = "ordinary handling"


def teams_of(agent: Agent) -> Select[int]:
    return select(TeamMember.team_id).where(TeamMember.agent_id == agent.id)


def readable(agent: Agent) -> ColumnElement[bool]:
    """The tickets this agent has a basis to read, as a condition on Ticket.

    Ordinary handling, mode `recent`: a ticket of the agent's team while it is open and 14 days after closing,
    and a customer's earlier tickets with the same team while one of them is open.
    """
    if agent.is_disabled:
        return false()
    sibling = aliased(Ticket)
    is_being_helped = (
        select(sibling.id)
        .where(
            sibling.customer_id == Ticket.customer_id,
            sibling.team_id == Ticket.team_id,
            sibling.status != Status.CLOSED,
        )
        .exists()
    )
    return and_(
        Ticket.team_id.in_(teams_of(agent)),
        or_(Ticket.status != Status.CLOSED, Ticket.closed_at > clock.now() - AFTER_CLOSING, is_being_helped),
    )


def basis_to_read(session: Session, ticket_id: int, agent: Agent) -> str | None:
    """The basis on which this agent may read this ticket now; None: there is none."""
    found = session.scalar(select(Ticket.id).where(Ticket.id == ticket_id, readable(agent)))
    return None if found is None else ORDINARY
