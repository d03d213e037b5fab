"""Protected tickets and customers: before reading, an agent says what for; it holds for the working day."""

from datetime import timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.access_grant import Purpose, StatedPurpose
from helpdesk.models.agent import Agent
from helpdesk.models.base import Moment
from helpdesk.models.customer import Customer
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.storage.db import is_reading

HOLDS: Final = timedelta(hours=10)
# what can be chosen by one key, 1 to 4
ASKED: Final = (Purpose.ANSWER, Purpose.BUG, Purpose.QUALITY, Purpose.REQUEST)


def is_open_to(agent: Agent) -> ColumnElement[bool]:
    """The tickets whose protection does not stand in this agent's way now, as a condition on Ticket."""
    return _is_open_to(agent.id)


@lru_cache(maxsize=500)
def _is_open_to(agent_id: int) -> ColumnElement[bool]:
    protected = select(Customer.id).where(Customer.is_protected)
    since = bindparam("since", callable_=lambda: clock.now() - HOLDS, type_=Moment(), unique=True)
    stated = select(StatedPurpose.ticket_id).where(
        StatedPurpose.agent_id == agent_id, StatedPurpose.stated_at > since
    )
    return or_(~or_(Ticket.is_protected, Ticket.customer_id.in_(protected)), Ticket.id.in_(stated))


def is_unprotected() -> ColumnElement[bool]:
    """The tickets that nobody marked, nor their customers: what a machine may count."""
    return ~or_(Ticket.is_protected, Ticket.customer_id.in_(select(Customer.id).where(Customer.is_protected)))


def is_protected(session: Session, ticket: Ticket) -> bool:
    if ticket.is_protected:
        return True
    if is_reading(session):  # the customer came with the ticket, as they were at the same moment
        return session.get_one(Customer, ticket.customer_id).is_protected
    return bool(session.scalar(select(Customer.is_protected).where(Customer.id == ticket.customer_id)))


def purpose_of(session: Session, ticket: Ticket, agent: Agent) -> Purpose | None:
    """What this agent said this ticket is read for, while it holds."""
    return session.scalar(
        select(StatedPurpose.purpose).where(
            StatedPurpose.agent_id == agent.id,
            StatedPurpose.ticket_id == ticket.id,
            StatedPurpose.stated_at > clock.now() - HOLDS,
        )
    )


def state(session: Session, ticket: Ticket, purpose: Purpose, *, by: Agent) -> None:
    """Say what a protected ticket is read for."""
    stated = session.get(StatedPurpose, (by.id, ticket.id))
    if stated is None:
        session.add(StatedPurpose(agent_id=by.id, ticket_id=ticket.id, purpose=purpose))
    else:
        stated.purpose, stated.stated_at = purpose, clock.now()
    facts: dict[str, object] = {"purpose": purpose.value}
    audit.record(
        session, "purpose.state", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts
    )


def protect(session: Session, thing: Ticket | Customer, *, by: Agent, is_on: bool = True) -> None:
    """Put protection on a ticket or a customer, or take it off; the same again changes nothing."""
    if thing.is_protected is is_on:
        return
    thing.is_protected = is_on
    action = "protection.set" if is_on else "protection.lift"
    if isinstance(thing, Ticket):
        audit.record(session, action, by=by, on=("ticket", thing.id), subject_id=thing.customer_id)
    else:
        audit.record(session, action, by=by, on=("customer", thing.id), subject_id=thing.id)
