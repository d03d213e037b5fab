"""One cookie for staff, none for customers."""

import shutil
from pathlib import Path

import pytest

from helpdesk import paths
from tests.promises.conftest import Look
from tests.web.desk import Desk

pytestmark = pytest.mark.promise("cookies")


def test_one_place_sets_a_cookie(look: Look):
    assert not look("cookies").is_broken


def test_signing_in_sets_one_cookie_and_customers_get_none(desk: Desk):
    stranger = desk.browser()
    for address in (f"/permission/{desk.secret}", "/policy"):
        answer = stranger.get(address)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers

    ada = desk.browser()
    cookies = ada.sign_in(desk.ada.email).headers.getlist("Set-Cookie")

    assert [cookie.partition("=")[0] for cookie in cookies] == ["session"]
    assert "HttpOnly" in cookies[0]


def test_another_place_that_sets_a_cookie_breaks_the_promise(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "web").mkdir()
    shutil.copy(paths.package() / "web" / "cookie.py", tmp_path / "web")
    monkeypatch.setattr(paths, "package", lambda: tmp_path)
    assert not look("cookies").is_broken

    (tmp_path / "web" / "visits.py").write_text('def count(answer):\n    answer.set_cookie("visitor", "1")\n')

    assert look("cookies").is_broken
