"""Finding tickets: by the words of what may be read, by number, and by the customer's address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import Phrase
from helpdesk.storage.words import words

MOST_RESULTS: Final = 100
_MOST_TERMS: Final = 12
_LARGEST_ID: Final = 2**62


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, taken apart. Words are quoted for the index, never parsed by it."""

    phrases: tuple[Phrase, ...] = ()
    numbers: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.phrases or self.numbers or self.addresses)


@dataclass(frozen=True, slots=True)
class Results:
    """Tickets found, best first; `is_cut` when there are more than are listed."""

    tickets: Sequence[Ticket]
    is_cut: bool


def understand(typed: str) -> Query:
    """Words, "phrases in quotes", #numbers and addresses; the last word counts as a beginning."""
    terms = [term for term in _terms(typed) if term.strip()][:_MOST_TERMS]
    phrases = [Phrase(tuple(words(term))) for term in terms]
    phrases = [phrase for phrase in phrases if phrase.tokens]
    if phrases and not typed.rstrip().endswith('"'):
        phrases[-1] = Phrase(phrases[-1].tokens, is_prefix=True)
    numbers = [int(term.lstrip("#")) for term in terms if term.lstrip("#").isascii() and term.lstrip("#").isdecimal()]
    addresses = [term.strip("<>,;").lower() for term in terms if "@" in term]
    return Query(tuple(phrases), tuple(n for n in numbers if n < _LARGEST_ID), tuple(addresses))


def search(session: Session, typed: str, *, by: Agent) -> Results:
    """Tickets that match: of readable ones the content, of all visible ones the number and the customer's address."""
    query = understand(typed)
    if query.is_empty:
        return Results([], is_cut=False)
    by_content = access.search(
        session, query.phrases, by=by, among=inbox.is_visible(by), limit=MOST_RESULTS + 1
    ) if query.phrases else []  # fmt: skip
    ids = [*_by_number_or_customer(session, query, by), *by_content]
    ranked = {ticket_id: rank for rank, ticket_id in enumerate(dict.fromkeys(ids))}
    rows = session.scalars(inbox.visible(by).where(Ticket.id.in_(ranked)).options(*inbox.with_people())).all()
    tickets = sorted(rows, key=lambda ticket: ranked[ticket.id])
    return Results(tickets[:MOST_RESULTS], is_cut=len(tickets) > MOST_RESULTS)


def _by_number_or_customer(session: Session, query: Query, by: Agent) -> Sequence[int]:
    if not (query.numbers or query.addresses):
        return []
    customers = select(CustomerAddress.customer_id).where(CustomerAddress.email.in_(query.addresses))
    named = inbox.visible(by).where(or_(Ticket.id.in_(query.numbers), Ticket.customer_id.in_(customers)))
    return session.scalars(
        named.with_only_columns(Ticket.id).order_by(Ticket.active_at.desc(), Ticket.id.desc()).limit(MOST_RESULTS + 1)
    ).all()


def _terms(typed: str) -> list[str]:
    terms: list[str] = []
    for place, piece in enumerate(typed[:1_000].split('"')):
        terms.extend([piece] if place % 2 else piece.split())
    return terms
