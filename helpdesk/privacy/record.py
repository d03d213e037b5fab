"""What a person may know of the readings of their data: when, what kind of thing, by whom, by what right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk.models.access_grant import AccessGrant, GrantState, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent, AuditShown
from helpdesk.models.customer import Customer
from helpdesk.models.message import Attachment, Message
from helpdesk.models.ticket import Ticket

READINGS: Final = (
    "ticket.read",
    "message.read",
    "attachment.read",
    "raw_email.read",
    "customer.read",
    "list.read",
    "search",
)
# what machines do with everything at once: their event names no single person, and is in everybody's record
_OF_EVERYTHING: Final = ("backup.make", "theme.read")
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Reading:
    at: datetime
    kind: str
    object_id: int | None
    event_id: int


@dataclass(frozen=True, slots=True)
class OwnReading:
    """One line of a customer's record. `agent` is None where a machine read; `tickets` are theirs alone."""

    event_id: int
    at: datetime
    kind: str
    machine: str
    agent: Agent | None
    basis: str
    purpose: str
    tickets: Sequence[int]


def readings_under(session: Session, grant: AccessGrant) -> Sequence[Reading]:
    """What was read on the strength of this grant, the newest first."""
    events = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.actor_kind == "agent",
            AuditEvent.actor_id == str(grant.agent_id),
            AuditEvent.action.in_(READINGS),
            AuditEvent.basis == f"grant {grant.id}",
        )
        .order_by(AuditEvent.id.desc())
        .limit(_MOST)
    )
    return [Reading(event.at, event.object_kind, event.object_id, event.id) for event in events]


def readings_of(session: Session, customer: Customer, *, limit: int = _MOST) -> Sequence[OwnReading]:
    """Everything that was read of this person, by people and by machines, the newest first."""
    chosen = select(AuditEvent).where(about(customer)).order_by(AuditEvent.id.desc()).limit(limit)
    events = session.scalars(chosen).all()
    agent_ids = {int(event.actor_id) for event in events if event.actor_kind == "agent"}
    agents = {agent.id: agent for agent in session.scalars(select(Agent).where(Agent.id.in_(agent_ids)))}
    theirs = set(session.scalars(select(Ticket.id).where(Ticket.customer_id == customer.id)))
    theirs |= set(session.scalars(select(Message.ticket_id).where(Message.customer_id == customer.id)))
    return [_line(event, agents, theirs) for event in events]


def count(session: Session, customer: Customer, *, since: datetime, until: datetime) -> tuple[int, int]:
    """How many readings by people there were in a time, and by how many of them."""
    readings, people = session.execute(
        select(func.count(), func.count(AuditEvent.actor_id.distinct())).where(
            about(customer), AuditEvent.actor_kind == "agent", AuditEvent.at >= since, AuditEvent.at < until
        )
    ).one()
    return readings, people


def grants_about(session: Session, customer: Customer) -> Sequence[AccessGrant]:
    """Every permission that opens, opened or asks for something of this person's alone, the newest first."""
    chosen = select(AccessGrant).where(_grants(customer)).order_by(AccessGrant.id.desc())
    return session.scalars(chosen.limit(_MOST)).all()


def grant_about(session: Session, customer: Customer, grant_id: int) -> AccessGrant | None:
    return session.scalar(select(AccessGrant).where(AccessGrant.id == grant_id, _grants(customer)))


def is_over(grant: AccessGrant) -> bool:
    return grant.state not in {GrantState.REQUESTED, GrantState.ACTIVE}


def about(customer: Customer) -> ColumnElement[bool]:
    """The readings that are in this person's record, as a condition on AuditEvent."""
    theirs = select(Ticket.id).where(Ticket.customer_id == customer.id)
    shown = select(AuditShown.event_id).where(AuditShown.ticket_id.in_(theirs))
    of_them = or_(
        and_(AuditEvent.subject_id == customer.id, AuditEvent.action.in_(READINGS)),
        AuditEvent.id.in_(shown),
        and_(AuditEvent.action.in_(READINGS), shows_what_was_written_by(customer.id)),
    )
    of_everybody = and_(AuditEvent.action.in_(_OF_EVERYTHING), AuditEvent.at >= customer.created_at)
    return or_(of_them, of_everybody)


def shows_what_was_written_by(customer_id: int) -> ColumnElement[bool]:
    """Readings of somebody else's ticket on which this person had written when it was read."""
    wrote = select(Message.id).where(Message.customer_id == customer_id)
    on_it = select(Message.ticket_id).where(Message.customer_id == customer_id)
    had_written = wrote.where(Message.ticket_id == AuditEvent.object_id, Message.at <= AuditEvent.at).exists()
    then = aliased(AuditEvent)
    listed = (
        select(AuditShown.event_id)
        .join(then, then.id == AuditShown.event_id)
        .join(Message, Message.ticket_id == AuditShown.ticket_id)
        .where(Message.customer_id == customer_id, Message.at <= then.at)
    )
    files = select(Attachment.id).where(Attachment.message_id.in_(wrote))
    emails = select(Message.inbound_email_id).where(Message.id.in_(wrote))
    return or_(
        and_(AuditEvent.object_kind == "ticket", AuditEvent.object_id.in_(on_it), had_written),
        and_(AuditEvent.object_kind == "message", AuditEvent.object_id.in_(wrote)),
        and_(AuditEvent.object_kind == "attachment", AuditEvent.object_id.in_(files)),
        and_(AuditEvent.object_kind == "raw_email", AuditEvent.object_id.in_(emails)),
        AuditEvent.id.in_(listed),
    )


def _grants(customer: Customer) -> ColumnElement[bool]:
    theirs = select(Ticket.id).where(Ticket.customer_id == customer.id)
    return or_(
        and_(AccessGrant.scope == Scope.TICKET, AccessGrant.scope_id.in_(theirs)),
        and_(AccessGrant.scope == Scope.CUSTOMER, AccessGrant.scope_id == customer.id),
    )


def _line(event: AuditEvent, agents: dict[int, Agent], theirs: set[int]) -> OwnReading:
    facts = json.loads(event.core)["facts"]
    named = facts.get("tickets") or [facts.get("ticket") or (event.object_id if event.object_kind == "ticket" else 0)]
    return OwnReading(
        event_id=event.id,
        at=event.at,
        kind=event.object_kind,
        machine=event.actor_id if event.actor_kind == "machine" else "",
        agent=agents.get(int(event.actor_id)) if event.actor_kind == "agent" else None,
        basis=event.basis,
        purpose=str(facts.get("purpose", "")),
        tickets=sorted(theirs & {int(one) for one in named if one}),
    )
