"""Two records of customers that are one person: put beside each other by an agent who reads both, and parted again.

Nothing moves: see `helpdesk/privacy/united.py` for what is shared from then on, and what is not.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.erasure import Erasure, ErasureState
from helpdesk.models.objection import Objection
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, basis, objections, protection, theme_shares, united
from helpdesk.storage import jobs


class NotToBeUnited(Exception):
    """Nobody else has this address whose tickets the agent may read, or one of the two is being erased."""


def unite(session: Session, ticket: Ticket, email: str, *, by: Agent) -> None:
    """The customer of this ticket and who has that address are one person. Raises NotToBeUnited.

    The agent must be allowed to read this ticket (AccessDenied) and one of the other's: what they may not read,
    they can't vouch for, and they don't learn here that there is anything.
    """
    access.require(session, ticket, by=by)
    other = _readable(session, email.strip().lower(), by=by)
    if other is None or united.head_of(other) == united.head_of(ticket.customer):
        raise NotToBeUnited("choose an address of somebody else whose tickets you may read")
    mine, theirs = (_group(session, one) for one in (ticket.customer, other))
    if _are_going(session, [*mine, *theirs]):
        raise NotToBeUnited("one of the two is being erased")
    head = united.head_of(ticket.customer)
    for one in theirs:
        one.part_of_id = head
        theme_shares.give(session, one.id, to=head)
    _keep_wishes(session, [*mine, *theirs], by=by)
    _tell(session, "customer.unite", ticket.customer, other, by=by)
    jobs.announce(session, ticket.id)


def part(session: Session, ticket: Ticket, other_id: int, *, by: Agent) -> None:
    """They are two people after all; wishes noted for both stay with both. Parting who is apart is harmless.

    What reports counted of the one they were is nobody's now: it goes, for an erasure of either would leave it.
    """
    access.require(session, ticket, by=by)
    own, other = ticket.customer, session.get(Customer, other_id)
    if other is None or other.id == own.id or united.head_of(other) != united.head_of(own):
        return
    leaving = own if other.part_of_id is None else other
    for one in united.all_of(session, own):
        theme_shares.take_all(session, one.id)
    leaving.part_of_id = None
    _tell(session, "customer.part", own, other, by=by)
    jobs.announce(session, ticket.id)


def _readable(session: Session, email: str, *, by: Agent) -> Customer | None:
    found = session.scalar(select(Customer).join(Customer.addresses).where(CustomerAddress.email == email))
    if found is None:
        return None
    theirs = select(Ticket.id).where(Ticket.customer_id == found.id, basis.readable(session, by))
    return found if session.scalar(theirs.limit(1)) is not None else None


def _group(session: Session, customer: Customer) -> Sequence[Customer]:
    """All records of this person, held so that two agents who unite them crosswise come one after the other."""
    session.execute(update(Customer).where(Customer.id == united.head_of(customer)).values(id=Customer.id))
    return united.all_of(session, customer)


def _are_going(session: Session, records: Sequence[Customer]) -> bool:
    running = select(Erasure.id).where(
        Erasure.customer_id.in_([one.id for one in records]), Erasure.state == ErasureState.RUNNING
    )
    return any(one.erased_at for one in records) or session.scalar(running.limit(1)) is not None


def _keep_wishes(session: Session, records: Sequence[Customer], *, by: Agent) -> None:
    """Who objected with one address, or is protected there, is so with each."""
    chosen = select(Objection.wish).where(
        Objection.customer_id.in_([one.id for one in records]), Objection.ended_at.is_(None)
    )
    for wish in set(session.scalars(chosen)):
        for one in records:
            objections.note(session, one, wish, by=by)
    if any(one.is_protected for one in records):
        for one in records:
            protection.protect(session, one, by=by)


def _tell(session: Session, action: str, own: Customer, other: Customer, *, by: Agent) -> None:
    """An event on each of the two, for each is somebody's."""
    for one, another in ((own, other), (other, own)):
        facts: dict[str, object] = {"other": another.id}
        audit.record(session, action, by=by, on=("customer", one.id), subject_id=one.id, facts=facts)
