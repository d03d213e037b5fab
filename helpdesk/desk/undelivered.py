"""Answers that did not arrive: listed under Needs a look, tried again, or sent to another address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpdesk.desk import delivery, inbox, people
from helpdesk.mail.address import AddressRefused, wire_address
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message, MessageAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access

LOST: Final = (DeliveryState.FAILED, DeliveryState.BOUNCED)
TRIED_AGAIN: Final = (*LOST, DeliveryState.DEFERRED)
PAGE: Final = 50


class NotLost(Exception):
    """This delivery is not one that can be tried again: it arrived, or is on its way."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One recipient who has not got an answer, on a ticket that somebody still has to look at."""

    delivery: Delivery
    ticket: Ticket


def listed(session: Session, *, by: Agent) -> Sequence[Lost]:
    """The newest of those on tickets this agent may know of, until somebody wrote again."""
    chosen = (
        select(Delivery, Ticket)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Message, Message.id == OutboundEmail.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.has_failed_delivery.is_(True), Delivery.state.in_(LOST), inbox.is_visible(by))
        .order_by(Delivery.id.desc())
        .limit(PAGE)
    )
    return [Lost(row, ticket) for row, ticket in session.execute(chosen)]


def count(session: Session, *, by: Agent) -> int:
    """How many tickets have an answer that did not arrive, up to a hundred."""
    return session.scalar(select(func.count()).select_from(counted(by=by).subquery())) or 0


def counted(*, by: Agent) -> Select[int]:
    """What their number is made of."""
    return select(Ticket.id).where(Ticket.has_failed_delivery.is_(True), inbox.is_visible(by)).limit(100)


def find(session: Session, ticket: Ticket, delivery_id: int) -> Delivery | None:
    """A delivery of this ticket."""
    return session.scalar(
        select(Delivery)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Message, Message.id == OutboundEmail.message_id)
        .where(Delivery.id == delivery_id, Message.ticket_id == ticket.id)
    )


def try_again(session: Session, ticket: Ticket, row: Delivery, *, by: Agent) -> None:
    """Send it now to all who have not got it. Raises NotLost, AccessDenied."""
    access.require(session, ticket, by=by)
    if row.state not in TRIED_AGAIN:
        raise NotLost("it arrived, or is on its way")
    delivery.retry(session, session.get_one(OutboundEmail, row.outbound_email_id), by=by)
    _settle(session, ticket)


def send_to(session: Session, ticket: Ticket, row: Delivery, address: str, *, by: Agent) -> None:
    """Correct a recipient's address and send it there.

    Who stood on the ticket by the wrong address stands there by the right one too; who was written to aside, in Bcc
    or by a forward, stays aside.

    Raises NotLost, AddressRefused, AccessDenied.
    """
    access.require(session, ticket, by=by)
    if row.state not in LOST:
        raise NotLost("it arrived, or is on its way")
    email = address.strip().lower()
    wire_address(email)
    if email in people.own_addresses(session):
        raise AddressRefused("This is one of our own addresses.")
    old, outbound = row.email, session.get_one(OutboundEmail, row.outbound_email_id)
    taken = select(Delivery.id).where(Delivery.outbound_email_id == outbound.id, Delivery.email == email)
    if session.scalar(taken.limit(1)) is not None and email != old:
        raise AddressRefused("It went to this address already.")
    row.email = email
    shown = select(MessageAddress).where(
        MessageAddress.message_id == outbound.message_id, MessageAddress.email == old
    )
    for one in session.scalars(shown):
        one.email = email
    if any(one.email == old for one in people.participants(session, ticket)):
        people.join(session, ticket, [(email, row.name)])
    session.flush()
    delivery.retry(session, outbound, by=by)
    _settle(session, ticket)


def _settle(session: Session, ticket: Ticket) -> None:
    """The ticket says so no longer, unless another answer on it was lost: what fails again says so again."""
    session.flush()
    of_it = select(OutboundEmail.id).join(Message).where(Message.ticket_id == ticket.id)
    lost = select(Delivery.id).where(Delivery.outbound_email_id.in_(of_it), Delivery.state.in_(LOST))
    ticket.has_failed_delivery = session.scalar(lost.limit(1)) is not None
