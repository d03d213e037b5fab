"""A ticket's conversation as rows: messages, notes and what happened, without a word of content."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.audit import AuditEvent
from helpdesk.models.message import Attachment, Message, MessageAddress, Note
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.ticket import Ticket

HAPPENINGS: Final = (
    "ticket.assign",
    "ticket.close",
    "ticket.merge",
    "ticket.move",
    "ticket.prioritise",
    "ticket.put_back",
    "ticket.reopen",
    "ticket.restore",
    "ticket.snooze",
    "ticket.spam",
    "ticket.split",
    "ticket.start",
    "ticket.take_back",
    "ticket.trash",
    "ticket.unmerge",
    "ticket.wait",
    "ticket.wake",
    "ticket.write_down",
)
Row = TypeVar("Row", Attachment, MessageAddress)


@dataclass(frozen=True, slots=True)
class Thread:
    """The rows of one conversation, what hangs on a message by the message's id."""

    messages: Sequence[Message]
    notes: Sequence[Note]
    happenings: Sequence[AuditEvent]
    attachments: Mapping[int, list[Attachment]]
    addresses: Mapping[int, list[MessageAddress]]
    deliveries: Mapping[int, list[Delivery]]
    agents: Mapping[int, Agent]
    team: Sequence[Agent]  # to whom the ticket can be given


def of_ticket(session: Session, ticket: Ticket) -> Thread:
    written = (Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
    messages = session.scalars(select(Message).where(*written).order_by(Message.id)).all()
    notes = session.scalars(select(Note).where(Note.ticket_id == ticket.id).order_by(Note.id)).all()
    happenings = session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.object_kind == "ticket",
            AuditEvent.object_id == ticket.id,
            AuditEvent.action.in_(HAPPENINGS),
        )
        .order_by(AuditEvent.id)
    ).all()
    ids = [message.id for message in messages]
    agents, team = _agents(session, ticket, _actors(messages, notes, happenings))
    return Thread(
        messages,
        notes,
        happenings,
        _by_message(session.scalars(select(Attachment).where(Attachment.message_id.in_(ids)))),
        _by_message(session.scalars(select(MessageAddress).where(MessageAddress.message_id.in_(ids)))),
        _deliveries(session, ids),
        agents,
        team,
    )


def news(session: Session, ticket: Ticket, *, seen_message: int, seen_note: int) -> tuple[int, int]:
    """How many messages and notes came after those that were seen."""
    messages = select(func.count()).where(
        Message.ticket_id == ticket.id, Message.id > seen_message, Message.taken_back_at.is_(None)
    )
    notes = select(func.count()).where(Note.ticket_id == ticket.id, Note.id > seen_note)
    return session.scalar(messages) or 0, session.scalar(notes) or 0


def facts(event: AuditEvent) -> dict[str, Any]:
    """The opaque facts of an event: ids, counts and states."""
    found = json.loads(event.core)["facts"]
    assert isinstance(found, dict)  # noqa: S101  audit.record writes it so
    return found


def team_agents(session: Session, ticket: Ticket) -> Sequence[Agent]:
    """To whom a ticket can be given: the agents of its team."""
    return session.scalars(
        select(Agent)
        .join(TeamMember, TeamMember.agent_id == Agent.id)
        .where(TeamMember.team_id == ticket.team_id, Agent.is_disabled.is_(False))
        .order_by(Agent.name)
    ).all()


def _by_message(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(row)
    return found


def _deliveries(session: Session, message_ids: list[int]) -> dict[int, list[Delivery]]:
    rows = session.execute(
        select(OutboundEmail.message_id, Delivery)
        .join(Delivery, Delivery.outbound_email_id == OutboundEmail.id)
        .where(OutboundEmail.message_id.in_(message_ids))
        .order_by(Delivery.id)
    )
    found: dict[int, list[Delivery]] = {}
    for message_id, delivery in rows:
        if message_id is not None:
            found.setdefault(message_id, []).append(delivery)
    return found


def _actors(messages: Sequence[Message], notes: Sequence[Note], happenings: Sequence[AuditEvent]) -> set[int]:
    ids = {message.agent_id for message in messages} | {note.agent_id for note in notes}
    ids |= {int(event.actor_id) for event in happenings if event.actor_kind == "agent"}
    ids |= {facts(event).get("to") for event in happenings if event.action == "ticket.assign"}
    return {agent_id for agent_id in ids if agent_id}


def _agents(session: Session, ticket: Ticket, actors: set[int]) -> tuple[dict[int, Agent], list[Agent]]:
    """Those who did something here, and those of the ticket's team, in one statement."""
    is_member = exists().where(TeamMember.agent_id == Agent.id, TeamMember.team_id == ticket.team_id)
    chosen = select(Agent, is_member).where(or_(Agent.id.in_(actors), is_member)).order_by(Agent.name)
    found = session.execute(chosen).all()
    team = [agent for agent, is_of_team in found if is_of_team and not agent.is_disabled]
    return {agent.id: agent for agent, _ in found}, team
