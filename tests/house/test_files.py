"""What every file of the project keeps to."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.house.tree import ROOT, files, files_ending, named

LINES = 400
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "service",
    "services",
    "data",
    "info",
    "misc",
}
MACHINE = re.compile(r"(?<![\w.$}~>])/(?:home|root|work|Users|tmp|farm)/[\w.-]+")
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
PUBLIC = {"pypi.org", "files.pythonhosted.org"}


def long_lines_of(text: str) -> list[str]:
    return [f"{count} lines"] if (count := len(text.splitlines())) > LINES else []


def machine_paths_of(text: str) -> list[str]:
    return MACHINE.findall(text)


def left_overs_of(text: str) -> list[str]:
    return LEFT_OVER.findall(text)


def found_in(paths: list[Path], look: Callable[[str], list[str]]) -> dict[str, list[str]]:
    found = {named(path): look(path.read_text(encoding="utf-8", errors="replace")) for path in paths}
    return {name: what for name, what in found.items() if what}


def test_no_file_is_longer_than_400_lines():
    assert not found_in(files_ending(".py", ".html", ".css", ".js", ".txt", ".toml"), long_lines_of)
    assert long_lines_of("line\n" * 401) == ["401 lines"]


def test_no_file_knows_a_path_of_one_machine():
    assert not found_in([path for path in files() if path.name != "uv.lock"], machine_paths_of)


@pytest.mark.parametrize("place", ["home", "root", "tmp", "Users"])
def test_a_path_of_one_machine_would_be_seen(place: str):
    assert machine_paths_of(f'open("/{place}/ada/desk")')
    assert not machine_paths_of(f"https://desk.example/{place}/ada ./{place}/ada")


def test_nothing_is_left_for_later_in_a_comment():
    assert not found_in(files_ending(".py", ".html", ".css", ".js", ".toml", ".md"), left_overs_of)
    assert left_overs_of("# TO" + "DO: later")


def test_modules_are_named_for_what_they_hold():
    assert not [named(path) for path in files_ending(".py") if {path.stem, path.parent.name} & EMPTY_NAMES]


def test_each_module_opens_with_one_sentence():
    written = [path for path in files_ending(".py") if path.name != "__init__.py" and path.read_text().strip()]

    assert not [named(path) for path in written if not path.read_text().startswith('"""')]


def test_the_lock_names_the_public_index_only():
    hosts = {urlsplit(url).netloc for url in re.findall(r'https?://[^"\s]+', (ROOT / "uv.lock").read_text())}

    assert hosts == PUBLIC
