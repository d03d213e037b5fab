"""Tables as CSV files in which no cell is a formula to any spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response


def line(cells: Sequence[object]) -> str:
    """One line; a cell that a spreadsheet would calculate begins with an apostrophe (ASVS 1.2.10)."""
    safe = [f"'{text}" if text[:1] in "=+-@\t\r" else text for text in (str(cell) for cell in cells)]
    out = io.StringIO()
    csv.writer(out).writerow(safe)
    return out.getvalue()


def answer(lines: Iterable[str], *, name: str) -> Response:
    """The lines as a file that a browser saves under this name."""
    made = Response("".join(lines), content_type="text/csv; charset=utf-8")
    made.headers.set("Content-Disposition", "attachment", filename=name)
    return made
