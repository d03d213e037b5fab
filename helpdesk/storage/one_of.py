"""Whether a number is one of many, who are one value of a statement however many they are: it stays the same."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    Dialect,
    SQLColumnExpression,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeEngine


class Numbers(TypeDecorator[Collection[int]]):
    """Whole numbers, as the database takes many of them at once."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(BigInteger()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> object:
        numbers = sorted(value or ())
        return numbers if dialect.name == "postgresql" else json.dumps(numbers)


class _OneOf(FunctionElement[bool]):
    name = "one_of"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> "_OneOf":  # noqa: ANN401, ARG002  as the class it stands for
        """As it is: of a function SQLite would be asked whether it is 1, and would use no index."""
        return self


def one_of(number: SQLColumnExpression[Any], among: BindParameter[Any]) -> ColumnElement[bool]:
    """As `in_`."""
    return _OneOf(number, among)


class _Each(FunctionElement[int]):
    name = "each"
    type = BigInteger()
    inherit_cache = True


def each(among: BindParameter[Any]) -> SQLColumnExpression[int]:
    """Each of the many as a row of its own."""
    return _Each(among).table_valued("value").c.value


def numbers(name: str, known: Collection[int] | None = None) -> BindParameter[Any]:
    """The many: as they are known now, or to be given under their name when the statement is asked."""
    return bindparam(name, known, type_=Numbers(), unique=known is not None)


@compiles(_OneOf, "postgresql")
def _as_array(element: _OneOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  as the compiler hands them on
    number, among = (compiler.process(one, **how) for one in element.clauses)
    return f"{number} = ANY ({among})"


@compiles(_OneOf)
def _as_list(element: _OneOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  as the compiler hands them on
    number, among = (compiler.process(one, **how) for one in element.clauses)
    return f"{number} IN (SELECT value FROM json_each({among}))"  # noqa: S608  both are said by the compiler


@compiles(_Each, "postgresql")
def _each_of_array(element: _Each, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    return f"(SELECT unnest({compiler.process(element.clauses, **how)}) AS value)"


@compiles(_Each)
def _each_of_list(element: _Each, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    return f"json_each({compiler.process(element.clauses, **how)})"
