"""Several questions asked in one statement: rows of many tables, each as the object it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Executable,
    Select,
    SQLColumnExpression,
    false,
    func,
    inspect,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Mapper, Session

_NOTHING: Final = literal(0)
_NO_WORDS: Final = literal("")


class Found(NamedTuple):
    """One row of an answer, with the number and the text that were asked for beside it."""

    row: Any
    number: int
    said: str


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of a table in an order; without `is_row` no more of them than the number and the text."""

    rows: Select[Any]
    number: SQLColumnExpression[Any] = _NOTHING
    said: SQLColumnExpression[Any] = _NO_WORDS
    order: tuple[Any, ...] = ()
    is_row: bool = True


class Together:
    """A statement that is put together once, and then asked with other values: it costs what one costs.

    Values are `bindparam`s of the questions. Each row of the answer is of one table, and holds nothing of the others.
    """

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self._questions: Final = dict(questions)

    def ask(self, session: Session, **values: object) -> dict[str, list[Found]]:
        """The rows of each question, in its order."""
        found: dict[str, list[tuple[int, Found]]] = {name: [] for name in self._questions}
        names = list(self._questions)
        for at, place, number, said, *rows in session.execute(self._statement, values):
            table = self._places[at]
            found[names[at]].append((place, Found(None if table is None else rows[table], number, said)))
        return {name: [one for _place, one in sorted(some, key=_by_place)] for name, some in found.items()}

    @cached_property
    def _tables(self) -> list[Mapper[Any]]:
        return list(dict.fromkeys(_table_of(one) for one in self._questions.values() if one.is_row))

    @cached_property
    def _places(self) -> list[int | None]:
        """At which of a row's objects the answer to each question stands."""
        return [self._tables.index(_table_of(one)) if one.is_row else None for one in self._questions.values()]

    @cached_property
    def _statement(self) -> Executable:
        # the first part says of which kind each column is, and finds nothing
        tables = [table.class_ for table in self._tables]
        joined = reduce(lambda left, right: left.join(right, true()), (table.local_table for table in self._tables))
        kinds = (literal(0), literal(0), literal(0), literal(""))
        first = select(*kinds, *tables).select_from(joined).where(false())
        parts = [self._part(at, one) for at, one in enumerate(self._questions.values())]
        head = [first.selected_columns[at] for at in range(len(kinds))]
        return select(*head, *tables).from_statement(union_all(first, *parts))

    def _part(self, at: int, question: Question) -> Select[Any]:
        own = _table_of(question) if question.is_row else None
        columns = [
            column if table is own else null() for table in self._tables for column in table.local_table.columns
        ]
        place = func.row_number().over(order_by=question.order) if question.order else literal(0)
        return question.rows.with_only_columns(literal(at), place, question.number, question.said, *columns)


def _table_of(question: Question) -> Mapper[Any]:
    mapper: Mapper[Any] = inspect(question.rows.column_descriptions[0]["entity"])
    return mapper


def _by_place(one: tuple[int, Found]) -> int:
    return one[0]
