"""Bytes that are UTF-8 as a text, read by the database."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class decoded(FunctionElement[str]):  # noqa: N801  a function of SQL
    """`decoded(column)`."""

    type = String()
    inherit_cache = True


@compiles(decoded, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  SQLAlchemy's signature
    return f"CAST({compiler.process(element.clauses, **options)} AS TEXT)"


@compiles(decoded, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  SQLAlchemy's signature
    return f"convert_from({compiler.process(element.clauses, **options)}, 'UTF8')"
