"""Pictures that letters name from elsewhere: blocked, unless an admin lets the desk fetch them, click by click."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, settings

OPEN_FOR: Final = timedelta(minutes=10)  # after the click that asked for them
_ACTION: Final = "message.load_pictures"


@dataclass(frozen=True, slots=True)
class RemotePictures:
    """Off, no request ever leaves the desk for a picture."""

    key: ClassVar = "remote_pictures"
    is_on: bool = False


class NotOffered(Exception):
    """The desk does not fetch pictures: an admin has not switched it on, or the message names none."""


def are_offered(session: Session) -> bool:
    return settings.of(session, RemotePictures).is_on


def ask(session: Session, message: Message, *, by: Agent) -> None:
    """Let one message's pictures be fetched for this agent, for some minutes. Raises NotOffered, AccessDenied."""
    ticket = session.get_one(Ticket, message.ticket_id)
    access.require(session, ticket, by=by)
    if not message.blocked_count or not are_offered(session):
        raise NotOffered("pictures from elsewhere stay blocked")
    facts: dict[str, object] = {"ticket": ticket.id, "hosts": len(message.blocked_hosts.split())}
    audit.record(session, _ACTION, by=by, on=("message", message.id), subject_id=ticket.customer_id, facts=facts)


def were_asked_for(session: Session, message: Message, *, by: Agent) -> bool:
    """Whether this agent asked for them just now: the event of that click is what opens them."""
    asked = select(AuditEvent.id).where(
        AuditEvent.actor_kind == "agent",
        AuditEvent.actor_id == str(by.id),
        AuditEvent.action == _ACTION,
        AuditEvent.object_kind == "message",
        AuditEvent.object_id == message.id,
        AuditEvent.at > clock.now() - OPEN_FOR,
    )
    return are_offered(session) and session.scalar(asked.limit(1)) is not None
