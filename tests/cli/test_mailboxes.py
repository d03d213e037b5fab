"""`helpdesk mailbox`: set up, listed, tried, given new passwords."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result
from sqlalchemy import select

from helpdesk import clock
from helpdesk.cli import mailbox_setup
from helpdesk.desk import mailboxes
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink

Command = Callable[..., Result]
Says = Callable[..., str]


@pytest.fixture
def words(dovecot: Dovecot, smtp_sink: SmtpSink) -> list[str]:
    return [
        "mailbox", "add", "--no-input", "--mailbox-address", "support@desk.example",
        "--imap-host", dovecot.host, "--imap-port", str(dovecot.port), "--imap-security", "plain",
        "--imap-user", dovecot.new_user(),
        "--smtp-host", smtp_sink.host, "--smtp-port", str(smtp_sink.port), "--smtp-security", "plain",
        "--smtp-user", "",
    ]  # fmt: skip


def test_a_mailbox_is_tried_and_kept_with_its_password_sealed(
    says: Says, words: list[str], dovecot: Dovecot, runtime: Runtime
):
    says(*words, "--import-days", "7", "--team", "Sales", environment=secret(dovecot.password))

    with runtime.db.reading() as session:
        one = session.scalars(select(Mailbox)).one()
    assert dovecot.password.encode() not in one.imap_secret
    assert mailboxes.imap_account(one, runtime.vault).password.reveal() == dovecot.password
    assert one.import_since is not None
    assert one.import_since < clock.now() - timedelta(days=6)
    assert "support@desk.example  Support  [Sales]  not polled yet" in says("mailbox", "list")


def test_a_mailbox_is_tried_step_by_step(says: Says, helpdesk: Command, words: list[str], dovecot: Dovecot):
    says(*words, environment=secret(dovecot.password))

    good = says("mailbox", "test")
    says("mailbox", "password", "support@desk.example", environment=secret("wrong"))
    bad = helpdesk("mailbox", "test", "support@desk.example")

    steps = [f"incoming, {step}" for step in ("name", "port", "encryption", "login", "folder")]
    steps += [f"outgoing, {step}" for step in ("name", "port", "encryption", "login", "sending")]
    assert [line.split(":")[0].strip() for line in good.splitlines()[1:]] == [f"✓ {step}" for step in steps]
    assert bad.exit_code == 1
    assert "✗ incoming, login" in bad.stdout
    assert "✓ outgoing, sending" in bad.stdout


def test_a_new_password_lets_paused_sending_go_on(says: Says, words: list[str], dovecot: Dovecot, runtime: Runtime):
    says(*words, environment=secret(dovecot.password))
    with runtime.db.transaction() as session:
        session.scalars(select(Mailbox)).one().sending_paused_because = "the login was refused"
    assert "sending is paused: the login was refused" in says("mailbox", "list")

    says("mailbox", "password", "support@desk.example", environment=secret("new password"))

    with runtime.db.reading() as session:
        one = session.scalars(select(Mailbox)).one()
    assert one.sending_paused_because is None
    assert mailboxes.smtp_account(one, runtime.vault).password.reveal() == "new password"


def test_what_can_not_be_is_said_in_one_line(helpdesk: Command, says: Says, words: list[str], dovecot: Dovecot):
    says(*words, environment=secret(dovecot.password))

    refusals = {
        "already": helpdesk(*words, environment=secret(dovecot.password)),
        "no mailbox": helpdesk("mailbox", "test", "sales@desk.example"),
        "--mailbox-address": helpdesk("mailbox", "add", "--no-input"),
    }

    for word, refused in refusals.items():
        assert refused.exit_code in {1, 2}
        assert word in refused.stderr
        assert len(refused.stderr.splitlines()) == 1, refused.stderr


def test_a_password_never_goes_over_the_network_in_the_clear(helpdesk: Command):
    refused = helpdesk(
        "mailbox", "add", "--no-input", "--mailbox-address", "support@desk.example",
        "--imap-host", "imap.desk.example", "--imap-security", "plain", environment=secret("canary"),
    )  # fmt: skip

    assert refused.exit_code == 1
    assert "Without encryption we only talk to this machine" in refused.stdout
    assert "canary" not in refused.output


@pytest.mark.parametrize(
    ("address", "imap", "smtp"),
    [
        ("desk@gmail.com", "imap.gmail.com", "smtp.gmail.com"),
        ("Desk@GMX.de", "imap.gmx.net", "mail.gmx.net"),
        ("desk@nobody.invalid", "imap.nobody.invalid", "smtp.nobody.invalid"),
    ],
)
def test_servers_are_guessed_from_the_address(address: str, imap: str, smtp: str):
    guess = mailbox_setup.guessed(address)

    assert (guess.imap.host, guess.imap.port, guess.imap.security) == (imap, 993, Security.TLS)
    assert (guess.smtp.host, guess.smtp.port, guess.smtp.security) == (smtp, 465, Security.TLS)


def secret(password: str) -> dict[str, str]:
    return {"HELPDESK_MAILBOX_PASSWORD": password}
