"""A ticket's conversation as rows: messages, notes and what happened, without a word of content."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from sqlalchemy import Integer, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.audit import AuditEvent
from helpdesk.models.base import Id
from helpdesk.models.message import Attachment, Message, MessageAddress, Note
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.sending import Sending
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import merged
from helpdesk.privacy.merged import TakenAlong
from helpdesk.storage.one_of import numbers, one_of
from helpdesk.storage.together import Found, Question, Together

HAPPENINGS: Final = (
    "ticket.assign",
    "ticket.call",
    "ticket.close",
    "ticket.merge",
    "ticket.move",
    "ticket.move_back",
    "ticket.prioritise",
    "ticket.put_back",
    "ticket.redact",
    "ticket.rename",
    "ticket.reopen",
    "ticket.restore",
    "ticket.snooze",
    "ticket.spam",
    "ticket.split",
    "ticket.start",
    "ticket.take_back",
    "ticket.trash",
    "ticket.undo",
    "ticket.unmerge",
    "ticket.wait",
    "ticket.wake",
    "ticket.write_down",
)
Row = TypeVar("Row", Attachment, MessageAddress)
_TICKET: Final = bindparam("ticket_id", type_=Integer)
_IS_A_HAPPENING: Final = (AuditEvent.object_kind == "ticket", AuditEvent.action.in_(HAPPENINGS))


def _of_messages(row: type[Attachment | MessageAddress | OutboundEmail | Sending]) -> Select[Any]:
    return select(row).join(Message, Message.id == row.message_id).where(Message.ticket_id == _TICKET)


_ROWS: Final = Together(
    {
        "messages": Question(select(Message).where(Message.ticket_id == _TICKET), order=(Message.id,)),
        "notes": Question(select(Note).where(Note.ticket_id == _TICKET), order=(Note.id,)),
        "happenings": Question(
            select(AuditEvent).where(AuditEvent.object_id == _TICKET, *_IS_A_HAPPENING), order=(AuditEvent.id,)
        ),
        "attachments": Question(_of_messages(Attachment), order=(Attachment.id,)),
        "addresses": Question(_of_messages(MessageAddress), order=(MessageAddress.id,)),
        "sendings": Question(_of_messages(Sending), order=(Sending.message_id,)),
        "deliveries": Question(
            select(Delivery)
            .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
            .join(Message, Message.id == OutboundEmail.message_id)
            .where(Message.ticket_id == _TICKET),
            number=Message.id,
            order=(Delivery.id,),
        ),
    }
)

_TEAM: Final = bindparam("team_id", type_=Id)
_IS_MEMBER: Final = exists().where(TeamMember.agent_id == Agent.id, TeamMember.team_id == _TEAM)
_PEOPLE: Final = (
    select(Agent, _IS_MEMBER).where(or_(one_of(Agent.id, numbers("actors")), _IS_MEMBER)).order_by(Agent.name)
)


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
    taken_back: Sequence[Message]  # answers that never left: they are not shown
    sendings: Sequence[Sending]


def of_ticket(session: Session, ticket: Ticket) -> Thread:
    """All of a conversation's rows in one statement, its people in another."""
    found = _ROWS.ask(session, ticket_id=ticket.id)
    rows = {name: [one.row for one in some] for name, some in found.items()}
    messages = [message for message in rows["messages"] if message.taken_back_at is None]
    agents, team = _agents(session, ticket, _actors(messages, rows["notes"], rows["happenings"]))
    return Thread(
        messages,
        rows["notes"],
        rows["happenings"],
        _by_message(rows["attachments"]),
        _by_message(rows["addresses"]),
        _by_number(found["deliveries"]),
        agents,
        team,
        [message for message in rows["messages"] if message.taken_back_at is not None],
        rows["sendings"],
    )


def of_merged(session: Session, along: TakenAlong) -> Thread:
    """What came from a merged ticket and is on another now, for who is permitted to read only that."""
    here, there = of_ticket(session, along.ticket), of_ticket(session, along.on)
    came = merged.pieces(session, along)
    return replace(
        there,
        messages=[one for one in there.messages if one.id in came.messages],
        notes=[one for one in there.notes if one.id in came.notes],
        happenings=here.happenings,
        agents={**there.agents, **here.agents},
        team=here.team,
        taken_back=[],
        sendings=[one for one in there.sendings if one.message_id in came.messages],
    )


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


def _by_number(answer: Iterable[Found]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    for one in answer:
        found.setdefault(one.number, []).append(one.row)
    return found


def _actors(messages: Sequence[Message], notes: Sequence[Note], happenings: Sequence[AuditEvent]) -> set[int]:
    ids = {message.agent_id for message in messages} | {note.agent_id for note in notes}
    ids |= {int(event.actor_id) for event in happenings if event.actor_kind == "agent"}
    ids |= {facts(event).get("to") for event in happenings if event.action == "ticket.assign"}
    ids |= {facts(event).get("agent") for event in happenings if event.action == "ticket.call"}
    return {agent_id for agent_id in ids if agent_id}


def _agents(session: Session, ticket: Ticket, actors: set[int]) -> tuple[dict[int, Agent], list[Agent]]:
    """Those who did something here, and those of the ticket's team, in one statement."""
    found = session.execute(_PEOPLE, {"actors": actors, "team_id": ticket.team_id}).all()
    team = [agent for agent, is_of_team in found if is_of_team and not agent.is_disabled]
    return {agent.id: agent for agent, _ in found}, team
