"""The permission audit: who read and changed what, when, by what right, asked by person, ticket or grant."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, cast, func, literal_column, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.access_grant import AccessGrant, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent, AuditShown
from helpdesk.models.customer import Customer
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.message import Attachment, Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import record

PAGE: Final = 100
READINGS: Final = (
    "ticket.read",
    "message.read",
    "attachment.read",
    "raw_email.read",
    "customer.read",
    "list.read",
    "search",
)
_IS_REFUSAL: Final = AuditEvent.action.like(literal_column("'%.refused'"))  # in the words of its index


@dataclass(frozen=True, slots=True)
class Question:
    """What an auditor wants to know; what is left open is not narrowed."""

    kind: str = "readings"  # readings, changes, refusals or all
    agent_id: int | None = None
    customer_id: int | None = None
    ticket_id: int | None = None
    grant_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as an auditor reads it: names of people, numbers of things, no content."""

    id: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: str
    actor: str
    object_kind: str
    object_id: int | None
    customer_id: int | None
    customer: str
    basis: str
    facts: Mapping[str, Any] = field(repr=False)


def answer(session: Session, question: Question, *, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """The events that answer a question, the newest first; ask for `limit` + 1 to know whether there are more."""
    chosen = _chosen(question)
    if before is not None:
        chosen = chosen.where(AuditEvent.id < before)
    events = session.scalars(chosen.order_by(AuditEvent.id.desc()).limit(limit)).all()
    return _entries(session, events)


def readings_by_agent(session: Session, *, since: datetime, until: datetime) -> dict[int, int]:
    """How many readings each agent left in a period."""
    rows = session.execute(
        select(AuditEvent.actor_id, func.count())
        .where(
            AuditEvent.actor_kind == "agent",
            AuditEvent.action.in_(READINGS),
            AuditEvent.at >= since,
            AuditEvent.at < until,
        )
        .group_by(AuditEvent.actor_id)
    )
    return {int(actor_id): number for actor_id, number in rows}


@dataclass(frozen=True, slots=True)
class Summary:
    """A period in numbers: of each agent the readings by ordinary handling and by a permission, and the refusals."""

    ordinary: Mapping[int, int]
    granted: Mapping[int, int]
    refused: Mapping[int, int]
    machines: Mapping[str, int]
    grants: Mapping[str, int]  # steps of permissions, by what happened
    flags: int

    @property
    def people(self) -> list[int]:
        return sorted({*self.ordinary, *self.granted, *self.refused})


def summary(session: Session, *, since: datetime, until: datetime) -> Summary:
    """What a report about a period says, counted in one walk through it; counts only."""
    granted = AuditEvent.basis.startswith("grant ").label("granted")
    kinds = (AuditEvent.actor_kind, AuditEvent.actor_id, AuditEvent.action, granted)
    rows = session.execute(
        select(*kinds, func.count()).where(AuditEvent.at >= since, AuditEvent.at < until).group_by(*kinds)
    )
    found: dict[str, Counter[Any]] = defaultdict(Counter)
    for actor_kind, actor_id, action, is_granted, count in rows:
        for part, of in _counted_as(actor_kind, actor_id, action, is_granted=bool(is_granted)):
            found[part][of] += count
    return Summary(
        ordinary=found["ordinary"],
        granted=found["granted"],
        refused=found["refused"],
        machines=found["machines"],
        grants=found["grants"],
        flags=found["flags"].total(),
    )


def _counted_as(actor_kind: str, actor_id: str, action: str, *, is_granted: bool) -> Iterator[tuple[str, int | str]]:
    """Where in the report such an event counts, and by what."""
    is_reading = action in READINGS
    if actor_kind == "agent" and is_reading:
        yield "granted" if is_granted else "ordinary", int(actor_id)
    if actor_kind == "machine" and is_reading:
        yield "machines", actor_id
    if actor_kind == "agent" and action.endswith(".refused"):
        yield "refused", int(actor_id)
    if action.startswith("grant."):
        yield "grants", action
    if action == "reading.flag":
        yield "flags", action


def _chosen(question: Question) -> Select[AuditEvent]:
    chosen = select(AuditEvent)
    if question.kind == "readings":
        chosen = chosen.where(AuditEvent.action.in_(READINGS))
    elif question.kind == "refusals":
        chosen = chosen.where(_IS_REFUSAL)
    elif question.kind == "changes":
        chosen = chosen.where(AuditEvent.action.not_in(READINGS), ~_IS_REFUSAL)
    if question.agent_id is not None:
        chosen = chosen.where(AuditEvent.actor_kind == "agent", AuditEvent.actor_id == str(question.agent_id))
    if question.grant_id is not None:
        about = (AuditEvent.object_kind == "grant") & (AuditEvent.object_id == question.grant_id)
        holder = select(cast(AccessGrant.agent_id, String)).where(AccessGrant.id == question.grant_id)
        used = (AuditEvent.actor_kind == "agent") & AuditEvent.actor_id.in_(holder)  # for the index: nobody else may
        chosen = chosen.where(or_(used & (AuditEvent.basis == f"grant {question.grant_id}"), about))
    if question.customer_id is not None:
        theirs = select(Ticket.id).where(Ticket.customer_id == question.customer_id)
        shown = select(AuditShown.event_id).where(AuditShown.ticket_id.in_(theirs))
        elsewhere = record.shows_what_was_written_by(question.customer_id) & AuditEvent.action.in_(READINGS)
        chosen = chosen.where(or_(AuditEvent.subject_id == question.customer_id, AuditEvent.id.in_(shown), elsewhere))
    if question.ticket_id is not None:
        chosen = chosen.where(_about_ticket(question.ticket_id))
    if question.since is not None:
        chosen = chosen.where(AuditEvent.at >= question.since)
    if question.until is not None:
        chosen = chosen.where(AuditEvent.at < question.until)
    return chosen


def _about_ticket(ticket_id: int) -> ColumnElement[bool]:
    messages = select(Message.id).where(Message.ticket_id == ticket_id)
    files = (
        select(Attachment.id).join(Message, Message.id == Attachment.message_id).where(Message.ticket_id == ticket_id)
    )
    emails = select(InboundEmail.id).where(InboundEmail.ticket_id == ticket_id)
    grants = select(AccessGrant.id).where(AccessGrant.scope == Scope.TICKET, AccessGrant.scope_id == ticket_id)
    shown = select(AuditShown.event_id).where(AuditShown.ticket_id == ticket_id)
    return or_(
        (AuditEvent.object_kind == "ticket") & (AuditEvent.object_id == ticket_id),
        (AuditEvent.object_kind == "message") & AuditEvent.object_id.in_(messages),
        (AuditEvent.object_kind == "attachment") & AuditEvent.object_id.in_(files),
        (AuditEvent.object_kind == "raw_email") & AuditEvent.object_id.in_(emails),
        (AuditEvent.object_kind == "grant") & AuditEvent.object_id.in_(grants),
        AuditEvent.id.in_(shown),
    )


def _entries(session: Session, events: Sequence[AuditEvent]) -> list[Entry]:
    agent_ids = {int(event.actor_id) for event in events if event.actor_kind == "agent"}
    agents = {one.id: one.name for one in session.scalars(select(Agent).where(Agent.id.in_(agent_ids)))}
    customer_ids = {event.subject_id for event in events if event.subject_id is not None}
    customers = {one.id: one.name for one in session.scalars(select(Customer).where(Customer.id.in_(customer_ids)))}
    return [
        Entry(
            id=event.id,
            at=event.at,
            action=event.action,
            actor_kind=event.actor_kind,
            actor_id=event.actor_id,
            actor=agents.get(int(event.actor_id), "") if event.actor_kind == "agent" else event.actor_id,
            object_kind=event.object_kind,
            object_id=event.object_id,
            customer_id=event.subject_id,
            customer=customers.get(event.subject_id, "") if event.subject_id else "",
            basis=event.basis,
            facts=json.loads(event.core)["facts"],
        )
        for event in events
    ]
