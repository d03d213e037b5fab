"""What a ticket has besides its conversation: most have none of it, and that is asked in one statement."""

import enum

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import Session

from helpdesk.models.custom_field import CustomField
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.filter_rule import FilterHit
from helpdesk.models.follower import Follower
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.merge import TicketLink
from helpdesk.models.message import Message
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.snooze import Snooze
from helpdesk.models.staff_forward import StaffForward
from helpdesk.models.suggestion import Suggestion
from helpdesk.models.ticket import Ticket
from helpdesk.storage.once import once


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


def of_ticket(session: Session, ticket: Ticket) -> frozenset[Beside]:
    """What there is: only that needs to be looked up."""
    return once(session, ("beside", ticket.id), lambda: _asked(session, ticket))


def _asked(session: Session, ticket: Ticket) -> frozenset[Beside]:
    is_there = _conditions(ticket)
    found = session.execute(select(*(condition.label(name) for name, condition in is_there.items()))).one()
    return frozenset(name for name, is_so in zip(is_there, found, strict=True) if is_so)


def _conditions(ticket: Ticket) -> dict[Beside, Exists]:
    a_copy = (InboundEmail.ticket_id == ticket.id, InboundEmail.outcome == Outcome.ALREADY_RECEIVED)
    asked = exists().where(PrivacyRequest.message_id == Message.id, Message.ticket_id == ticket.id)
    return {
        Beside.SUGGESTION: exists().where(Suggestion.ticket_id == ticket.id),
        Beside.FORWARD: exists().where(StaffForward.ticket_id == ticket.id),
        Beside.COPY: exists().where(*a_copy),
        Beside.REQUEST: asked,
        Beside.RULE: exists().where(FilterHit.ticket_id == ticket.id),
        Beside.FOLLOWER: exists().where(Follower.ticket_id == ticket.id),
        Beside.FIELD: exists(CustomField.id),
        Beside.CONSENT: exists().where(ContactConsent.ticket_id == ticket.id),
        Beside.PROVED: exists().where(ContactConsent.ticket_id == ticket.id, ContactConsent.proved_at.is_not(None)),
        Beside.SNOOZE: exists().where(Snooze.ticket_id == ticket.id),
        Beside.LINK: exists().where(or_(TicketLink.first_id == ticket.id, TicketLink.second_id == ticket.id)),
    }
