"""SQL, templates and addresses are compiled once for all tests of a process, not again by each test's own desk."""

from types import CodeType
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.routing import Rule

from helpdesk.web.app import Desk

_MANY = 10_000
_statements: dict[Any, Any] = {}
_rules: dict[object, Rule] = {}
_compile_rule = Rule.compile


class _Templates(BytecodeCache):
    def __init__(self) -> None:
        self._kept: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self._kept[bucket.key] = bucket.code


def _is_alike(one: DefaultDialect, other: object) -> bool:
    return _kind(one) == _kind(other)


def _kind(dialect: object) -> tuple[type, str | None]:
    return type(dialect), getattr(dialect, "paramstyle", None)


def _share(connection: Connection) -> None:
    if len(_statements) > _MANY:
        _statements.clear()
    connection.execution_options(compiled_cache=_statements)


def _compile(rule: Rule) -> None:
    """What a rule looks for, and what makes addresses of it, depends on its words and the converters alone."""
    defaults = tuple(sorted((rule.defaults or {}).items()))
    key = rule.rule, rule.subdomain, rule.host, rule.merge_slashes, defaults, *rule.map.converters.items()
    if key not in _rules:
        _compile_rule(rule)
        _rules[key] = rule
        return
    like = _rules[key]
    for name in ("_parts", "_trace", "_converters"):
        setattr(rule, name, getattr(like, name))
    rule.arguments |= like.arguments
    for name in ("_build", "_build_unknown"):  # methods, each bound to its rule
        setattr(rule, name, getattr(like, name).__func__.__get__(rule))


# what is compiled is found again by its dialect, and each engine makes its own: one of a kind is as good as another
DefaultDialect.__eq__ = _is_alike  # type: ignore[method-assign,assignment]
DefaultDialect.__hash__ = lambda dialect: hash(_kind(dialect))  # type: ignore[method-assign,assignment]
event.listen(Engine, "engine_connect", _share)
Rule.compile = _compile  # type: ignore[method-assign,assignment]
Desk.jinja_options = {"bytecode_cache": _Templates()}
