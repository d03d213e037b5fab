"""Cells of files for spreadsheets: text is text, whatever it begins with."""

import csv
import io

import pytest

from helpdesk.web import csv_file


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", " =1+1", "\r=1", "\n1", "\uff1d1+1", "\uff20a"]
)
def test_no_cell_is_calculated(cell: str):
    assert next(csv.reader(io.StringIO(csv_file.line([cell]), newline="")))[0] == f"'{cell}"


@pytest.mark.parametrize("cell", ["Lamp", "1-1", "a@b.example", " lamp = light", ""])
def test_what_is_not_calculated_stays_as_it_is(cell: str):
    assert next(csv.reader(io.StringIO(csv_file.line([cell, "x"]))))[0] == cell
