"""What an agent sees of a customer: a name, the addresses, and those of their tickets that the agent may know of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox
from helpdesk.models.agent import Agent
from helpdesk.models.base import Id
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import united
from helpdesk.storage.once import once
from helpdesk.storage.prepared import plain, prepared

_OTHERS = 5


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    customer: Customer
    addresses: Sequence[CustomerAddress]
    ticket_count: int
    others: Sequence[Ticket]


def labels(session: Session, customers: Iterable[Customer]) -> dict[int, str]:
    """What each customer is called on a screen: the name, else the first address."""
    people = {customer.id: customer.name for customer in customers}
    nameless = [customer_id for customer_id, name in people.items() if not name]
    if nameless:
        rows = session.execute(
            select(CustomerAddress.customer_id, func.min(CustomerAddress.email))
            .where(CustomerAddress.customer_id.in_(nameless))
            .group_by(CustomerAddress.customer_id)
        )
        people.update((customer_id, email) for customer_id, email in rows)
    return people


def record(session: Session, ticket: Ticket, *, by: Agent) -> CustomerRecord:
    """The customer of a ticket with all their addresses, and the last of their other tickets that are visible."""

    def ask() -> Sequence[CustomerAddress]:
        known = select(CustomerAddress).where(CustomerAddress.customer_id.in_(united.ids_of(ticket.customer)))
        return session.scalars(known.order_by(CustomerAddress.id)).all()

    addresses = once(session, (CustomerAddress, ticket.customer_id), ask)
    chosen = prepared(inbox.key_of("others of a customer", by), lambda: _others(by))
    others = session.execute(chosen, {"person": united.head_of(ticket.customer), "this": ticket.id}).all()
    ticket_count = others[0][1] if others else int(ticket.place is Place.DESK)
    return CustomerRecord(ticket.customer, addresses, ticket_count, [other for other, _ in others])


def _others(agent: Agent) -> Select[Ticket, int]:
    """The last visible tickets of a person besides this one, each with how many there are, this one included."""
    records = united.of_person(bindparam("person", type_=Id))
    theirs = inbox.visible(agent).where(Ticket.customer_id.in_(records), Ticket.place == Place.DESK)
    count = select(func.count()).select_from(theirs.with_only_columns(Ticket.id).subquery()).scalar_subquery()
    others = theirs.add_columns(count).where(Ticket.id != bindparam("this", type_=Id))
    return others.order_by(Ticket.active_at.desc(), Ticket.id.desc()).limit(plain(_OTHERS))
