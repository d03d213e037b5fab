"""`helpdesk backup` and `helpdesk restore` at the command line."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import mailboxes, teams
from helpdesk.desk.mailboxes import Server
from helpdesk.models.agent import Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.mailbox import Security
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import restored
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.runtime import Runtime
from helpdesk.supervisor import FolderLock
from tests import world
from workers import statistics

Command = Callable[..., Result]
Says = Callable[..., str]


def test_a_backup_says_what_it_holds_and_is_in_the_audit_trail(
    says: Says, installation: Path, tmp_path: Path, runtime: Runtime
):
    printed = says("backup", str(tmp_path / "b.tar"))

    assert "0 tickets" in printed
    assert "sound" in printed
    with runtime.db.reading() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.actor_id) == ("backup.make", "backup")


def test_a_restore_brings_the_desk_back_and_notes_it(says: Says, tmp_path: Path, runtime: Runtime):
    says("team", "add", "Support")
    says("backup", str(tmp_path / "b.tar"))
    says("team", "add", "Later")
    runtime.db.dispose()

    printed = says("restore", str(tmp_path / "b.tar"), "--over")

    assert "The desk is as it was" in printed
    with runtime.db.reading() as session:
        assert session.scalars(select(Team.name)).all() == ["Support"]
        assert "backup.restore" in session.scalars(select(AuditEvent.action)).all()


def test_email_that_waited_then_is_told_to_leave_now(says: Says, helpdesk: Command, tmp_path: Path, runtime: Runtime):
    with runtime.db.transaction() as session:
        team = teams.add(session, "Support", by=Machine.COMMAND)
        server = Server(host="127.0.0.1", port=25, security=Security.PLAIN)
        mailboxes.add(
            session,
            runtime.vault,
            address="support@desk.example",
            name="",
            team=team,
            imap=server,
            smtp=server,
            by=None,
        )
    says("agent", "add", "ada@desk.example", "--name", "Ada")
    says("backup", str(tmp_path / "b.tar"))
    runtime.db.dispose()

    restored = helpdesk("restore", str(tmp_path / "b.tar"), "--over")

    assert "1 recipients had not got their email then" in restored.stderr


def test_a_running_desk_is_not_restored(helpdesk: Command, says: Says, installation: Path, tmp_path: Path):
    says("backup", str(tmp_path / "b.tar"))
    lock = FolderLock(installation / "run")
    lock.take()
    try:
        refused = helpdesk("restore", str(tmp_path / "b.tar"), "--over")
    finally:
        lock.release()

    assert refused.exit_code == 1
    assert "stop it first" in refused.stderr


def test_what_can_not_be_done_is_said_in_one_line(helpdesk: Command, says: Says, tmp_path: Path):
    says("team", "add", "Support")
    says("backup", str(tmp_path / "b.tar"))
    (tmp_path / "letter.tar").write_text("dear aunt")

    refusals = [
        helpdesk("restore", str(tmp_path / "b.tar")),
        helpdesk("restore", str(tmp_path / "letter.tar"), "--over"),
        helpdesk("backup", str(tmp_path / "b.tar")),
        helpdesk("backup", str(tmp_path / "nowhere" / "b.tar")),
    ]

    assert [refused.exit_code for refused in refusals] == [1, 1, 1, 2]
    for refused, word in zip(refusals, ["--over", "no backup", "there already", "no folder"], strict=True):
        assert refused.stderr.startswith("Error: ")
        assert len(refused.stderr.splitlines()) == 1, refused.stderr
        assert word in refused.stderr


def test_another_key_file_is_noticed(helpdesk: Command, says: Says, installation: Path, tmp_path: Path):
    says("backup", str(tmp_path / "b.tar"))
    key = installation / "candour.key"
    key.write_text("00" * 32)

    restored = helpdesk("restore", str(tmp_path / "b.tar"), "--over")

    assert restored.exit_code == 0
    assert "is not the one this desk had" in restored.stderr


NOVEMBER = datetime(2026, 11, 5, 12, tzinfo=UTC)


def begun(runtime: Runtime) -> None:
    """A desk that publishes since October."""
    with runtime.db.transaction() as session:
        settings.change(session, Usage(since="2026-10"), by=Machine.COMMAND)
        world.a_ticket(session)


def publishes(runtime: Runtime, at: datetime) -> str | None:
    with clock.stopped_at(at):
        return statistics.close_next(runtime)


def test_what_was_published_since_the_backup_is_not_drawn_again(says: Says, tmp_path: Path, runtime: Runtime):
    begun(runtime)
    says("backup", str(tmp_path / "b.tar"))
    assert publishes(runtime, NOVEMBER) == "2026-10"
    runtime.db.dispose()

    with clock.stopped_at(NOVEMBER):
        result = says("restore", str(tmp_path / "b.tar"), "--over")

    assert "begin anew with 2026-12" in result
    assert publishes(runtime, NOVEMBER) is None
    assert publishes(runtime, datetime(2026, 12, 2, tzinfo=UTC)) is None
    assert publishes(runtime, datetime(2027, 1, 2, tzinfo=UTC)) == "2026-12"


def test_a_restore_that_misses_no_period_goes_on_as_before(says: Says, tmp_path: Path, runtime: Runtime):
    begun(runtime)
    assert publishes(runtime, NOVEMBER) == "2026-10"
    says("backup", str(tmp_path / "b.tar"))
    runtime.db.dispose()

    with clock.stopped_at(NOVEMBER):
        assert "anew" not in says("restore", str(tmp_path / "b.tar"), "--over")

    assert publishes(runtime, datetime(2026, 12, 2, tzinfo=UTC)) == "2026-11"


def test_a_restore_that_was_cut_short_is_settled_when_it_is_gone_on_with(
    says: Says, installation: Path, runtime: Runtime
):
    begun(runtime)
    restored.mark(installation)

    with clock.stopped_at(NOVEMBER):
        assert "begin anew with 2026-12" in says("migrate")
        assert "anew" not in says("migrate")
