"""Our emails watch nobody."""

import shutil
from pathlib import Path

import pytest

from helpdesk import paths
from tests.promises.conftest import Look

pytestmark = pytest.mark.promise("no-tracking-in-mail")


def test_no_email_loads_anything(look: Look):
    assert not look("no-tracking-in-mail").is_broken


@pytest.mark.parametrize(
    "line", ['<img src="{{ pixel }}">', '<a href="https://x.example/">', '<p style="background: url(a)">']
)
def test_an_email_that_loads_something_breaks_the_promise(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
):
    shutil.copytree(paths.templates(), tmp_path / "templates")
    (tmp_path / "templates" / "mail" / "reply.html").write_text(line)
    monkeypatch.setattr(paths, "templates", lambda: tmp_path / "templates")

    assert look("no-tracking-in-mail").is_broken
