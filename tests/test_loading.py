"""What a command loads is loaded quickly, and memory is looked after from then on as before."""

import gc
from pathlib import Path

import pytest

from helpdesk.loading import load


def test_while_a_module_is_loaded_nobody_looks_for_garbage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "loaded_by_a_test.py").write_text("import gc\nis_looked_for = gc.isenabled()\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert load("loaded_by_a_test").is_looked_for is False
    assert gc.isenabled()
    assert load("loaded_by_a_test").is_looked_for is False


def test_after_one_that_cannot_be_loaded_it_is_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "broken_for_a_test.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(ZeroDivisionError):
        load("broken_for_a_test")
    assert gc.isenabled()
