"""Rows that nobody asks for before the commit: gathered, and put in together at a fraction of the cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Table, Update, insert, inspect
from sqlalchemy.orm import Session

from helpdesk.models.base import Base

_KEY: Final = "later"

Statement = Insert | Update


@dataclass(slots=True)
class _Gathered:
    rows: list[tuple[Statement, dict[str, Any]]] = field(default_factory=list)


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


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """What is added within is written at its end. When it raises, the transaction is to be undone."""
    session.info[_KEY] = _Gathered()
    try:
        yield
        settle(session)
    finally:
        del session.info[_KEY]


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
