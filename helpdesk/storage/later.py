"""Rows that nobody asks for before the commit: gathered, and put in together at a fraction of the cost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Table, Update, func, insert, inspect, select
from sqlalchemy.orm import Session

from helpdesk.models.base import Base

_KEY: Final = "later"
_NUMBERS_AT_ONCE: Final = 25

Statement = Insert | Update


@dataclass(slots=True)
class _Gathered:
    rows: list[tuple[Statement, dict[str, Any]]] = field(default_factory=list)
    numbers: dict[str, list[int]] = field(default_factory=dict)


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


def keep(session: Session, row: Base) -> None:
    """Insert a row that others refer to by its id: at once, or within `gathering` under an id it gets now.

    Then it is no row of the session: nothing of it may be changed.
    """
    gathered: _Gathered | None = session.info.get(_KEY)
    if gathered is None:
        session.add(row)
        session.flush()
        return
    kind = type(row)
    row.id = _number(session, gathered, kind)  # type: ignore[attr-defined]  # tables that are kept so have one
    values = {one.columns[0].name: getattr(row, one.key) for one in inspect(kind).column_attrs}
    put(session, _insertion(kind), values)


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


def _number(session: Session, gathered: _Gathered, row: type[Base]) -> int:
    """The next id of a table: of its sequence; on SQLite, where nobody else can write meanwhile, above all others."""
    table = inspect(row).local_table
    assert isinstance(table, Table)  # noqa: S101  a row lies in a table
    left = gathered.numbers.setdefault(table.name, [])
    if not left:
        left.extend(_reserved(session, table))
    return left.pop(0)


def _reserved(session: Session, table: Table) -> Sequence[int]:
    if session.get_bind().dialect.name == "sqlite":
        settle(session)  # those that were given before are among them then
        last = session.scalar(select(func.max(table.c.id))) or 0
        return range(last + 1, last + 1 + _NUMBERS_AT_ONCE)
    sequence = func.pg_get_serial_sequence(table.name, "id")
    several = func.generate_series(1, _NUMBERS_AT_ONCE).table_valued("one")
    return session.scalars(select(func.nextval(sequence)).select_from(several)).all()


def _turn(statement: Statement) -> tuple[int, bool]:
    """Rows after those they refer to, changes after what they change."""
    table = statement.table
    assert isinstance(table, Table)  # noqa: S101  of ours
    return _order()[table.name], isinstance(statement, Update)


@cache
def _insertion(row: type[Base]) -> Insert:
    table = inspect(row).local_table
    assert isinstance(table, Table)  # noqa: S101  a row lies in a table
    return insert(table)


@cache
def _order() -> dict[str, int]:
    return {table.name: at for at, table in enumerate(Base.metadata.sorted_tables)}
