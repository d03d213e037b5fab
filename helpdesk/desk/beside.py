"""What a ticket has besides its conversation: most have none of it, and that is asked in one statement."""

import enum
import operator
from functools import reduce

from sqlalchemy import BindParameter, ColumnElement, Exists, case, exists, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.custom_field import CustomField
from helpdesk.models.customer_note import CustomerNote
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.filter_rule import FilterHit
from helpdesk.models.follower import Follower
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.merge import TicketLink
from helpdesk.models.message import Message
from helpdesk.models.objection import Objection
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.snooze import Snooze
from helpdesk.models.staff_forward import StaffForward
from helpdesk.models.suggestion import Suggestion
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import grants
from helpdesk.storage.once import learnt, once

TicketId = int | BindParameter[int]


class Beside(enum.StrEnum):
    SUGGESTION = "suggestion"
    FORWARD = "forward"
    COPY = "copy"
    REQUEST = "request"
    RULE = "rule"
    FIELD = "field"
    FOLLOWER = "follower"
    LINK = "link"
    CONSENT = "consent"
    PROVED = "proved"
    SNOOZE = "snooze"
    GRANT = "grant"
    WISH = "wish"
    ABOUT = "about"


def of_ticket(session: Session, ticket: Ticket) -> frozenset[Beside]:
    """What there is: only that needs to be looked up."""
    return once(session, ("beside", ticket.id), lambda: _asked(session, ticket))


def _asked(session: Session, ticket: Ticket) -> frozenset[Beside]:
    return learn(session, ticket, session.scalars(select(as_number(ticket.id))).one())


def as_number(ticket_id: TicketId) -> ColumnElement[int]:
    """All of it as one number, to be asked for beside something else."""
    there = _conditions(ticket_id)
    return reduce(operator.add, (case((there[what], 1 << at), else_=0) for at, what in enumerate(Beside)))


def learn(session: Session, ticket: Ticket, number: int) -> frozenset[Beside]:
    """What such a number says."""
    found = frozenset(what for at, what in enumerate(Beside) if number >> at & 1)
    learnt(session, ("beside", ticket.id), found)
    return found


def _conditions(ticket_id: TicketId) -> dict[Beside, Exists]:
    a_copy = (InboundEmail.ticket_id == ticket_id, InboundEmail.outcome == Outcome.ALREADY_RECEIVED)
    asked = exists().where(PrivacyRequest.message_id == Message.id, Message.ticket_id == ticket_id)
    return {
        Beside.SUGGESTION: exists().where(Suggestion.ticket_id == ticket_id),
        Beside.FORWARD: exists().where(StaffForward.ticket_id == ticket_id),
        Beside.COPY: exists().where(*a_copy),
        Beside.REQUEST: asked,
        Beside.RULE: exists().where(FilterHit.ticket_id == ticket_id),
        Beside.FOLLOWER: exists().where(Follower.ticket_id == ticket_id),
        Beside.FIELD: exists(CustomField.id),
        Beside.CONSENT: exists().where(ContactConsent.ticket_id == ticket_id),
        Beside.PROVED: exists().where(ContactConsent.ticket_id == ticket_id, ContactConsent.proved_at.is_not(None)),
        Beside.SNOOZE: exists().where(Snooze.ticket_id == ticket_id),
        Beside.GRANT: exists().where(AccessGrant.state == GrantState.ACTIVE, grants.reaches(ticket_id)),
        Beside.WISH: exists().where(
            Objection.customer_id == Ticket.customer_id, Ticket.id == ticket_id, Objection.ended_at.is_(None)
        ),
        Beside.ABOUT: exists().where(CustomerNote.customer_id == Ticket.customer_id, Ticket.id == ticket_id),
        Beside.LINK: exists().where(or_(TicketLink.first_id == ticket_id, TicketLink.second_id == ticket_id)),
    }
