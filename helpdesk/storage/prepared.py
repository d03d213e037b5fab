"""Statements put together once: building one anew, and finding out which it is, costs more than asking it."""

import enum
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, literal_column

_MOST: Final = 2_000
_known: dict[Hashable, Any] = {}
T = TypeVar("T")


def prepared(key: Hashable | None, build: Callable[[], T]) -> T:
    """What was built for a key before; without a key it is built anew.

    The key names all that the statement is made of: values that change from one asking to the next are `bindparam`s.
    """
    if key is None:
        return build()
    found: T | None = _known.get(key)
    if found is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[key] = build()
    return found


def plain(value: enum.StrEnum | int) -> ColumnElement[Any]:
    """A constant of ours that stands in the statement itself.

    PostgreSQL keeps a plan for all values of a parameter only where none would do much better: with the state of a
    ticket, or how many rows are wanted, left open it makes a plan each time.
    """
    return literal_column(str(value) if isinstance(value, int) else f"'{value.value}'")
