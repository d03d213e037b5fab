"""What an agent sees of a customer: a name, the addresses, and those of their tickets that the agent may know of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import united
from helpdesk.storage.once import once

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
    records = united.ids_of(ticket.customer)

    def ask() -> Sequence[CustomerAddress]:
        known = select(CustomerAddress).where(CustomerAddress.customer_id.in_(records))
        return session.scalars(known.order_by(CustomerAddress.id)).all()

    addresses = once(session, (CustomerAddress, ticket.customer_id), ask)
    theirs = inbox.visible(by).where(Ticket.customer_id.in_(records), Ticket.place == Place.DESK)
    count = select(func.count()).select_from(theirs.with_only_columns(Ticket.id).subquery()).scalar_subquery()
    others = session.execute(
        theirs.add_columns(count)
        .where(Ticket.id != ticket.id)
        .order_by(Ticket.active_at.desc(), Ticket.id.desc())
        .limit(_OTHERS)
    ).all()
    ticket_count = others[0][1] if others else int(ticket.place is Place.DESK)
    return CustomerRecord(ticket.customer, addresses, ticket_count, [other for other, _ in others])
