"""The index asked: which tickets hold these words, newest first, on SQLite (FTS5) and PostgreSQL (tsvector)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Integer, Select, cast, column, func, or_, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from helpdesk.models.content.search_text import SearchText
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket

_CHUNK: Final = 250
# A common word is walked newest first and stops early; a rare one is gathered whole. This many hits decide which.
_FEW: Final = 2_000
_MOST_WALKED: Final = 20_000
_INDEX: Final = table("search_index", column("rowid", Integer), column("search_index"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand beside each other; of the last one, with `is_prefix`, the beginning is enough."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


def tickets_with(session: Session, phrases: Sequence[Phrase], *, among: ColumnElement[bool], limit: int) -> list[int]:
    """Up to `limit` ids of tickets with a message or note that holds all phrases, the newest hit first.

    `among` is a condition on Ticket: what it leaves out is not found.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    hits = _on_sqlite(phrases) if is_sqlite else _on_postgresql(session, phrases)
    # walked by the index's own number: by the table's, SQLite would gather all hits and sort them
    place = _INDEX.c.rowid if is_sqlite else SearchText.id
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
    wanted = [phrase for phrase in phrases if phrase.tokens]
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
    return func.instr(" " + SearchText.words + " ", f" {' '.join(phrase.tokens)} ") > 0


def _said_on_postgresql(phrase: Phrase) -> ColumnElement[bool]:
    return SearchText.words.op("@@", is_comparison=True)(cast(_as_tsquery(phrase), TSQUERY()))


def _on_sqlite(phrases: Sequence[Phrase]) -> Select[int, int]:
    query = " AND ".join(f'"{" ".join(phrase.tokens)}"{"*" if phrase.is_prefix else ""}' for phrase in phrases)
    return (
        select(SearchText.id, SearchText.ticket_id)
        .join(_INDEX, _INDEX.c.rowid == SearchText.id)
        .where(_INDEX.c.search_index.op("MATCH")(query))
    )


def _on_postgresql(session: Session, phrases: Sequence[Phrase]) -> Select[int, int]:
    query = cast(" & ".join(map(_as_tsquery, phrases)), TSQUERY())
    holds = SearchText.words.op("@@")(query)
    few = select(SearchText.id).where(holds).limit(_FEW + 1).cte("few").prefix_with("MATERIALIZED")
    ids = session.scalars(select(few.c.id)).all()
    if len(ids) > _FEW:
        return select(SearchText.id, SearchText.ticket_id).where(holds)
    return select(SearchText.id, SearchText.ticket_id).where(SearchText.id.in_(ids))


def _as_tsquery(phrase: Phrase) -> str:
    words = [f"'{token}'" for token in phrase.tokens]
    if phrase.is_prefix:
        words[-1] += ":*"
    return "(" + " <-> ".join(words) + ")"
