"""The order in which several workers run the tests loses none of them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import turns


def an_item(path: str, name: str, *, shares: bool = False) -> Any:
    fixture = SimpleNamespace(scope="module" if shares else "function")
    return SimpleNamespace(
        path=Path("tests") / path,
        name=name,
        nodeid=f"tests/{path}::{name}",
        _fixtureinfo=SimpleNamespace(name2fixturedefs={"made": [fixture]}),
    )


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(pytest, "Function", SimpleNamespace)
    stories = [an_item("stories/test_demo.py", f"test_day_{number}", shares=True) for number in range(3)]
    faults = [an_item("faults/test_kills.py", f"test_a_worker_killed[{number}]") for number in range(5)]
    return [*stories, *(an_item("web/test_pages.py", f"test_{number}") for number in range(92)), *faults]


@pytest.mark.parametrize("workers", [2, 3, 6])
def test_each_worker_begins_with_long_ones_and_ends_with_short_ones(items: list[Any], workers: int):
    row = turns.dealt(items, workers)

    assert sorted(map(id, row)) == sorted(map(id, items))
    begin = 0
    for number in range(workers):
        end = begin + (len(row) - begin) // (workers - number)
        assert "web" not in row[begin].path.parts
        assert {"web"} <= {part for item in row[end - 3 : end] for part in item.path.parts}
        begin = end


def test_those_that_share_what_their_file_made_follow_each_other(items: list[Any]):
    at = [number for number, item in enumerate(turns.dealt(items, 3)) if item.path.name == "test_demo.py"]

    assert at == list(range(at[0], at[0] + 3))
    assert [turns.dealt(items, 3)[number].name for number in at] == ["test_day_0", "test_day_1", "test_day_2"]


def test_few_tests_are_all_run(items: list[Any]):
    assert sorted(map(id, turns.dealt(items[:2], 3))) == sorted(map(id, items[:2]))
