"""`helpdesk policy`: publishing, showing, and a check that fails loudly."""

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from helpdesk import paths
from helpdesk.models.promise import PromiseCheck
from helpdesk.runtime import Runtime
from tests.world import a_mailbox, a_team

Command = Callable[..., Result]
Says = Callable[..., str]


def test_the_example_is_published_verified_and_shown(says: Says, installation: Path, runtime: Runtime):
    (installation / "policy.toml").write_text(paths.example_policy().read_text())

    assert "Version 1 holds now." in says("policy", "publish")
    assert "nothing changed" in says("policy", "publish")
    assert "none is broken" in says("policy", "verify")
    shown = says("policy", "show")

    assert "cookies: kept" in shown
    assert "themes: not offered" in shown
    with runtime.db.reading() as session:
        assert session.query(PromiseCheck).count() == shown.count("checked 20")


def test_one_broken_promise_is_named_and_the_exit_code_says_so(
    says: Says, helpdesk: Command, installation: Path, runtime: Runtime
):
    (installation / "policy.toml").write_text(paths.example_policy().read_text())
    says("policy", "publish")
    with runtime.db.transaction() as session:
        a_mailbox(session, a_team(session)).imap_host = "imap.provider.example"

    result = helpdesk("policy", "verify")

    assert result.exit_code == 1
    assert "mail-over-tls" in result.stderr


def test_a_promise_without_a_check_is_not_published(helpdesk: Command, installation: Path):
    (installation / "policy.toml").write_text('[[promise]]\nid = "we-care"\nsentence = "We care."\n')

    result = helpdesk("policy", "publish")

    assert result.exit_code == 1
    assert "a promise without a check can't be published" in result.stderr


def test_without_a_policy_the_next_step_is_said(helpdesk: Command):
    assert "helpdesk init" in helpdesk("policy", "publish").stderr
    assert "helpdesk policy publish" in helpdesk("policy", "verify").stderr
