"""The door in the gate: each reading has a basis, the ticket's or that of a merged one it came from, and an event."""

import hashlib
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.access_grant import Purpose
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, merged, protection
from helpdesk.privacy.basis import basis_to_read, teams_of
from helpdesk.privacy.readers import MACHINE_BASIS, Machine, Reader

_ON_A_TICKET: Final = frozenset(
    {Outcome.NEW_TICKET, Outcome.APPENDED, Outcome.FILED, Outcome.BOUNCE, Outcome.ALREADY_RECEIVED}
)


class AccessDenied(Exception):
    """There is no basis for this reading. Carries plain values: rows are dead after a rollback."""

    def __init__(self, object_kind: str, object_id: int, ticket_id: int | None, subject_id: int | None) -> None:
        super().__init__(f"no basis to read {object_kind} {object_id}")
        self.object_kind = object_kind
        self.object_id = object_id
        self.ticket_id = ticket_id
        self.subject_id = subject_id


class PurposeNeeded(AccessDenied):
    """There is a basis, and the ticket is protected: the reader must say what for, once (privacy/protection)."""


def let_through_message(session: Session, kind: str, thing_id: int, message: Message, by: Reader) -> None:
    """By the ticket it is on; else by a permission for the merged ticket it came from."""
    ticket = session.get_one(Ticket, message.ticket_id)
    along = None
    if isinstance(by, Agent) and message.origin_ticket_id and basis_to_read(session, ticket, by) is None:
        along = merged.way_to(session, message, by=by)
    let_through(session, kind, thing_id, along.ticket if along else ticket, by, along.basis if along else None)


def let_through(
    session: Session, kind: str, thing_id: int, ticket: Ticket, by: Reader, basis: str | None = None
) -> None:
    if basis is None:
        basis = MACHINE_BASIS.get(by) if isinstance(by, Machine) else basis_to_read(session, ticket, by)
    if basis is None:
        raise AccessDenied(kind, thing_id, ticket.id, ticket.customer_id)
    facts: dict[str, object] = {"ticket": ticket.id}
    if isinstance(by, Agent) and (said := purpose(session, kind, thing_id, ticket, by)) is not None:
        facts["purpose"] = said.value
    audit.record(
        session,
        f"{kind}.read",
        by=by,
        on=(kind, thing_id),
        subject_id=ticket.customer_id,
        basis=basis,
        facts=facts,
        is_reading_of_content=True,
    )


def purpose(session: Session, kind: str, thing_id: int, ticket: Ticket, by: Agent) -> Purpose | None:
    """What a protected ticket is read for. Raises PurposeNeeded where nothing was said."""
    if not protection.is_protected(session, ticket):
        return None
    stated = protection.purpose_of(session, ticket, by)
    if stated is None:
        raise PurposeNeeded(kind, thing_id, ticket.id, ticket.customer_id)
    return stated


def let_through_email(session: Session, email: InboundEmail, by: Reader) -> None:
    if email.ticket_id is not None and email.outcome in _ON_A_TICKET:
        message = session.scalar(select(Message).where(Message.inbound_email_id == email.id).limit(1))
        if message is not None and message.ticket_id == email.ticket_id:
            let_through_message(session, "raw_email", email.id, message, by)
        else:
            let_through(session, "raw_email", email.id, session.get_one(Ticket, email.ticket_id), by)
        return
    if isinstance(by, Machine):
        basis: str | None = MACHINE_BASIS.get(by)
    else:
        # not on a ticket yet: while it waits, the mailbox's team may look at it, and admins who sort it out
        mailbox = select(Mailbox.id).where(Mailbox.id == email.mailbox_id, Mailbox.team_id.in_(teams_of(by)))
        sorts_out = by.is_admin and by.may(Permission.QUARANTINE)
        may_look = not by.is_disabled and (sorts_out or session.scalar(mailbox) is not None)
        basis = "waiting email of the team's mailbox" if may_look else None
    if basis is None:
        raise AccessDenied("raw_email", email.id, None, None)
    facts: dict[str, object] = {"email": hashlib.sha256(email.sha256).hexdigest()}
    audit.record(
        session,
        "raw_email.read",
        by=by,
        on=("raw_email", email.id),
        basis=basis,
        facts=facts,
        is_reading_of_content=True,
    )
