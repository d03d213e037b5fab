"""The map of the keys, which `?` shows, names every key the desk knows, and no other."""

import re
from pathlib import Path

from helpdesk.paths import templates

SCRIPTS = Path(__file__).parents[2] / "helpdesk/web/static/js"
BESIDE = {"ArrowDown", "ArrowUp", "g", "*"}  # the arrows do what j and k do; two begin a pair
PAIRED = {"Shift": str.upper, "g": "g{}".format, "*": "*{}".format}
SPOKEN = {"Esc", "Enter", ";", "CtrlEnter", "CtrlAltn"}  # outside of the list of single keys


def known() -> set[str]:
    script = (SCRIPTS / "keys.js").read_text()
    blocks = re.findall(r"^const (?:SECOND|ACTIONS) = \{\n(.*?)^\};", script, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    found = re.findall(r'^  (?:"([^"]+)"|(\w+)): \(', "".join(blocks), re.MULTILINE)
    return {quoted or bare for quoted, bare in found} - BESIDE


def told() -> set[str]:
    rows = re.findall(r"^  \(\[(.+?)\], _\(", (templates() / "keys.html").read_text(), re.MULTILINE)
    found: set[str] = set()
    for row in rows:
        first, *more = re.findall(r'"([^"]+)"', row)
        if first in PAIRED and more:
            found.add(PAIRED[first](more[0]))
        elif first == "1":
            found |= set("1234")
        else:
            found |= {"".join([first, *more])} if first == "Ctrl" else {first, *more}
    return found - SPOKEN


def test_every_key_is_told_and_every_key_that_is_told_does_something():
    assert known() == told()
