"""Finding tickets: by the words of what may be read, by number, by address, and narrowed by filters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from helpdesk.desk import inbox, search_filters
from helpdesk.desk.inbox import Key
from helpdesk.desk.search_days import Days
from helpdesk.desk.search_filters import KEYS, Filter, NotUnderstood
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import access, united
from helpdesk.privacy.access import Phrase
from helpdesk.storage.one_of import numbers, one_of
from helpdesk.storage.prepared import prepared

MOST_RESULTS: Final = 50
_MOST_TERMS: Final = 12
_LARGEST_ID: Final = 2**62
_LONGEST: Final = 1_000
_IN_UTC: Final = Days()
# key:"two words", key:value, "a phrase", or a word; a minus leaves out, and a space after the colon is no matter
_KEY: Final = f"(?:{'|'.join(sorted(KEYS))}):"
_TERM: Final = re.compile(
    rf'(?P<minus>-?)(?:(?P<key>[A-Za-z]+):|(?P<apart>{_KEY})\s+(?!-?{_KEY}))(?:"(?P<said>[^"]*)"?|(?P<value>\S+))'
    r'|"(?P<phrase>[^"]*)"?|\S+',
    re.IGNORECASE,
)
# a number as it stands in a subject: [Desk #12], (#12), #12
_NUMBER: Final = re.compile(r"[\[(]?#?([0-9]{1,18})[\])]?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, taken apart. Words are quoted for the index, never parsed by it."""

    phrases: tuple[Phrase, ...] = ()
    numbers: tuple[int, ...] = ()
    addresses: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    plain: str = ""  # what was typed besides filters

    @property
    def is_empty(self) -> bool:
        return not (self.phrases or self.numbers or self.addresses or self.filters)

    @property
    def is_filters_alone(self) -> bool:
        return bool(self.filters) and not (self.phrases or self.numbers or self.addresses)


@dataclass(frozen=True, slots=True)
class Results:
    """Tickets found, best first; `is_cut` when there are more than are listed.

    Where a filter is not understood nothing is found, and `misunderstood` names it, with what it could be where that
    can be said.
    """

    tickets: Sequence[Ticket]
    is_cut: bool
    misunderstood: Mapping[Filter, Sequence[str]] = field(default_factory=dict)
    after: Key | None = None  # where the next page begins, of a search by filters alone


def understand(typed: str) -> Query:
    """Words, "phrases in quotes", #numbers, addresses and filters; the last word counts as a beginning."""
    found = list(_TERM.finditer(typed[:_LONGEST]))
    filters = tuple(_filter(term) for term in found if _is_filter(term))
    plain = [term for term in found if not _is_filter(term) and term[0].strip()][:_MOST_TERMS]
    terms = [term["phrase"] if term["phrase"] is not None else term[0] for term in plain]
    phrases = [Phrase.of(term) for term in terms]
    phrases = [phrase for phrase in phrases if phrase.tokens]
    if phrases and not typed.rstrip().endswith('"'):
        phrases[-1] = replace(phrases[-1], is_prefix=True)
    numbers = [int(number[1]) for term in terms if (number := _NUMBER.fullmatch(term))]
    addresses = [term.strip("<>,;").lower() for term in terms if "@" in term]
    return Query(
        tuple(phrases),
        tuple(number for number in numbers if number < _LARGEST_ID),
        tuple(addresses),
        filters[:_MOST_TERMS],
        " ".join(term[0] for term in plain),
    )


