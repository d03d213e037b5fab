"""The gate to what is noted about a customer: notes, and the organisation they write from.

It is content like what they wrote: read by who may read a ticket of theirs, told on the trail and in their record,
where they can read it too, and taken away with them. A note is the team's beside whose ticket it was written: another
team reads none of it by ordinary handling. A permission for one ticket reaches nothing of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import Session

from helpdesk.models.access_grant import AccessGrant, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.customer_note import CustomerNote, Kind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.basis import ORDINARY
from helpdesk.storage import customer_notes as storage

LONGEST: Final = 2_000
LONGEST_NAME: Final = 120
MOST: Final = 50  # notes of one team about one customer


class Empty(ValueError):
    """Nothing was written, or too much of it."""


class TooMany(ValueError):
    """So much is noted about nobody."""


@dataclass(frozen=True, slots=True)
class Noted:
    id: int
    at: datetime
    writer: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a customer besides what they wrote."""

    organisation: str = field(default="", repr=False)
    notes: Sequence[Noted] = field(default=(), repr=False)


def read(session: Session, ticket: Ticket, *, by: Agent) -> About:
    """What is noted about this ticket's customer: one reading of its own. Raises AccessDenied."""
    basis, is_all = _reached(session, ticket, by)
    found = storage.of_customer(session, ticket.customer_id, _among(ticket, is_all=is_all))
    if found:
        on = ("customer", ticket.customer_id)
        facts: dict[str, object] = {"ticket": ticket.id}
        audit.record(
            session, "customer.read", by=by, on=on, subject_id=ticket.customer_id, basis=basis, facts=facts,
            is_reading_of_content=True,
        )  # fmt: skip
    return _about(found)


def may_note(session: Session, ticket: Ticket, *, by: Agent) -> bool:
    """Whether what is noted beside this ticket is theirs to read and to write."""
    try:
        _reached(session, ticket, by)
    except AccessDenied:
        return False
    return True


def of_person(session: Session, customer: Customer) -> About:
    """All of it, for the person it is about: their own record (web/record.py) is the only place that asks."""
    return _about(storage.of_customer(session, customer.id, true()))


def note(session: Session, ticket: Ticket, text: str, *, by: Agent) -> CustomerNote:
    """Write something down about a ticket's customer. Raises Empty, TooMany, AccessDenied."""
    among = _among(ticket, is_all=_reached(session, ticket, by)[1])
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Empty("write a note, not too long a one")
    if len(storage.of_customer(session, ticket.customer_id, among)) >= MOST:
        raise TooMany("remove a note first")
    made = _made(session, ticket, Kind.NOTE, text, by)
    _tell(session, "customer.note", ticket, by, {"note": made.id})
    return made


def remove(session: Session, ticket: Ticket, note_id: int, *, by: Agent) -> None:
    """Take a note away, its words too; one that is not there for this agent stays. Raises AccessDenied."""
    among = _among(ticket, is_all=_reached(session, ticket, by)[1])
    own = (CustomerNote.id == note_id, CustomerNote.customer_id == ticket.customer_id, among)
    found = session.scalar(select(CustomerNote).where(*own, CustomerNote.kind == Kind.NOTE))
    if found is None:
        return
    storage.drop(session, CustomerNote.id == found.id)
    _tell(session, "customer.forget_note", ticket, by, {"note": note_id})


def place(session: Session, ticket: Ticket, organisation: str, *, by: Agent) -> None:
    """The organisation a ticket's customer writes from; an empty one takes it away. Raises Empty, AccessDenied."""
    _reached(session, ticket, by)
    name = " ".join(organisation.split())
    if len(name) > LONGEST_NAME:
        raise Empty("too long a name")
    ours = (CustomerNote.customer_id == ticket.customer_id, CustomerNote.kind == Kind.ORGANISATION)
    session.execute(select(Customer.id).where(Customer.id == ticket.customer_id).with_for_update())
    known = session.scalar(select(CustomerNote).where(*ours))
    if known is None and not name:
        return
    if known is None:
        _made(session, ticket, Kind.ORGANISATION, name, by)
    elif not name:
        storage.drop(session, CustomerNote.id == known.id)
    elif not storage.change(session, known, name):
        return
    _tell(session, "customer.organisation", ticket, by, {})


def left(customer_id: int) -> Select[int]:
    """The customer, while anything is noted about them: for the register of erasure."""
    return select(CustomerNote.customer_id).where(CustomerNote.customer_id == customer_id).distinct()


def erase(session: Session, customer_ids: Collection[int]) -> Sequence[bytes]:
    storage.drop(session, CustomerNote.customer_id.in_(list(customer_ids)))
    return ()


def _reached(session: Session, ticket: Ticket, by: Agent) -> tuple[str, bool]:
    """By what right, and whether it is one to all of the notes. Raises AccessDenied."""
    basis = access.require(session, ticket, by=by)
    if basis == ORDINARY:
        return basis, False
    grant = session.get_one(AccessGrant, int(basis.removeprefix("grant ")))
    if grant.scope is Scope.TICKET:
        raise AccessDenied("customer", ticket.customer_id, ticket.id, ticket.customer_id)
    return basis, grant.scope is not Scope.TEAM


def _among(ticket: Ticket, *, is_all: bool) -> ColumnElement[bool]:
    """Which of the notes: all, or the team's and where the customer writes from."""
    of_the_team = or_(CustomerNote.team_id == ticket.team_id, CustomerNote.kind == Kind.ORGANISATION)
    return true() if is_all else of_the_team


def _made(session: Session, ticket: Ticket, kind: Kind, text: str, by: Agent) -> CustomerNote:
    made = CustomerNote(customer_id=ticket.customer_id, team_id=ticket.team_id, agent_id=by.id, kind=kind)
    session.add(made)
    session.flush()
    storage.keep(session, made, text)
    session.flush()
    return made


def _about(found: Sequence[tuple[CustomerNote, str, str]]) -> About:
    organisation = next((text for one, text, _writer in found if one.kind is Kind.ORGANISATION), "")
    notes = [Noted(one.id, one.at, writer, text) for one, text, writer in found if one.kind is Kind.NOTE]
    return About(organisation, notes)


def _tell(session: Session, action: str, ticket: Ticket, by: Agent, facts: dict[str, object]) -> None:
    """That it was done, beside which ticket; never a word of it."""
    subject = ticket.customer_id
    audit.record(
        session, action, by=by, on=("customer", subject), subject_id=subject, facts={"ticket": ticket.id, **facts}
    )
