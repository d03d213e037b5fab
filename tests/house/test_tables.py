"""Every process knows all tables, not only those of the rooms it loads: a foreign key needs what it points to."""

import re
import subprocess
import sys

from tests.house.tree import ROOT

ALONE = """
from helpdesk import runtime
from helpdesk.models.base import Base
print(*(table.name for table in Base.metadata.sorted_tables))
"""


def test_the_parts_of_a_desk_bring_every_table_with_them():
    written = {
        name
        for file in (ROOT / "helpdesk").rglob("*.py")
        for name in re.findall(r'__tablename__ = "(\w+)"', file.read_text(encoding="utf-8"))
    }

    said = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=60, check=True)

    assert set(said.stdout.split()) == written
