"""Tables as CSV files in which no cell is a formula to any spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from flask import Response

# also after blanks, and written wide, as East Asian keyboards do and some spreadsheets read
_CALCULATED: Final = re.compile(r"[\t\r\n]|[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def line(cells: Sequence[object]) -> str:
    """One line; a cell that a spreadsheet would calculate begins with an apostrophe (ASVS 1.2.10)."""
    safe = [f"'{text}" if _CALCULATED.match(text) else text for text in (str(cell) for cell in cells)]
    out = io.StringIO()
    csv.writer(out).writerow(safe)
    return out.getvalue()


def answer(lines: Iterable[str], *, name: str) -> Response:
    """The lines as a file that a browser saves under this name."""
    made = Response("".join(lines), content_type="text/csv; charset=utf-8")
    made.headers.set("Content-Disposition", "attachment", filename=name)
    return made