def search(session: Session, typed: str, *, by: Agent, days: Days = _IN_UTC, after: Key | None = None) -> Results:
    """Tickets that match: of readable ones the content, of all visible ones the number and the customer's address.

    Filters narrow both; days among them are read as `days` says. A search by filters alone is a list like any other,
    with pages; of one by words there are the newest.
    """
    query = understand(typed)
    if query.is_empty:
        return Results([], is_cut=False)
    among, misunderstood = _among(session, query, by, days)
    if misunderstood:
        return Results([], is_cut=False, misunderstood=misunderstood)
    if query.is_filters_alone:
        return _page(session, among, by, after)
    by_content = access.search(
        session, query.phrases, by=by, among=among, limit=MOST_RESULTS + 1
    ) if query.phrases else []  # fmt: skip
    ids = [*_by_number_or_customer(session, query, among), *by_content]
    ranked = {ticket_id: rank for rank, ticket_id in enumerate(dict.fromkeys(ids))}
    found = prepared(inbox.key_of("found", by), lambda: _found(by))
    rows = session.scalars(found, {"tickets": list(ranked)}).all()
    tickets = sorted(rows, key=lambda ticket: ranked[ticket.id])
    return Results(tickets[:MOST_RESULTS], is_cut=len(tickets) > MOST_RESULTS)


def _found(by: Agent) -> Select[Ticket]:
    return inbox.visible(by).where(one_of(Ticket.id, numbers("tickets"))).options(*inbox.for_rows())


def _among(
    session: Session, query: Query, by: Agent, days: Days
) -> tuple[ColumnElement[bool], dict[Filter, Sequence[str]]]:
    """What may be found at all, and the filters that were not understood."""
    conditions: list[ColumnElement[bool]] = [inbox.is_visible(by), Ticket.place != Place.PURGED]
    misunderstood: dict[Filter, Sequence[str]] = {}
    for wanted in query.filters:
        try:
            conditions.append(search_filters.condition(session, wanted, by=by, days=days))
        except NotUnderstood as refused:
            misunderstood[wanted] = refused.known
    return and_(*conditions), misunderstood


def ids_of(session: Session, typed: str, *, by: Agent, days: Days, most: int) -> Sequence[int]:
    """All that a search by filters alone finds, in its order; none of one that was not understood."""
    query = understand(typed)
    among, misunderstood = _among(session, query, by, days)
    if misunderstood or not query.is_filters_alone:
        return []
    return session.scalars(_newest(among).with_only_columns(Ticket.id).limit(most)).all()


def _page(session: Session, among: ColumnElement[bool], by: Agent, after: Key | None) -> Results:
    chosen = _newest(and_(among, inbox.is_visible(by)))
    if after is not None:
        chosen = chosen.where(tuple_(Ticket.active_at, Ticket.id) < (after.at, after.ticket_id))
    rows = session.scalars(chosen.options(*inbox.for_rows()).limit(MOST_RESULTS + 1)).all()
    tickets = rows[:MOST_RESULTS]
    is_last = len(rows) <= MOST_RESULTS
    return Results(tickets, not is_last, after=None if is_last else Key(tickets[-1].active_at, tickets[-1].id))


def _newest(among: ColumnElement[bool]) -> Select[Ticket]:
    return (
        select(Ticket).where(among, Ticket.place != Place.MERGED).order_by(Ticket.active_at.desc(), Ticket.id.desc())
    )


def _by_number_or_customer(session: Session, query: Query, among: ColumnElement[bool]) -> Sequence[int]:
    if not (query.numbers or query.addresses):
        return []
    customers = united.beside(select(CustomerAddress.customer_id).where(CustomerAddress.email.in_(query.addresses)))
    named = select(Ticket.id).where(among, or_(Ticket.id.in_(query.numbers), Ticket.customer_id.in_(customers)))
    return session.scalars(named.order_by(Ticket.active_at.desc(), Ticket.id.desc()).limit(MOST_RESULTS + 1)).all()


def _is_filter(term: re.Match[str]) -> bool:
    return _key(term) in KEYS


def _key(term: re.Match[str]) -> str:
    return (term["key"] or term["apart"] or "").rstrip(":").lower()


def _filter(term: re.Match[str]) -> Filter:
    said = term["said"] if term["said"] is not None else term["value"]
    return Filter(_key(term), said.strip(), is_without=bool(term["minus"]))
