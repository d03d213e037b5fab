"""The history of a ticket: who changed what, when; told from the trail, without a word of content.

Readings are not among it: who read what is for who audits (web/audit.py), and for the customer's own record.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox, merges
from helpdesk.models.access_grant import AccessGrant, Scope
from helpdesk.models.agent import Agent, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.custom_field import CustomField
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.tag import Tag
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access

PAGE: Final = 50
_NOT_TOLD: Final = ("ticket.read", "ticket.refused", "purpose.state", "email.compare", "email.receive")
_OF_EMAILS: Final = ("email.bounce", "email.cancel", "email.retry", "email.deliver")
_TICKETS: Final = ("other",)  # facts that are the number of another ticket


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and on which of the tickets that are one now it happened."""

    event: AuditEvent
    facts: Mapping[str, Any] = field(repr=False)
    ticket_id: int | None
    grant: AccessGrant | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A page of it, the oldest step first; `before` is where the page before it ends, None on the first."""

    steps: Sequence[Step]
    before: int | None
    agents: Mapping[int, str]
    teams: Mapping[int, str]
    tags: Mapping[int, str]
    fields: Mapping[int, str]
    known: Collection[int]  # numbers of other tickets that this reader may know of


def of_ticket(session: Session, ticket: Ticket, *, by: Agent, before: int | None = None) -> History:
    """The last page of it, or the one before an event. Who may read the ticket may read this: AccessDenied."""
    access.require(session, ticket, by=by)
    kin = [ticket.id, *(one.id for one in merges.of_ticket(session, ticket, by=by))]
    chosen = select(AuditEvent).where(_is_about(kin), AuditEvent.action.not_in(_NOT_TOLD))
    if before is not None:
        chosen = chosen.where(AuditEvent.id < before)
    events = session.scalars(chosen.order_by(AuditEvent.id.desc()).limit(PAGE + 1)).all()
    shown = sorted(events[:PAGE], key=lambda event: event.id)
    grants = _grants(session, shown)
    steps = [_step(event, grants) for event in shown]
    return History(
        steps=steps,
        before=shown[0].id if len(events) > PAGE else None,
        agents=_names(session, Agent, _agents(steps)),
        teams=_names(session, Team, _numbers(steps, "ticket.move", "from", "to")),
        tags=_names(session, Tag, _numbers(steps, "ticket.", "tag")),
        fields=_names(session, CustomField, {one for step in steps for one in step.facts.get("fields", ())}),
        known=_known(session, _numbers(steps, "ticket.", *_TICKETS), by=by),
    )


def _is_about(tickets: Sequence[int]) -> ColumnElement[bool]:
    """Events on these tickets, on permissions to read one of them, and on emails sent from them."""
    grants = select(AccessGrant.id).where(AccessGrant.scope == Scope.TICKET, AccessGrant.scope_id.in_(tickets))
    sent = select(OutboundEmail.id).join(Message, Message.id == OutboundEmail.message_id)
    emails = sent.where(Message.ticket_id.in_(tickets))
    return or_(
        and_(AuditEvent.object_kind == "ticket", AuditEvent.object_id.in_(tickets)),
        and_(AuditEvent.object_kind == "grant", AuditEvent.object_id.in_(grants)),
        and_(
            AuditEvent.object_kind == "outbound_email",
            AuditEvent.object_id.in_(emails),
            AuditEvent.action.in_(_OF_EMAILS),
        ),
    )


def _step(event: AuditEvent, grants: Mapping[int, AccessGrant]) -> Step:
    facts = json.loads(event.core)["facts"]
    of_ticket = event.object_id if event.object_kind == "ticket" else None
    return Step(event, facts, of_ticket, grants.get(event.object_id or 0) if event.object_kind == "grant" else None)


def _grants(session: Session, events: Sequence[AuditEvent]) -> dict[int, AccessGrant]:
    ids = {event.object_id for event in events if event.object_kind == "grant"}
    return {one.id: one for one in session.scalars(select(AccessGrant).where(AccessGrant.id.in_(ids)))} if ids else {}


def _agents(steps: Sequence[Step]) -> set[int]:
    named = {int(step.event.actor_id) for step in steps if step.event.actor_kind == "agent"}
    named |= {step.grant.agent_id for step in steps if step.grant is not None}
    return named | _numbers(steps, "ticket.assign", "to") | _numbers(steps, "ticket.", "agent")


def _numbers(steps: Sequence[Step], action: str, *facts: str) -> set[int]:
    """The numbers that stand in these facts of events whose action begins so."""
    named = (step.facts.get(fact) for step in steps if step.event.action.startswith(action) for fact in facts)
    return {one for one in named if isinstance(one, int)}


def _names(session: Session, row: type[Agent | Team | Tag | CustomField], ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(row.id, row.name).where(row.id.in_(ids)))
    return {number: name for number, name in rows}  # noqa: C416  rows are tuples to a human only


def _known(session: Session, numbers: Collection[int], *, by: Agent) -> set[int]:
    if not numbers:
        return set()
    return set(session.scalars(inbox.visible(by).where(Ticket.id.in_(numbers)).with_only_columns(Ticket.id)))
