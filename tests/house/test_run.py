"""The door: ./run lists what there is, and says what there is not."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files_ending, named


def run(*words: str, door: Path = ROOT / "run", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [door, *words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env=dict(os.environ) | variables,
    )


def test_run_alone_lists_what_there_is():
    listed = run()

    assert listed.returncode == 0
    for command in ("demo", "test", "helpdesk", "check"):
        assert f"./run {command}" in listed.stdout


def test_run_says_what_there_is_not():
    told = run("frobnicate")

    assert told.returncode == 2
    assert "There is no ./run frobnicate." in told.stderr


def test_run_says_what_to_install_where_there_is_no_python(tmp_path: Path):
    for program in ("dirname", "cat", "id"):
        (tmp_path / program).symlink_to(shutil.which(program) or "missing")
    door = Path(shutil.copy(ROOT / "run", tmp_path))

    told = run("check", door=door, PATH=str(tmp_path))

    assert told.returncode == 1
    assert "sudo apt-get install python3 python3-venv" in told.stderr


@pytest.mark.parametrize("path", [ROOT / "run", ROOT / ".ci/run"], ids=named)
def test_the_doors_can_be_opened(path: Path):
    assert os.access(path, os.X_OK)
    assert path.read_text().startswith("#!")


def test_each_bench_says_what_it_measures():
    for path in files_ending(".py"):
        if path.parent == ROOT / "bench" and path.name != "__init__.py":
            assert f"./run bench {path.stem}" in run().stdout
