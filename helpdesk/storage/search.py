"""The index asked: which tickets hold these words, newest first, on SQLite (FTS5) and PostgreSQL (tsvector)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk.models.content.search_text import SearchText
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.storage.indexing import is_being_renewed
from helpdesk.storage.one_of import numbers, one_of
from helpdesk.storage.words import words
from helpdesk.storage.words_before import words_before

_CHUNK: Final = 250
_MOST_WALKED: Final = 20_000
# the newest rows are looked at first: what stands in many of them is found there, whatever the index would gather
_GLANCE_OF_SQLITE: Final = 2_000
_GLANCE: Final = 4_000
_FARTHEST: Final = 8_000
_SECONDS_A_HIT: Final = 1e-5  # of PostgreSQL, gathered by the index, where most of the table is not in its memory
_FEW: Final = 2_000
_AT_ONCE: Final = 500
_INDEX: Final = table("search_index", column("rowid", Integer), column("search_index"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand beside each other; of the last one, with `is_prefix`, the beginning is enough.

    `before`: the same as it stands in rows that are not folded anew yet, where it stands there differently.
    """

    tokens: tuple[str, ...]
    is_prefix: bool = False
    before: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> "Phrase":
        tokens, before = tuple(words(text)), tuple(words_before(text))
        return cls(tokens, before=() if before == tokens else before)

    @property
    def forms(self) -> Sequence[tuple[str, ...]]:
        return [form for form in (self.tokens, self.before) if form]


def tickets_with(session: Session, phrases: Sequence[Phrase], *, among: ColumnElement[bool], limit: int) -> list[int]:
    """Up to `limit` ids of tickets with a message or note that holds all phrases, the newest hit first.

    `among` is a condition on Ticket: what it leaves out is not found.
    """
    phrases = _as_they_stand(session, phrases)
    if session.get_bind().dialect.name == "sqlite":
        return _on_sqlite(session, phrases, among=among, limit=limit)
    return _on_postgresql(session, " & ".join(map(_as_tsquery, phrases)), _Visible(session, among, limit))


def _on_sqlite(session: Session, phrases: Sequence[Phrase], *, among: ColumnElement[bool], limit: int) -> list[int]:
    """Of a beginning FTS5 gathers every hit, however few are asked for: common ones are found without it."""
    found = _glanced(session, phrases, _GLANCE_OF_SQLITE, among=among, limit=limit)
    stretch = 2 * _GLANCE_OF_SQLITE * limit // max(len(found), 1)
    if len(found) < limit and stretch <= _FARTHEST:
        found = _glanced(session, phrases, stretch, among=among, limit=limit)
    if len(found) >= limit:
        return found
    # walked by the index's own number: by the table's, SQLite would gather all hits and sort them
    return _walked(session, _indexed(phrases), _INDEX.c.rowid, among=among, limit=limit)


def _glanced(
    session: Session, phrases: Sequence[Phrase], stretch: int, *, among: ColumnElement[bool], limit: int
) -> list[int]:
    rows = _newest_rows(stretch)
    is_visible = exists().where(Ticket.id == rows.c.ticket_id, among)  # a join could begin with all that is visible
    hits = select(rows.c.ticket_id).where(*(_stands_in(rows.c.words, phrase) for phrase in phrases), is_visible)
    newest = hits.group_by(rows.c.ticket_id).order_by(func.max(rows.c.id).desc()).limit(limit)
    return list(session.scalars(newest))


def _on_postgresql(session: Session, query: str, visible: "_Visible") -> list[int]:
    """Its planner knows neither how often a prefix occurs nor how many hits are visible: both are tried out here."""
    limit = visible.limit
    began = perf_counter()
    glance = _newest(session, query, _GLANCE)
    a_row = (perf_counter() - began) / _GLANCE  # short messages are walked in a moment, long ones are unpacked for it
    found = visible.of(glance.tickets)
    if len(found) >= limit:
        return found
    rows = glance.newest if found else 0  # about: those that came since do not match
    hits = rows * glance.hits // _GLANCE
    stretch = 2 * _GLANCE * limit // max(len(found), 1)
    if stretch * a_row < hits * _SECONDS_A_HIT:
        older = _newest(session, query, stretch - _GLANCE, besides=_GLANCE)
        found = visible.of([*glance.tickets, *older.tickets])
        if len(found) >= limit or stretch >= rows:
            return found
    return _gathered(session, query, visible)


