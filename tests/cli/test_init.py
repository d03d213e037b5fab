"""`helpdesk init`: from an empty folder to a desk that could run, never overwriting, going on where it was left."""

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from sqlalchemy import select

from helpdesk import config, paths, runtime
from helpdesk.cli import config_file, main
from helpdesk.models.agent import Agent, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery
from helpdesk.storage import migrations
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import SmtpSink

Run = Callable[..., Result]
PASSWORD = "seven brown herons wade"
LETTER = b"From: ada@customer.example\r\nSubject: Hello\r\n\r\nIs anybody there?\r\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "desk"
    made.mkdir()
    monkeypatch.chdir(made)
    monkeypatch.delenv("HELPDESK_CONFIG", raising=False)
    return made


@pytest.fixture
def tables(folder: Path, migrated_sqlite: Path) -> None:
    """A database that has all its tables: making them takes most of the time, and other tests see it done."""
    shutil.copyfile(migrated_sqlite, folder / "candour.db").chmod(0o600)


@pytest.fixture
def run(folder: Path) -> Run:
    def run(*words: str, typed: str | None = None, **environment: str) -> Result:
        return CliRunner().invoke(main, [*words], input=typed, env=environment)

    return run


def servers(dovecot: Dovecot, smtp_sink: SmtpSink, user: str) -> list[str]:
    return [
        "--mailbox-address", "support@desk.example",
        "--imap-host", dovecot.host, "--imap-port", str(dovecot.port), "--imap-security", "plain",
        "--imap-user", user,
        "--smtp-host", smtp_sink.host, "--smtp-port", str(smtp_sink.port), "--smtp-security", "plain",
        "--smtp-user", "",
    ]  # fmt: skip


def test_without_a_question_everything_is_there(run: Run, folder: Path, dovecot: Dovecot, smtp_sink: SmtpSink):
    said = run(
        "init", "--no-input", "--desk-name", 'The "Blue" Desk', "--time-zone", "Europe/Berlin", "--port", "8123",
        "--admin-email", "ada@desk.example", *servers(dovecot, smtp_sink, dovecot.new_user()),
        HELPDESK_AGENT_PASSWORD=PASSWORD, HELPDESK_MAILBOX_PASSWORD=dovecot.password,
    )  # fmt: skip

    assert said.exit_code == 0, said.output
    here = runtime.assemble(config.load(folder / "config.toml", environ={}))
    assert here.config.desk.name == 'The "Blue" Desk'
    assert here.config.desk.base_url == "http://localhost:8123"
    assert migrations.standing(here.db).is_at_head
    with here.db.reading() as session:
        ada = session.scalars(select(Agent)).one()
        mailbox, team = session.execute(select(Mailbox, Team).join(Team, Team.id == Mailbox.team_id)).one()
    assert ada.is_admin
    assert PasswordHasher().verify(ada.password_hash or "", PASSWORD)
    assert (mailbox.address, team.name, mailbox.import_since) == ("support@desk.example", "Support", None)
    here.close()


