"""Rows that nobody asks for before the commit: gathered, and put in together at a fraction of the cost."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, count
from typing import Any, Final

from sqlalchemy import (
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    inspect,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import RelationshipDirection, Session

from helpdesk.models.base import Base

_KEY: Final = "later"
_NUMBERS_AT_ONCE: Final = 25
_NUMBERS_FURTHER: Final = 1  # where those that were expected did not do

Statement = Insert | Update


@dataclass(slots=True)
class _Gathered:
    rows: list[tuple[Statement, dict[str, Any]]] = field(default_factory=list)
    numbers: dict[type[Base], Iterator[int]] = field(default_factory=dict)


def add(session: Session, row: type[Base], **values: object) -> None:
    """Insert a row, all its columns given: at once, or within `gathering` with all others of its kind."""
    if _KEY in session.info:
        put(session, _insertion(row), values)
    else:
        session.add(row(**values))


def put(session: Session, statement: Statement, values: dict[str, Any]) -> None:
    """The same with a statement of one's own: one object for all rows of its kind."""
    gathered: _Gathered | None = session.info.get(_KEY)
    if gathered is None:
        session.flush()  # what it refers to, or changes
        session.connection().execute(statement, [values])
    else:
        gathered.rows.append((statement, values))


def keep(session: Session, row: Base, *, at_once: int = _NUMBERS_AT_ONCE) -> None:
    """Insert a row that others refer to by its id: at once, or within `gathering` under an id it gets now.

    Then it is no row of the session: nothing of it may be changed, and others of its kind are to be kept so too.
    On PostgreSQL ids are taken so many at once, and those left over are given to nobody.
    """
    gathered: _Gathered | None = session.info.get(_KEY)
    if gathered is None:
        session.add(row)
        session.flush()
        return
    kind = type(row)
    numbers = gathered.numbers.setdefault(kind, _numbers(session, _table(kind), at_once))
    row.id = next(numbers)  # type: ignore[attr-defined]  # tables that are kept so have one
    for relation, ours, theirs in _references(kind):
        if (other := row.__dict__.get(relation)) is not None:
            setattr(row, ours, getattr(other, theirs))
    put(session, _insertion(kind), {name: getattr(row, key) for key, name in _columns(kind)})


def expect(session: Session, rows: Mapping[type[Base], int]) -> None:
    """Take the ids of so many rows of each kind in one statement; what is kept beyond them takes its own."""
    gathered: _Gathered | None = session.info.get(_KEY)
    wanted = {_table(kind).name: (kind, number) for kind, number in rows.items() if number}
    if gathered is None or not wanted or session.get_bind().dialect.name == "sqlite":
        return
    asked = [_next_ids(name, number) for name, (_kind, number) in wanted.items()]
    found: dict[str, list[int]] = {}
    answer: Any = session.execute(union_all(*asked))
    for name, number in answer:
        found.setdefault(name, []).append(number)
    for name, (kind, _number) in wanted.items():
        further = _numbers(session, _table(kind), _NUMBERS_FURTHER)
        gathered.numbers[kind] = chain(sorted(found[name]), further)


def change(session: Session, row: Base, *keys: str) -> None:
    """Let what was changed of a row be written, each time the same columns: within `gathering` at its end.

    Then, too, it is no row of the session any more.
    """
    if _KEY in session.info:
        statement = _changing(type(row), keys)
        put(session, statement, {"its_id": row.id, **{f"new_{key}": getattr(row, key) for key in keys}})  # type: ignore[attr-defined]
        session.expunge(row)


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """What is added within is written at its end. When it raises, the transaction is to be undone."""
    session.info[_KEY] = _Gathered()
    try:
        yield
        settle(session)
    finally:
        del session.info[_KEY]


def settle_those(session: Session, row: type[Base], **like: object) -> None:
    """Write what was gathered so far if a row of this kind with these values is among it."""
    gathered: _Gathered | None = session.info.get(_KEY)
    if gathered is None:
        return
    statement, wanted = _insertion(row), like.items()
    if any(one is statement and wanted <= values.items() for one, values in gathered.rows):
        settle(session)


def settle(session: Session) -> None:
    """Write what was gathered so far, so that it can be read."""
    gathered: _Gathered | None = session.info.get(_KEY)
    if gathered is None or not gathered.rows:
        return
    alike: dict[Statement, list[dict[str, Any]]] = {}
    for statement, values in gathered.rows:
        alike.setdefault(statement, []).append(values)
    gathered.rows = []
    session.flush()  # what they refer to
    for statement in sorted(alike, key=_turn):
        session.connection().execute(statement, alike[statement])


def _numbers(session: Session, table: Table, at_once: int) -> Iterator[int]:
    """The next ids of a table: of its sequence; on SQLite, where nobody else writes meanwhile, above all others."""
    if session.get_bind().dialect.name == "sqlite":
        yield from count((session.scalar(select(func.max(table.c.id))) or 0) + 1)
    while True:
        answer: Any = session.execute(_next_ids(table.name, at_once))
        yield from [number for _name, number in answer.all()]


def _next_ids(table: str, number: int) -> Select[Any]:
    sequence = func.pg_get_serial_sequence(table, "id")
    several = func.generate_series(1, number).table_valued("one")
    return select(literal(table), func.nextval(sequence)).select_from(several)


def _turn(statement: Statement) -> tuple[int, bool]:
    """Rows after those they refer to, changes after what they change."""
    table = statement.table
    assert isinstance(table, Table)  # noqa: S101  of ours
    return _order()[table.name], isinstance(statement, Update)


def _table(row: type[Base]) -> Table:
    table = inspect(row).local_table
    assert isinstance(table, Table)  # noqa: S101  a row lies in a table
    return table


@cache
def _insertion(row: type[Base]) -> Insert:
    return insert(_table(row))


@cache
def _changing(row: type[Base], keys: tuple[str, ...]) -> Update:
    table = _table(row)
    new: dict[str, Any] = {key: bindparam(f"new_{key}") for key in keys}
    return update(table).where(table.c.id == bindparam("its_id")).values(new)


@cache
def _columns(row: type[Base]) -> list[tuple[str, str]]:
    """How the parts of a row are called, and the columns they lie in."""
    return [(one.key, one.columns[0].name) for one in inspect(row).column_attrs]


@cache
def _references(row: type[Base]) -> list[tuple[str, str, str]]:
    """The rows it belongs to: how each is called, by which part it is referred to, and which part of it that is."""
    return [
        (
            relation.key,
            inspect(row).get_property_by_column(ours).key,
            relation.mapper.get_property_by_column(theirs).key,
        )
        for relation in inspect(row).relationships
        if relation.direction is RelationshipDirection.MANYTOONE
        for ours, theirs in relation.local_remote_pairs
    ]


@cache
def _order() -> dict[str, int]:
    return {table.name: at for at, table in enumerate(Base.metadata.sorted_tables)}