@contextmanager
def _planned_anew(session: Session) -> Iterator[None]:
    """A plan for any words would be a bad one for most: these statements are planned for the words they ask for."""
    driver = session.connection().connection.driver_connection
    assert driver is not None  # noqa: S101  it is connected
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = threshold


def _gathered(session: Session, query: str, visible: "_Visible") -> list[int]:
    """By the index: of few hits all, of many the newest."""
    holds = SearchText.words.op("@@", is_comparison=True)(cast(query, TSQUERY()))
    few = select(SearchText.id).where(holds).limit(_FEW + 1).cte("few").prefix_with("MATERIALIZED")
    newest = select(SearchText.ticket_id).order_by(SearchText.id.desc()).limit(_MOST_WALKED)
    with _planned_anew(session):
        ids = session.scalars(select(few.c.id)).all()
        hits = session.scalars(
            newest.where(one_of(SearchText.id, numbers("ids", ids)) if len(ids) <= _FEW else holds)
        ).all()
    found = visible.of(hits)
    if len(found) < visible.limit and len(hits) == _MOST_WALKED:
        every = select(SearchText.id, SearchText.ticket_id).where(holds)
        with _planned_anew(session):
            found = _walked(session, every, SearchText.id, among=visible.among, limit=visible.limit)
    return found


def _newest(session: Session, query: str, stretch: int, *, besides: int = 0) -> "_Newest":
    """The tickets of the hits among the newest rows. The operator's function uses no index: they are walked."""
    with _planned_anew(session):
        asked = _NEWEST_HITS if not besides else _HITS_BEYOND
        found = session.execute(asked, {"query": query, "stretch": stretch, "besides": besides}).all()
    return _Newest(
        [ticket for ticket, _id, _hits in found], found[0][1] if found else 0, sum(hits for *_, hits in found)
    )


class _Newest(NamedTuple):
    tickets: list[int]  # whose hit is newest first
    newest: int  # that hit's row
    hits: int


def _newest_rows(stretch: int | BindParameter[int], besides: BindParameter[int] | None = None) -> Subquery:
    """So many of the newest, after those that were looked at already."""
    rows = select(SearchText.id, SearchText.ticket_id, SearchText.words)
    return rows.order_by(SearchText.id.desc()).limit(stretch).offset(besides).subquery()


def _hits(rows: Subquery) -> Select[int, int, int]:
    is_hit = func.ts_match_vq(rows.c.words, cast(bindparam("query", type_=Text), TSQUERY()))
    hits = select(rows.c.ticket_id, func.max(rows.c.id), func.count()).where(is_hit)
    return hits.group_by(rows.c.ticket_id).order_by(func.max(rows.c.id).desc())


_STRETCH: Final = bindparam("stretch", type_=Integer)
_NEWEST_HITS: Final = _hits(_newest_rows(_STRETCH))
_HITS_BEYOND: Final = _hits(_newest_rows(_STRETCH, bindparam("besides", type_=Integer)))


@dataclass
class _Visible:
    """Which tickets `among` lets through, asked of each once; of PostgreSQL."""

    session: Session
    among: ColumnElement[bool]
    limit: int
    _known: dict[int, bool] = field(default_factory=dict)
    _asked: Select[int] = field(init=False)

    def __post_init__(self) -> None:
        self._asked = select(Ticket.id).where(one_of(Ticket.id, numbers("tickets")), self.among)

    def of(self, hits: Sequence[int]) -> list[int]:
        """The first of these tickets that may be seen, in their order."""
        tickets = list(dict.fromkeys(hits))
        start, piece = 0, _AT_ONCE
        while start < len(tickets):
            self._ask([one for one in tickets[start : start + piece] if one not in self._known])
            start, piece = start + piece, 2 * piece
            found = [one for one in tickets[:start] if self._known[one]]
            if len(found) >= self.limit:
                return found[: self.limit]
        return [one for one in tickets if self._known[one]]

    def _ask(self, tickets: Sequence[int]) -> None:
        if tickets:
            visible = self.session.scalars(self._asked, {"tickets": tickets})
            self._known |= dict.fromkeys(tickets, False) | dict.fromkeys(visible, True)


