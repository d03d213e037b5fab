"""What goes wrong is said in one line with the next step, and an exit code: 2 for wrong use, 1 for failed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from helpdesk.cli import main
from helpdesk.cli.errors import in_plain_words
from helpdesk.storage import db as databases
from helpdesk.storage.vault import create_key_file
from tests.servers.programs import free_port

EVERY_COMMAND = ["up", "web", "migrate", "agent list", "backup", "mailbox test", "audit verify"]
EVERY_PROCESS = ["web", "poll", "worker", "schedule", "up --no-migrate"]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HELPDESK_CONFIG", raising=False)

    def run(*words: str) -> Result:
        result = CliRunner().invoke(main, [*words])
        assert result.exit_code in {1, 2}
        assert result.stderr.startswith("Error: ")
        assert len(result.stderr.splitlines()) == 1, result.stderr
        return result

    return run


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_no_configuration_and_a_broken_one_are_wrong_use(
    refused: Callable[..., Result], tmp_path: Path, command: str
):
    missing = refused(*command.split())
    (tmp_path / "config.toml").write_text("[web]\nprot = 1\n")
    broken = refused(*command.split())

    assert (missing.exit_code, broken.exit_code) == (2, 2)
    assert "helpdesk init" in missing.stderr
    assert "web.prot is no key" in broken.stderr


@pytest.mark.parametrize("key", ["processes", "threads"])
def test_a_desk_that_nothing_would_serve_is_refused(refused: Callable[..., Result], tmp_path: Path, key: str):
    (tmp_path / "config.toml").write_text(f"[web]\n{key} = 0\n")

    assert f"web.{key} must be 1 or more" in refused("web").stderr


@pytest.mark.parametrize("command", EVERY_PROCESS)
def test_a_process_refuses_a_database_of_another_form_and_makes_none(
    refused: Callable[..., Result], tmp_path: Path, command: str
):
    (tmp_path / "config.toml").write_text(f"[web]\nport = {free_port()}\n")
    create_key_file(tmp_path / "candour.key")

    result = refused(*command.split())

    assert result.exit_code == 1
    assert "run 'helpdesk migrate' first" in result.stderr
    assert not (tmp_path / "candour.db").exists()


def test_a_locked_or_unreachable_database_is_said(
    refused: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "config.toml").write_text(f'[database]\nurl = "postgresql://x:canary@127.0.0.1:{free_port()}/x"\n')
    away = refused("migrate")
    monkeypatch.setattr(databases, "_BUSY_MS", 100)
    (tmp_path / "config.toml").write_text("")
    CliRunner().invoke(main, ["migrate"])
    holder = databases.Database(f"sqlite:///{tmp_path / 'candour.db'}")
    with holder.transaction() as session:
        session.connection()
        busy = refused("team", "add", "Support")
    holder.dispose()

    assert away.exit_code == busy.exit_code == 1
    assert "can't be used" in away.stderr
    assert "canary" not in away.stderr
    assert "try again in a moment" in busy.stderr


def test_a_folder_that_can_not_be_written_is_said():
    error = PermissionError(13, "Permission denied")
    error.filename = "/somewhere/candour.db"

    assert in_plain_words(error).startswith("/somewhere/candour.db can't be used: Permission denied")


def test_of_a_mistake_of_ours_the_place_is_said_but_not_its_words():
    try:
        int("the customer wrote: canary")
    except ValueError as error:
        said = in_plain_words(error)

    assert "ValueError" in said
    assert "test_errors.py" in said
    assert "--debug" in said
    assert "canary" not in said
