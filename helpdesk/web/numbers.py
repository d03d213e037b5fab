"""Whole numbers as they come in addresses and forms: one that no row can have is no number."""

from typing import Final

from werkzeug.routing import IntegerConverter

LARGEST: Final = 2**63 - 1  # of a column, on every database


class NumberConverter(IntegerConverter):
    """`<int:…>` in an address; a larger number is an address that does not exist."""

    def __init__(self, map: object, *args: object, **kwargs: object) -> None:  # noqa: A002  werkzeug's own name
        super().__init__(map, *args, **({"max": LARGEST} | kwargs))  # type: ignore[arg-type]


def whole(text: str) -> int:
    """For `request.form.get(…, type=whole)`. Raises ValueError, upon which that takes its default."""
    number = int(text)
    if abs(number) > LARGEST:
        raise ValueError("no row has such a number")
    return number


def between(text: str, least: int, most: int) -> int | None:
    """A number as somebody typed it, in digits; None where it is none, or not one of these."""
    text = text.strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return None
    return int(text) if least <= int(text) <= most else None