def _walked(
    session: Session,
    hits: Select[int, int],
    place: InstrumentedAttribute[int] | ColumnElement[int],
    *,
    among: ColumnElement[bool],
    limit: int,
) -> list[int]:
    """The tickets of these hits, a chunk at a time, until there are enough of them."""
    found: dict[int, None] = {}
    before: int | None = None
    for _ in range(_MOST_WALKED // _CHUNK):
        chunk = hits.join(Ticket, Ticket.id == SearchText.ticket_id).where(among)
        if before is not None:
            chunk = chunk.where(place < before)
        count = 0
        # of the connection: SQLite looks at no more hits than are taken
        with session.connection().execute(chunk.order_by(place.desc()).limit(_CHUNK)) as rows:
            for count, (before, ticket_id) in enumerate(rows, 1):  # noqa: B007  how many came
                found[ticket_id] = None
                if len(found) >= limit:
                    return list(found)
        if count < _CHUNK:
            break
    return list(found)


def holding(session: Session, ticket_ids: Sequence[int], phrases: Sequence[Phrase]) -> set[int]:
    """In which of these tickets their own customer said one of the phrases; nobody else's words count."""
    wanted = _as_they_stand(session, [phrase for phrase in phrases if phrase.tokens])
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    holds = [_said_on_sqlite(one) if is_sqlite else _said_on_postgresql(one) for one in wanted]
    found: set[int] = set()
    for start in range(0, len(ticket_ids) if holds else 0, _CHUNK):
        own = (
            select(SearchText.ticket_id)
            .join(Message, Message.id == SearchText.message_id)
            .join(Ticket, Ticket.id == SearchText.ticket_id)
            .where(Message.customer_id == Ticket.customer_id, SearchText.ticket_id.in_(ticket_ids[start:][:_CHUNK]))
        )
        found.update(session.scalars(own.where(or_(*holds))))
    return found


def _said_on_sqlite(phrase: Phrase) -> ColumnElement[bool]:
    return _stands_in(SearchText.words, replace(phrase, is_prefix=False))


def _stands_in(text: Any, phrase: Phrase) -> ColumnElement[bool]:  # noqa: ANN401  a column, of a table or of rows
    padded, end = " " + text + " ", "" if phrase.is_prefix else " "
    return or_(*(func.instr(padded, f" {' '.join(form)}{end}") > 0 for form in phrase.forms))


def _said_on_postgresql(phrase: Phrase) -> ColumnElement[bool]:
    return SearchText.words.op("@@", is_comparison=True)(cast(_as_tsquery(phrase), TSQUERY()))


def _as_they_stand(session: Session, phrases: Sequence[Phrase]) -> Sequence[Phrase]:
    """Also as they were folded before, while there are rows of that kind."""
    if any(phrase.before for phrase in phrases) and not is_being_renewed(session):
        return [replace(phrase, before=()) for phrase in phrases]
    return phrases


def _indexed(phrases: Sequence[Phrase]) -> Select[int, int]:
    query = " AND ".join(f"({' OR '.join(_as_quoted(phrase))})" for phrase in phrases)
    return (
        select(SearchText.id, SearchText.ticket_id)
        .join(_INDEX, _INDEX.c.rowid == SearchText.id)
        .where(_INDEX.c.search_index.op("MATCH")(query))
    )


def _as_quoted(phrase: Phrase) -> list[str]:
    return [f'"{" ".join(form)}"{"*" if phrase.is_prefix else ""}' for form in phrase.forms]


def _as_tsquery(phrase: Phrase) -> str:
    forms = [" <-> ".join(f"'{token}'" for token in form) for form in phrase.forms]
    return "(" + " | ".join(f"({form}{':*' if phrase.is_prefix else ''})" for form in forms) + ")"
