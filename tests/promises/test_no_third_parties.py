"""Our pages ask nobody but us."""

import re
import shutil
from pathlib import Path

import pytest

from helpdesk import paths
from helpdesk.privacy import page_rules
from tests.promises.conftest import Look
from tests.web.desk import Desk

pytestmark = pytest.mark.promise("no-third-parties")
LOADED = re.compile(r'(?:src|href|action)="((?:https?:)?//[^"]*)"')


def test_no_template_style_or_script_names_anybody_else(look: Look):
    assert not look("no-third-parties").is_broken


def test_pages_as_they_are_sent_name_only_us_and_say_so(desk: Desk):
    ada = desk.browser(desk.ada)

    for address in ("/sign-in", "/inbox/open", f"/tickets/{desk.ticket.number}", "/grants"):
        answer = ada.get(address)
        assert not LOADED.findall(answer.text)
        assert answer.headers["Content-Security-Policy"] == page_rules.PAGE


@pytest.mark.parametrize(
    "line",
    [
        '<img src="https://x.example/a.gif">',
        "<link href='//x.example/a.css'>",
        "a { background: url(//x.example) }",
    ],
)
def test_a_template_that_loads_something_breaks_the_promise(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
):
    shutil.copytree(paths.templates(), tmp_path / "templates")
    (tmp_path / "templates" / "page.html").write_text(line)
    monkeypatch.setattr(paths, "templates", lambda: tmp_path / "templates")

    assert look("no-third-parties").is_broken


def test_a_script_that_names_somebody_breaks_it_and_the_beginning_of_a_link_that_is_typed_does_not(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(paths.static(), tmp_path / "static")
    monkeypatch.setattr(paths, "static", lambda: tmp_path / "static")
    script = tmp_path / "static" / "js" / "app.js"

    script.write_text('link("https://" + typed);')
    assert not look("no-third-parties").is_broken
    script.write_text('fetch("https://x.example/a");')
    assert look("no-third-parties").is_broken


def test_a_laxer_content_policy_breaks_the_promise(look: Look, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(page_rules, "ALL", ("default-src 'self'; img-src 'self' https:",))

    assert look("no-third-parties").is_broken
