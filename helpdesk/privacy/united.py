"""Records of one person: which belong together, for what must hold for all of them at once.

Each record stays what it is: its tickets, permissions, consents and its own page keep to its own addresses, so that
uniting two gives nobody a right to read that they had not before. What the person does not want, or wants gone,
holds for all of them; and what is counted of a person counts them as one.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union, union_all
from sqlalchemy.orm import Session

from helpdesk.models.customer import Customer


def head_of(customer: Customer) -> int:
    return customer.part_of_id or customer.id


def all_of(session: Session, customer: Customer) -> Sequence[Customer]:
    """The records of this person, this one among them."""
    chosen = select(Customer).where(Customer.id.in_(ids_of(customer)))
    return session.scalars(chosen.order_by(Customer.id)).all()


def ids_of(customer: Customer) -> CompoundSelect[int]:
    """The numbers of this person's records, for `in_` in a query."""
    return of_person(head_of(customer))


def of_person(head: int | ColumnElement[int]) -> CompoundSelect[int]:
    """The numbers of the records that belong to this one, which is the person's first."""
    # not one select with "or": SQLite would look at every customer for it
    return union_all(
        select(Customer.id).where(Customer.id == head), select(Customer.id).where(Customer.part_of_id == head)
    )


def beside(customers: Select[int]) -> Select[int]:
    """The numbers of these records and of all that belong to them, for `in_` in a query."""
    heads = select(Customer.part_of_id).where(Customer.id.in_(customers), Customer.part_of_id.is_not(None))
    among = union(customers, heads).subquery()
    of_them = select(Customer.id).where(Customer.part_of_id.in_(select(among.c[0])))
    return select(union(select(among.c[0]), of_them).subquery().c[0])
