"""What a person may know of the readings of their data: when, what kind of thing, by whom, by what right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.audit import AuditEvent

READINGS: Final = ("ticket.read", "message.read", "attachment.read", "raw_email.read", "list.read", "search")
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Reading:
    at: datetime
    kind: str
    object_id: int | None
    event_id: int


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
