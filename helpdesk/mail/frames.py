"""How values cross the pipe to the sandbox: JSON and bytes, never objects that could run."""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache, partial
from operator import attrgetter
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

Build = Callable[[Any, list[bytes]], Any]
_UNCHANGED = frozenset({type(None), bool, int, float})
_ROWS = frozenset({tuple, list})
_LONG = 200
"""Longer texts travel beside the JSON, which would look at each of their characters."""
_LENGTHS = struct.Struct(">II")
HEAD = _LENGTHS.size
REFUSALS = (ValueError, TypeError, LookupError, AttributeError)
"""What comes of a frame that does not hold the value it should."""


def pack(head: object, payload: bytes = b"") -> bytes:
    """Make one frame: what it says as JSON, and the bytes that go with it."""
    said = json.dumps(head).encode()
    return b"".join((_LENGTHS.pack(len(said), len(payload)), said, payload))


def lengths(start: bytes | bytearray) -> tuple[int, int]:
    """Read from the first bytes of a frame how long its two parts are."""
    said, payload = _LENGTHS.unpack_from(start)
    return said, payload


def unpack(frame: bytes) -> tuple[Any, bytes]:
    said, _ = lengths(frame)
    return json.loads(frame[HEAD : HEAD + said]), frame[HEAD + said :]


def pack_value(value: object) -> bytes:
    """Make a frame of a dataclass of plain values; its bytes and long texts travel beside the JSON."""
    pieces: list[bytes] = []
    said = _plain(value, pieces)
    return pack({"value": said, "lengths": [len(each) for each in pieces]}, b"".join(pieces))


def value_of(kind: type[T], head: Mapping[str, Any], payload: bytes) -> T:
    """Rebuild the value; what does not fit the type raises one of REFUSALS."""
    pieces = []
    start = 0
    for length in head["lengths"]:
        pieces.append(payload[start : start + length])
        start += length
    described: Any = kind
    built = _builder(described)(head["value"], pieces)
    if not isinstance(built, kind):
        raise TypeError(kind.__name__)
    return built


def _plain(value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401 - any plain value
    kind: Any = type(value)
    if kind is str:
        return value if len(value) <= _LONG else [_piece(value.encode("utf-8", "surrogatepass"), pieces)]
    if kind in _UNCHANGED:
        return value
    if kind in _ROWS:
        return [_plain(each, pieces) for each in value]
    values = _values(kind)
    return _unusual(value, pieces) if values is None else [_plain(each, pieces) for each in values(value)]


def _unusual(value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401 - any plain value
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return _piece(value, pieces)
    if isinstance(value, Mapping):
        return {key: _plain(each, pieces) for key, each in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _piece(body: bytes, pieces: list[bytes]) -> int:
    pieces.append(body)
    return len(pieces) - 1


def _text(value: Any, pieces: list[bytes]) -> str:  # noqa: ANN401 - what came, whatever it is
    if type(value) is str:
        return value
    if type(value) is list:
        return pieces[value[0]].decode("utf-8", "surrogatepass")
    raise TypeError("str")


_SIMPLE: dict[Any, Build] = {str: _text, bytes: lambda value, pieces: pieces[value]}


@cache
def _builder(kind: Any) -> Build:  # noqa: ANN401 - a type, or a union of types
    """What makes a value of this type of what came; found out once for each."""
    if kind in _UNCHANGED:
        return partial(_the_same, kind)
    if is_dataclass(kind):
        return _builder_of_dataclass(kind)
    if get_args(kind):
        return _builder_of_compound(get_origin(kind), get_args(kind))
    return _SIMPLE.get(kind) or (lambda value, _pieces: kind(value))  # a StrEnum


def _builder_of_compound(origin: Any, inner: tuple[Any, ...]) -> Build:  # noqa: ANN401
    if origin is tuple:
        build = _builder(inner[0])
        return lambda value, pieces: tuple([build(each, pieces) for each in value])
    if origin is Mapping:
        build = _builder(inner[1])
        return lambda value, pieces: {key: build(each, pieces) for key, each in value.items()}
    return _builder_of_optional(inner)


def _the_same(kind: type, value: Any, _pieces: list[bytes]) -> Any:  # noqa: ANN401
    if type(value) is not kind:
        raise TypeError(kind.__name__)
    return value


def _builder_of_dataclass(kind: Any) -> Build:  # noqa: ANN401
    hints = get_type_hints(kind)
    builders = [_builder(hints[name]) for name in _names(kind)]
    expected = len(builders)

    def build(value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401
        if len(value) != expected:
            raise ValueError(kind.__name__)
        return kind(*[one(each, pieces) for one, each in zip(builders, value, strict=True)])

    return build


def _builder_of_optional(kinds: tuple[Any, ...]) -> Build:
    """A value or None; or a moment that may be a day."""
    is_a_moment = datetime in kinds
    inner = _moment if is_a_moment else _builder(kinds[0])
    return lambda value, pieces: None if value is None else inner(value, pieces)


def _moment(value: Any, _pieces: list[bytes]) -> datetime | date:  # noqa: ANN401
    return datetime.fromisoformat(value) if len(value) > len("2026-01-01") else date.fromisoformat(value)


@cache
def _values(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """What gives the parts of a dataclass, in order; None for any other type."""
    if not is_dataclass(kind):
        return None
    names = _names(kind)
    return attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.init)
