"""Several questions asked in one statement: rows of many tables, each as the object it is.

The rows of all tables share their columns, by kind: the first whole number of a setting stands where that of a team
does. So a statement is a few columns wide, not as wide as all its tables, and what it costs is what is in its rows.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Select,
    SQLColumnExpression,
    Text,
    cast,
    false,
    func,
    inspect,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.types import NullType, TypeEngine

from helpdesk.storage.db import is_reading
from helpdesk.storage.prepared import plain

_NOTHING: Final = plain(0)
_NO_WORDS: Final[ColumnElement[Any]] = literal_column("''")
_AS_IT_CAME: Final = NullType()


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
        self._made: Final[dict[str, _Made]] = {}

    def ask(self, session: Session, **values: object) -> dict[str, list[Found]]:
        """The rows of each question, in its order."""
        if not is_reading(session):
            session.flush()
        connection = session.connection()
        made = self._made_for(connection.dialect)
        found: list[list[tuple[int, Found]]] = [[] for _ in self._questions]
        for at, place, number, said, *slots in connection.exec_driver_sql(made.statement, made.filled(values)):
            maker = made.makers[at]
            row = None if maker is None else maker.row(session, slots)
            found[at].append((place, Found(row, number, said)))
        return {
            name: [one for _place, one in sorted(some, key=_by_place)]
            for name, some in zip(self._questions, found, strict=True)
        }

    def _made_for(self, dialect: Dialect) -> "_Made":
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _make(list(self._questions.values()), dialect)
        return made


@dataclass(frozen=True, slots=True)
class _Made:
    """The statement as the driver takes it, what it is filled with, and what becomes of each question's rows."""

    statement: str
    constants: Mapping[str, Any]
    fills: Sequence[tuple[str, Callable[[Any], Any] | None]]
    makers: Sequence["_Maker | None"]  # one a question, none where no row is wanted

    def filled(self, values: Mapping[str, object]) -> tuple[Any, ...]:
        known = {**self.constants, **values}
        return tuple(known[name] if write is None else write(known[name]) for name, write in self.fills)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Objects of one table, out of the columns that it shares with others."""

    mapper: Mapper[Any]
    keys: tuple[int, ...]
    values: tuple[tuple[str, int, Callable[[Any], Any] | None], ...]

    def row(self, session: Session, slots: Sequence[Any]) -> object:
        """The session's own object of that row, as the ORM would have it."""
        key = self.mapper.identity_key_from_primary_key(tuple(slots[at] for at in self.keys))
        known = session.identity_map.get(key)
        values = {name: slots[at] if read is None else read(slots[at]) for name, at, read in self.values}
        if known is not None:
            for name in instance_state(known).unloaded & values.keys():
                set_committed_value(known, name, values[name])
            return known
        # what the ORM does for each row; going there costs each statement a look at all columns of all its tables
        row = self.mapper.class_manager.new_instance()
        row.__dict__.update(values)
        state = instance_state(row)
        state.key = key
        state.session_id = session.hash_key
        session.identity_map.add(state)
        return row


class _Slots:
    """Where each table's columns stand among those that all share."""

    def __init__(self, tables: Sequence[Mapper[Any]], dialect: Dialect) -> None:
        self.kinds: list[TypeEngine[Any]] = []
        self._at: Final[dict[ColumnElement[Any], int]] = {}
        places: dict[tuple[str, int], int] = {}
        for table in tables:
            of_kind: Counter[str] = Counter()
            for column in _columns(table):
                kind, name = _kind(column, dialect)
                place = (name, of_kind[name])
                of_kind[name] += 1
                if place not in places:
                    places[place] = len(self.kinds)
                    self.kinds.append(kind)
                self._at[column] = places[place]

    def of(self, table: Mapper[Any]) -> list[ColumnElement[Any]]:
        """A table's columns in their places, and nothing in those of others."""
        own: dict[int, ColumnElement[Any]] = {self._at[column]: column for column in _columns(table)}
        return [own.get(at, null()) for at in range(len(self.kinds))]

    def maker(self, table: Mapper[Any], dialect: Dialect) -> _Maker:
        named = [(table.get_property_by_column(column).key, column) for column in _columns(table)]
        return _Maker(
            table,
            tuple(self._at[column] for column in table.primary_key),
            tuple(
                (name, self._at[column], column.type.dialect_impl(dialect).result_processor(dialect, None))
                for name, column in named
            ),
        )


def _make(questions: Sequence[Question], dialect: Dialect) -> _Made:
    tables = list(dict.fromkeys(_table_of(one) for one in questions if one.is_row))
    slots = _Slots(tables, dialect)
    # the first part says of which kind each column is, and finds nothing
    kinds: Sequence[TypeEngine[Any]] = (BigInteger(), BigInteger(), BigInteger(), Text(), *slots.kinds)
    first = select(*(type_coerce(cast(null(), kind), _AS_IT_CAME) for kind in kinds)).where(false())
    parts = [_part(at, one, slots) for at, one in enumerate(questions)]
    asked: Any = union_all(first, *parts).compile(dialect=dialect)
    open_ones = dict.fromkeys(name for name, bind in asked.binds.items() if bind.required)
    whole = asked.construct_expanded_state(open_ones)  # lists of constants are written out
    fills = [(name, whole.processors.get(name)) for name in whole.positiontup]
    makers = [slots.maker(_table_of(one), dialect) if one.is_row else None for one in questions]
    return _Made(whole.statement, whole.parameters, fills, makers)


def _part(at: int, question: Question, slots: _Slots) -> Select[Any]:
    own = slots.of(_table_of(question)) if question.is_row else [null()] * len(slots.kinds)
    place = func.row_number().over(order_by=question.order) if question.order else plain(0)
    return question.rows.with_only_columns(plain(at), place, question.number, question.said, *own)


def _kind(column: ColumnElement[Any], dialect: Dialect) -> tuple[TypeEngine[Any], str]:
    """Of which kind a column is, and that kind's name: texts of all lengths are one, as are whole numbers."""
    name = column.type.compile(dialect=dialect)
    if name.startswith(("VARCHAR", "TEXT")):
        return Text(), "text"
    if name in {"BIGINT", "INTEGER", "SMALLINT"}:
        return BigInteger(), "number"
    return column.type, name


def _columns(table: Mapper[Any]) -> Sequence[ColumnElement[Any]]:
    return list(table.local_table.columns)


def _table_of(question: Question) -> Mapper[Any]:
    mapper: Mapper[Any] = inspect(question.rows.column_descriptions[0]["entity"])
    return mapper


def _by_place(one: tuple[int, Found]) -> int:
    return one[0]
