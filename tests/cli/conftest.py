"""The `helpdesk` command as a test runs it: in this process, on the installation of the test."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from helpdesk import clock
from helpdesk.cli import main
from helpdesk.models.mailbox import Mailbox
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink

Command = Callable[..., Result]
Says = Callable[..., str]
Checks = dict[str, dict[str, str]]


@pytest.fixture
def helpdesk(installation: Path) -> Command:
    """Run `helpdesk` with these words: an error that nobody put into words fails the test."""

    def run(*words: str, typed: str | None = None, environment: Mapping[str, str] | None = None) -> Result:
        config = str(installation / "config.toml")
        return CliRunner().invoke(main, ["--config", config, *words], input=typed, env=dict(environment or {}))

    return run


@pytest.fixture
def says(helpdesk: Command) -> Callable[..., str]:
    """What a command that succeeds prints."""

    def run(*words: str, **given: object) -> str:
        result = helpdesk(*words, **given)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def examined(helpdesk: Command, installation: Path) -> Callable[..., tuple[int, Checks]]:
    """The exit code, and what failed or is worth a look, by check."""
    (installation / "candour.db").chmod(0o600)

    def run(*words: str) -> tuple[int, Checks]:
        result = helpdesk("doctor", "--json", *words)
        told = json.loads(result.stdout)
        assert told["ok"] == (result.exit_code == 0)
        return result.exit_code, {one["check"]: one for one in told["checks"] if one["state"] != "ok"}

    return run


@pytest.fixture
def in_order(says: Says, dovecot: Dovecot, smtp_sink: SmtpSink, runtime: Runtime) -> str:
    """A desk with an admin and a mailbox that works, just polled; returns the mailbox's address."""
    says(
        "agent",
        "add",
        "ada@desk.example",
        "--name",
        "Ada",
        "--admin",
        environment={"HELPDESK_AGENT_PASSWORD": "seven brown herons wade"},
    )
    add_mailbox(says, dovecot, smtp_sink)
    with runtime.db.transaction() as session:
        session.scalars(select(Mailbox)).one().polled_at = clock.now()
    return "support@desk.example"


def add_mailbox(says: Says, dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    says(
        "mailbox", "add", "--no-input", "--mailbox-address", "support@desk.example",
        "--imap-host", dovecot.host, "--imap-port", str(dovecot.port), "--imap-security", "plain",
        "--imap-user", dovecot.new_user(),
        "--smtp-host", smtp_sink.host, "--smtp-port", str(smtp_sink.port), "--smtp-security", "plain",
        "--smtp-user", "",
        environment={"HELPDESK_MAILBOX_PASSWORD": dovecot.password},
    )  # fmt: skip
