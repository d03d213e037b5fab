"""Objections: whose tickets are left out of everything that is reckoned from many people's mail.

Statistics and themes ask `left_out()` before they count: who is on it has changed no number.
"""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.objection import Objection, Wish
from helpdesk.privacy import audit, theme_shares, united
from helpdesk.privacy.readers import Reader


def left_out() -> Select[int]:
    """The customers with a wish in force, by number, for `not_in` in a query."""
    return select(Objection.customer_id).where(Objection.ended_at.is_(None))


def note(session: Session, customer: Customer, wish: Wish, *, by: Reader) -> Objection:
    """Write down a customer's wish, for each record of this person; one that is in force already stays as it is."""
    noted = {one.id: _note(session, one, wish, by=by) for one in united.all_of(session, customer)}
    return noted[customer.id]


def _note(session: Session, customer: Customer, wish: Wish, *, by: Reader) -> Objection:
    known = session.scalar(
        select(Objection).where(
            Objection.customer_id == customer.id, Objection.wish == wish, Objection.ended_at.is_(None)
        )
    )
    if known is not None:
        return known
    noted = Objection(customer_id=customer.id, wish=wish, noted_by_id=by.id if isinstance(by, Agent) else None)
    session.add(noted)
    session.flush()
    theme_shares.let_go_of(session, customer.id)
    audit.record(
        session, "objection.note", by=by, on=("customer", customer.id), subject_id=customer.id,
        facts={"wish": wish.value},
    )  # fmt: skip
    return noted


def end(session: Session, objection: Objection, *, by: Reader) -> None:
    """The customer withdrew it, for each of their records; they count again, and what was published stays."""
    if objection.ended_at is not None:
        return
    records = united.ids_of(session.get_one(Customer, objection.customer_id))
    same = select(Objection).where(
        Objection.customer_id.in_(records), Objection.wish == objection.wish, Objection.ended_at.is_(None)
    )
    for one in session.scalars(same.order_by(Objection.id)).all():
        one.ended_at = clock.now()
        audit.record(
            session, "objection.end", by=by, on=("customer", one.customer_id), subject_id=one.customer_id,
            facts={"wish": one.wish.value},
        )  # fmt: skip


def in_force(session: Session, *, most: int) -> Sequence[tuple[Objection, Customer]]:
    """The wishes that hold, with whose they are, the newest first."""
    rows = session.execute(
        select(Objection, Customer)
        .join(Customer, Customer.id == Objection.customer_id)
        .where(Objection.ended_at.is_(None))
        .order_by(Objection.id.desc())
        .limit(most)
    )
    return [(objection, customer) for objection, customer in rows]
