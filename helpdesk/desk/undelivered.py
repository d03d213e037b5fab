"""Answers that did not arrive: listed under Needs a look, tried again, or sent to another address."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from helpdesk.desk import conversation, delivery, inbox, people
from helpdesk.mail.address import AddressRefused, wire_address
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message, MessageAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.storage.prepared import plain

TRIED_AGAIN: Final = (*delivery.LOST, DeliveryState.DEFERRED)
PAGE: Final = 50


class NotLost(Exception):
    """This delivery is not one that can be tried again: it arrived, or is on its way."""


@dataclass(frozen=True, slots=True)
class Lost:
    """One recipient who has not got an answer."""

    delivery: Delivery
    ticket: Ticket


def listed(session: Session, *, by: Agent) -> Sequence[Lost]:
    """The newest of those on tickets this agent may know of, until somebody wrote again."""
    is_lost = (Ticket.has_failed_delivery.is_(True), Delivery.state.in_(delivery.LOST))
    chosen = _of_tickets().where(*is_lost, inbox.is_visible(by)).order_by(Delivery.id.desc()).limit(PAGE)
    return [Lost(*one) for one in session.execute(chosen)]


def delayed(session: Session, *, by: Agent) -> Sequence[Lost]:
    """The answers that a mail server put off, the next to be tried first, on tickets this agent may know of."""
    chosen = _of_tickets().where(Delivery.state == DeliveryState.DEFERRED, inbox.is_visible(by))
    return [Lost(*one) for one in session.execute(chosen.order_by(Delivery.due_at, Delivery.id).limit(PAGE))]


def count(session: Session, *, by: Agent) -> int:
    """How many tickets have an answer that did not arrive, up to a hundred."""
    return session.scalar(select(func.count()).select_from(counted(by=by).subquery())) or 0


def counted(*, by: Agent) -> Select[int]:
    """What their number is made of."""
    return select(Ticket.id).where(Ticket.has_failed_delivery.is_(True), inbox.is_visible(by)).limit(plain(100))


def find(session: Session, ticket: Ticket, delivery_id: int) -> Delivery | None:
    """A delivery of this ticket."""
    return session.scalar(
        select(Delivery)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Message, Message.id == OutboundEmail.message_id)
        .where(Delivery.id == delivery_id, Message.ticket_id == ticket.id)
    )


def try_again(session: Session, ticket: Ticket, row: Delivery, *, by: Agent) -> None:
    """Send it now to this recipient, and to nobody else. Raises NotLost, AccessDenied."""
    access.require(session, ticket, by=by)
    delivery.retry(session, _held(session, row, TRIED_AGAIN), by=by, only=row)
    _settle(session, ticket)


def send_to(session: Session, ticket: Ticket, row: Delivery, address: str, *, by: Agent) -> None:
    """Correct a recipient's address and send it there, and to nobody else.

    Who stood on the ticket by the wrong address stands there by the right one from now on; who was written to aside,
    in Bcc or by a forward, stays aside.

    Raises NotLost, AddressRefused, AccessDenied.
    """
    access.require(session, ticket, by=by)
    outbound = _held(session, row, delivery.LOST)
    email = address.strip().lower()
    wire_address(email)
    if email in people.own_addresses(session):
        raise AddressRefused("This is one of our own addresses.")
    old = row.email
    taken = select(Delivery.id).where(Delivery.outbound_email_id == outbound.id, Delivery.email == email)
    if session.scalar(taken.limit(1)) is not None and email != old:
        raise AddressRefused("It went to this address already.")
    row.email = email
    shown = select(MessageAddress).where(
        MessageAddress.message_id == outbound.message_id, MessageAddress.email == old
    )
    for one in session.scalars(shown):
        one.email = email
    people.readdress(session, ticket, old, email)
    session.flush()
    delivery.retry(session, outbound, by=by, only=row)
    _settle(session, ticket)


def _of_tickets() -> Select[Delivery, Ticket]:
    return (
        select(Delivery, Ticket)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Message, Message.id == OutboundEmail.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
    )


def _held(session: Session, row: Delivery, states: Collection[DeliveryState]) -> OutboundEmail:
    """The email of a delivery, which nobody else moves until the transaction ends. Raises NotLost."""
    delivery.held(session, row.outbound_email_id)
    if row.state not in states:
        raise NotLost("it arrived, or is on its way")
    return session.get_one(OutboundEmail, row.outbound_email_id)


def _settle(session: Session, ticket: Ticket) -> None:
    """The ticket says so no longer, unless another answer on it was lost: what fails again says so again."""
    conversation.going_on(session, ticket)
    ticket.has_failed_delivery = delivery.is_any_lost(session, ticket)
