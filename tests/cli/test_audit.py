"""`helpdesk audit` tells whether the trail is whole."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from sqlalchemy import text

from helpdesk.privacy import access, audit, chain
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from tests import world

Command = Callable[..., Result]
Says = Callable[..., str]


def test_a_whole_trail_holds_and_a_kept_checkpoint_agrees(says: Says, runtime: Runtime, tmp_path: Path):
    says("team", "add", "Support")
    seal(runtime)
    (tmp_path / "kept").write_text(says("audit", "checkpoint"))

    printed = says("audit", "verify", "--checkpoint", str(tmp_path / "kept"))

    assert "1 events hold" in printed
    assert "all that the checkpoint signed" in printed
    assert says("audit", "prove", "1").startswith("c2sp.org/tlog-proof@v1")


def test_a_cut_tail_shows_against_a_kept_checkpoint(says: Says, helpdesk: Command, runtime: Runtime, tmp_path: Path):
    says("team", "add", "Support")
    says("team", "add", "Sales")
    seal(runtime)
    (tmp_path / "kept").write_text(says("audit", "checkpoint"))
    with runtime.db.changing_form() as connection:
        for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars():
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        connection.exec_driver_sql("DELETE FROM audit_link WHERE event_id = 2")
        connection.exec_driver_sql("DELETE FROM audit_event WHERE id = 2")

    assert helpdesk("audit", "verify").exit_code == 0
    refused = helpdesk("audit", "verify", "--checkpoint", str(tmp_path / "kept"))

    assert refused.exit_code == 1
    assert "the trail was cut" in refused.stderr


def test_a_folder_of_checkpoints_is_compared_as_a_whole(
    says: Says, helpdesk: Command, runtime: Runtime, tmp_path: Path
):
    folder = tmp_path / "kept"
    folder.mkdir()
    assert "no checkpoint-*.txt" in helpdesk("audit", "verify", "--checkpoint", str(folder)).stderr
    for size, team in enumerate(["Support", "Sales"], start=1):
        says("team", "add", team)
        seal(runtime)
        (folder / f"checkpoint-{size}.txt").write_text(says("audit", "checkpoint"))

    assert "all that the checkpoint signed" in says("audit", "verify", "--checkpoint", str(folder))

    (folder / "checkpoint-2.txt").write_bytes(b"\xff")
    assert "can't be read as a checkpoint" in helpdesk("audit", "verify", "--checkpoint", str(folder)).stderr


def test_what_is_no_checkpoint_is_said_to_be_none(helpdesk: Command, tmp_path: Path):
    (tmp_path / "kept").write_text("dear aunt")

    refused = helpdesk("audit", "verify", "--checkpoint", str(tmp_path / "kept"))

    assert refused.exit_code == 1
    assert refused.stderr == "Error: this is no checkpoint of this desk\n"
    assert helpdesk("audit", "prove", "77").exit_code == 1


def seal(runtime: Runtime) -> None:
    with runtime.db.transaction() as session:
        chain.seal(session, holder="test")


def test_events_are_exported_without_personal_words(says: Says, runtime: Runtime):
    with runtime.db.transaction() as session:
        audit.record(session, "ticket.close", by=Machine.DEMO, on=("ticket", 4), words="canary")

    lines = [json.loads(line) for line in says("audit", "export").splitlines()]

    assert [line["event"]["action"] for line in lines] == ["ticket.close", "audit.export"]
    assert "canary" not in json.dumps(lines)


def test_the_export_about_one_customer_names_what_lists_showed_of_theirs(
    says: Says, helpdesk: Command, runtime: Runtime
):  # fmt: skip
    with runtime.db.transaction() as session:
        team = world.a_team(session)
        ada, ticket, other = (
            world.an_agent(session, team),
            world.a_ticket(session, team),
            world.a_ticket(session, team),
        )
        access.glimpse(session, [ticket], by=ada, view="open")
        access.glimpse(session, [other], by=ada, view="pending")
        access.read(session, ticket, by=ada)
        audit.record(session, "backup.make", by=Machine.BACKUP, on=("desk", None), basis="backup")

    printed = says("audit", "export", "--subject", str(ticket.customer_id)).splitlines()

    assert [json.loads(line)["event"]["action"] for line in printed if "ticket.open" not in line] == [
        "list.read", "ticket.read", "backup.make", "audit.export",
    ]  # fmt: skip
    assert "no customer 999" in helpdesk("audit", "export", "--subject", "999").stderr
