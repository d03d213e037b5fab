"""Whom a few letters may mean: people on tickets that an agent may know of, and nobody else."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk.desk import inbox
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.ticket import Participant, Ticket

FEWEST: Final = 2
MOST: Final = 8


def beginning_with(session: Session, letters: str, *, by: Agent) -> Sequence[Address]:
    """People whose address, or a word of whose name, begins with these letters; customers first."""
    letters = letters.strip()
    if len(letters) < FEWEST:
        return []
    theirs = select(Ticket.id).where(Ticket.customer_id == Customer.id, inbox.is_visible(by)).exists()
    customers = (
        select(Customer.name, CustomerAddress.email)
        .join(CustomerAddress, CustomerAddress.customer_id == Customer.id)
        .where(_begins(CustomerAddress.email, letters) | _in_name(Customer.name, letters), theirs)
        .order_by(CustomerAddress.email)
        .limit(MOST)
    )
    on_them = (
        select(Participant.name, Participant.email)
        .join(Ticket, Ticket.id == Participant.ticket_id)
        .where(_begins(Participant.email, letters) | _in_name(Participant.name, letters), inbox.is_visible(by))
        .order_by(Participant.email)
        .limit(MOST * 3)
    )
    found: dict[str, Address] = {}
    for chosen in (customers, on_them):
        for name, email in session.execute(chosen):
            found.setdefault(email, Address(name, email))
    return list(found.values())[:MOST]


def _begins(column: InstrumentedAttribute[str], letters: str) -> ColumnElement[bool]:
    return column.istartswith(letters, autoescape=True)


def _in_name(column: InstrumentedAttribute[str], letters: str) -> ColumnElement[bool]:
    return or_(column.istartswith(letters, autoescape=True), column.icontains(f" {letters}", autoescape=True))