def test_secrets_are_for_their_owner_alone_and_on_no_screen(
    run: Run, folder: Path, dovecot: Dovecot, smtp_sink: SmtpSink
):
    said = run(
        "init", "--no-input", "--admin-email", "ada@desk.example",
        *servers(dovecot, smtp_sink, dovecot.new_user()),
        HELPDESK_AGENT_PASSWORD=PASSWORD, HELPDESK_MAILBOX_PASSWORD=dovecot.password,
    )  # fmt: skip

    for name in ("config.toml", "candour.key", "candour.db"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600, name
    key = (folder / "candour.key").read_text().strip()
    for secret in (PASSWORD, dovecot.password, key):
        assert secret not in said.output
        assert secret.encode() not in (folder / "config.toml").read_bytes() + (folder / "candour.db").read_bytes()


@pytest.mark.usefixtures("tables")
def test_each_comment_of_the_example_is_in_the_configuration(run: Run, folder: Path):
    run("init", "--no-input", "--no-mailbox", "--admin-email", "ada@desk.example", "--desk-name", "Blue")

    written = (folder / "config.toml").read_text()
    assert written.count("#") == paths.example_config().read_text().count("#")
    assert tomllib.loads(written)["desk"]["name"] == "Blue"


def test_started_again_it_overwrites_nothing_and_goes_on(run: Run, folder: Path):
    first = run("init", "--no-input", "--no-mailbox", "--desk-name", "Blue")
    kept = {name: (folder / name).read_bytes() for name in ("config.toml", "candour.key")}

    second = run("init", "--no-input", "--no-mailbox", "--desk-name", "Red", "--admin-email", "ada@desk.example")
    third = run("init", "--no-input", "--no-mailbox", "--admin-email", "bob@desk.example")

    assert (first.exit_code, second.exit_code, third.exit_code) == (2, 0, 0)
    assert "--admin-email is missing" in first.stderr
    assert {name: (folder / name).read_bytes() for name in kept} == kept
    assert "ada@desk.example" in run("agent", "list").stdout
    assert "bob@desk.example" not in run("agent", "list").stdout


def test_a_wrong_answer_is_said_before_anything_is_written(run: Run, folder: Path):
    refused = run("init", "--no-input", "--no-mailbox", "--time-zone", "Berlin", "--admin-email", "ada@desk.example")

    assert refused.exit_code == 2
    assert "Europe/Berlin" in refused.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("tables")
def test_a_missing_key_of_a_desk_in_use_is_not_replaced(run: Run, folder: Path):
    run("init", "--no-input", "--no-mailbox", "--admin-email", "ada@desk.example")
    (folder / "candour.key").unlink()

    refused = run("init", "--no-input", "--no-mailbox")

    assert refused.exit_code == 1
    assert "bring it back" in refused.stderr
    assert not (folder / "candour.key").exists()


@pytest.mark.usefixtures("tables")
def test_a_mailbox_that_does_not_work_is_not_kept_unless_wanted(
    run: Run, folder: Path, dovecot: Dovecot, smtp_sink: SmtpSink
):
    words = ("init", "--no-input", "--admin-email", "ada@desk.example")
    given = servers(dovecot, smtp_sink, dovecot.new_user())

    refused = run(*words, *given, HELPDESK_MAILBOX_PASSWORD="wrong")

    assert refused.exit_code == 1
    assert "✓ incoming, port" in refused.stdout
    assert "✗ incoming, login" in refused.stdout
    assert "✓ outgoing, sending" in refused.stdout
    assert "app password" in refused.stdout
    assert run("mailbox", "list").stdout == ""
    assert run(*words, *given, "--save-anyway", HELPDESK_MAILBOX_PASSWORD="wrong").exit_code == 0
    assert "support@desk.example" in run("mailbox", "list").stdout


@pytest.mark.usefixtures("tables")
def test_the_admin_gets_a_link_when_there_is_no_password(
    run: Run, folder: Path, dovecot: Dovecot, smtp_sink: SmtpSink
):
    said = run(
        "init", "--no-input", "--admin-email", "ada@desk.example",
        *servers(dovecot, smtp_sink, dovecot.new_user()), HELPDESK_MAILBOX_PASSWORD=dovecot.password,
    )  # fmt: skip

    assert "A link to choose a password goes to ada@desk.example" in said.stdout
    here = runtime.assemble(config.load(folder / "config.toml", environ={}))
    with here.db.reading() as session:
        assert session.scalars(select(Delivery)).one().email == "ada@desk.example"
    here.close()


@pytest.mark.usefixtures("tables")
def test_questions_are_asked_until_the_mailbox_works(run: Run, folder: Path, dovecot: Dovecot, smtp_sink: SmtpSink):
    user = dovecot.new_user()
    dovecot.append_all(user, [LETTER] * 3)
    answers = [
        "Blue", "Europe/Berlin", "",  # the desk: name, time zone, address as offered
        "nonsense", "ada@desk.example", "Ada", "short", PASSWORD,  # the admin, after two mistakes
        "support@desk.example", "Support",
        dovecot.host, "plain", str(dovecot.port), user, "wrong", "INBOX",  # incoming, with a mistake
        smtp_sink.host, "plain", str(smtp_sink.port), "-",  # outgoing, where no login is wanted
        "c", "", "", "", "", "", "", dovecot.password, "", "", "", "", "",  # corrected: only the password
        "30",  # import the last 30 days
    ]  # fmt: skip

    said = run("init", typed="\n".join([*answers, ""]))

    assert said.exit_code == 0, said.output
    assert "'nonsense' is not an email address" in said.stdout
    assert "at least 12 characters" in said.stdout
    assert said.stdout.index("✗ incoming, login") < said.stdout.index("✓ incoming, login")
    assert "INBOX holds 3 emails, 3 of the last 30 days." in said.stdout
    here = runtime.assemble(config.load(folder / "config.toml", environ={}))
    with here.db.reading() as session:
        mailbox = session.scalars(select(Mailbox)).one()
    here.close()
    assert mailbox.import_since is not None
    assert 29 <= (mailbox.go_live_at - mailbox.import_since).days <= 30


@pytest.mark.parametrize(
    ("value", "kept"),
    [('a "quoted" name', 'a "quoted" name'), ("back\\slash", "back\\slash"), ("tab\tand\nline", "tab\tand\nline"),
     ("Ünïcödé 🦉", "Ünïcödé 🦉"), ("# no comment", "# no comment"), ("del\x7f", "del\x7f")],
)  # fmt: skip
def test_any_name_comes_back_from_the_configuration(tmp_path: Path, value: str, kept: str):
    config_file.write(tmp_path / "config.toml", {"desk.name": value})

    assert config.load(tmp_path / "config.toml", environ={}).desk.name == kept
