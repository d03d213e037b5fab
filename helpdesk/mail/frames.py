"""How values cross the pipe to the sandbox: JSON and bytes, never objects that could run."""

import json
import struct
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

_AS_THEY_ARE = (str, int, float, bool)
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
    built = _typed(kind, head["value"], pieces)
    if not isinstance(built, kind):
        raise TypeError(kind.__name__)
    return built


def _plain(value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401 - any plain value
    if isinstance(value, str):
        return value if len(value) <= _LONG else [_piece(value.encode("utf-8", "surrogatepass"), pieces)]
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, bytes):
        return _piece(value, pieces)
    if is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, name) for name in _names(type(value))]
    if isinstance(value, tuple | list):
        return [_plain(each, pieces) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each, pieces) for key, each in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _piece(body: bytes, pieces: list[bytes]) -> int:
    pieces.append(body)
    return len(pieces) - 1


def _typed(kind: Any, value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401 - kind is a type, or a union of types
    if value is None:
        return None
    if kind in _AS_THEY_ARE:
        if kind is str and type(value) is list:
            return pieces[value[0]].decode("utf-8", "surrogatepass")
        if type(value) is not kind:
            raise TypeError(kind.__name__)
        return value
    if is_dataclass(kind):
        return _dataclass(kind, value, pieces)
    inner = get_args(kind)
    if inner:
        return _compound(kind, inner, value, pieces)
    return pieces[value] if kind is bytes else kind(value)  # kind is a StrEnum


def _compound(kind: Any, inner: tuple[Any, ...], value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401
    origin = get_origin(kind)
    if origin is tuple:
        return tuple(_typed(inner[0], each, pieces) for each in value)
    if origin is Mapping:
        return {key: _typed(inner[1], each, pieces) for key, each in value.items()}
    return _one_of(inner, value, pieces)


def _one_of(kinds: tuple[Any, ...], value: Any, pieces: list[bytes]) -> Any:  # noqa: ANN401
    """Rebuild an optional value, or a moment that may be a day."""
    if datetime in kinds:
        return datetime.fromisoformat(value) if len(value) > len("2026-01-01") else date.fromisoformat(value)
    return _typed(kinds[0], value, pieces)


def _dataclass(kind: Any, value: list[Any], pieces: list[bytes]) -> Any:  # noqa: ANN401
    hints = _hints(kind)
    names = _names(kind)
    if len(value) != len(names):
        raise ValueError(kind.__name__)
    return kind(**{name: _typed(hints[name], each, pieces) for name, each in zip(names, value, strict=True)})


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.init)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
