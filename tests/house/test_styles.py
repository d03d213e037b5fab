"""One name, one thing: two style sheets that share a class by accident deform each other's pages."""

import re
from collections import defaultdict
from pathlib import Path

SHEETS = Path("helpdesk/web/static/css")
SHARED = {".bottom", ".row", ".views"}  # the frame's, which pages that are printed or listed adapt


def test_no_two_sheets_lay_out_the_same_class():
    homes = defaultdict(set)
    for sheet in SHEETS.glob("*.css"):
        rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        for selector in re.findall(r"([^{};]+)\{", rules):
            for one in map(str.strip, selector.split(",")):
                if re.fullmatch(r"\.[\w-]+", one):
                    homes[one].add(sheet.name)

    assert len(homes) > 100
    assert {name: sheets for name, sheets in homes.items() if len(sheets) > 1 and name not in SHARED} == {}
