"""The commands that the documents tell exist, and so do the files they point to."""

import re
from pathlib import Path

import pytest
from click import Context, Group

from tests.house.tree import ROOT, files_ending, named

DOCUMENTS = files_ending(".md")
RUN = re.compile(r"(?:^|[`\s])\./run ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)
HELPDESK = re.compile(r"(?:^|[`'])helpdesk ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
FILE = re.compile(r"`((?:docs|helpdesk|workers|tests|templates|migrations|deploy|bench)/[\w./-]+)`")


def commands_of(text: str) -> set[tuple[str, str]]:
    """The words after `helpdesk`, also where ./run passes them on."""
    passed_on = {
        (first, second) for first, second in re.findall(r"\./run helpdesk ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", text)
    }
    return {(first, second) for first, second in HELPDESK.findall(text)} | passed_on


def unknown_to(main: Group, commands: set[tuple[str, str]]) -> set[tuple[str, str]]:
    def is_known(first: str, second: str) -> bool:
        command = main.get_command(context, first)
        return bool(command) and (not isinstance(command, Group) or not second or second in command.commands)

    context = Context(main)
    return {words for words in commands if not is_known(*words)}


@pytest.fixture(scope="module")
def main() -> Group:
    from helpdesk.cli import main  # noqa: PLC0415  the whole product: only where it is asked for

    assert isinstance(main, Group)
    return main


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_the_commands_a_document_tells_exist(path: Path, main: Group):
    assert not unknown_to(main, commands_of(path.read_text()))


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_what_a_document_tells_run_to_do_can_be_done(path: Path):
    door = (ROOT / "run").read_text()
    told = {what for what, _more in RUN.findall(path.read_text())}

    assert not {what for what in told if f"\n  {what})" not in door and not (ROOT / "bench" / f"{what}.py").exists()}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_the_files_a_document_points_to_exist(path: Path):
    text = path.read_text()
    pointed = [path.parent / link for link in LINK.findall(text)] + [ROOT / name for name in FILE.findall(text)]

    assert not [str(place) for place in pointed if not place.exists()]


def test_a_command_that_does_not_exist_is_seen(main: Group):
    text = "Try `helpdesk frobnicate`, `./run helpdesk doctors` or\nhelpdesk up"

    assert unknown_to(main, commands_of(text)) == {("frobnicate", ""), ("doctors", "")}
