"""SQL, templates and addresses are compiled once for all tests of a process, not again by each test's own desk."""

from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.routing import Rule

from helpdesk.web.app import Desk

_MANY = 10_000
_statements: dict[Any, Any] = {}
_addresses: dict[object, Callable[..., tuple[str, str]]] = {}
_compiled_address = Rule._compile_builder


class _Templates(BytecodeCache):
    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def _is_alike(one: DefaultDialect, other: object) -> bool:
    return type(one) is type(other)


def _share(connection: Connection) -> None:
    if len(_statements) > _MANY:
        _statements.clear()
    connection.execution_options(compiled_cache=_statements)


def _address(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What makes addresses of a rule is a function of its text alone."""
    key = rule.rule, rule.subdomain, tuple(sorted((rule.defaults or {}).items())), append_unknown
    if key not in _addresses:
        _addresses[key] = _compiled_address(rule, append_unknown)
    return _addresses[key]


# what is compiled is found again by its dialect, and each engine makes its own: one of a kind is as good as another
DefaultDialect.__eq__ = _is_alike  # type: ignore[method-assign,assignment]
DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[method-assign,assignment]
event.listen(Engine, "engine_connect", _share)
Rule._compile_builder = _address  # type: ignore[method-assign,assignment]
Desk.jinja_options = {"bytecode_cache": _Templates()}
