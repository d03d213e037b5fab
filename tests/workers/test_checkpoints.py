"""Each night the signed head of the trail leaves the desk, by email and into a folder; what left shows a cut tail."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from helpdesk import clock
from helpdesk.cli import main
from helpdesk.config import Policy
from helpdesk.models.agent import Role
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.smtp_sink import SmtpSink
from tests.workers.outbox import Outbox
from workers import nightly, trail
from workers.delivery import deliver


@pytest.fixture(autouse=True)
def _a_desk_of_yesterday(runtime: Runtime) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=1)), runtime.db.transaction() as session:
        audit.record(session, "desk.begin", by=Machine.COMMAND, on=("desk", None))


def test_a_desk_that_begins_today_owes_nothing_for_the_night_before(outbox: Outbox, runtime: Runtime):
    with clock.stopped_at(clock.now() - timedelta(days=1)):
        trail.seal()
        nightly.send_checkpoint()

    assert not queued(runtime)


def queued(here: Runtime) -> list[int]:
    with here.db.reading() as session:
        chosen = select(OutboundEmail.id).where(OutboundEmail.purpose == Purpose.CHECKPOINT)
        return list(session.scalars(chosen.order_by(OutboundEmail.id)))


def test_the_officer_gets_it_once_a_night_and_the_attached_file_shows_a_cut_tail(
    outbox: Outbox, runtime: Runtime, installation: Path, smtp_sink: SmtpSink
):
    with runtime.db.transaction() as session:
        dora = world.an_agent(session, name="Dora Pohl", role=Role.DPO)
        world.an_admin(session)
    outbox.reply()
    trail.seal()

    nightly.send_checkpoint()
    nightly.send_checkpoint()
    (row,) = queued(runtime)
    deliver(row)

    (email,) = smtp_sink.to(dora.email)
    (attached,) = email.message.iter_attachments()
    kept = installation / "kept.txt"
    kept.write_bytes(attached.get_payload(decode=True))  # type: ignore[arg-type]  # bytes, of a part without parts
    verify = ["--config", str(installation / "config.toml"), "audit", "verify", "--checkpoint", str(kept)]
    assert "all that the checkpoint signed" in CliRunner().invoke(main, verify).output

    with runtime.db.changing_form() as connection:
        for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars():
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger}"')
        connection.exec_driver_sql("DELETE FROM audit_link WHERE sequence = (SELECT max(sequence) FROM audit_link)")
        connection.exec_driver_sql("DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM audit_link)")
        connection.exec_driver_sql("DELETE FROM audit_unsealed")
    assert "the trail was cut" in CliRunner().invoke(main, verify).output


def test_the_next_night_sends_what_is_new_and_nothing_where_nothing_is(outbox: Outbox, runtime: Runtime):
    with runtime.db.transaction() as session:
        world.an_admin(session)
    outbox.reply()
    trail.seal()
    nightly.send_checkpoint()

    with clock.stopped_at(clock.now() + timedelta(days=1)):
        nightly.send_checkpoint()
        assert len(queued(runtime)) == 1
        outbox.reply()
        trail.seal()
        nightly.send_checkpoint()

    assert len(queued(runtime)) == 2


def test_it_is_written_into_the_folder_that_is_set_and_one_that_is_away_stops_nothing(
    outbox: Outbox, runtime: Runtime, installation: Path
):
    with runtime.db.transaction() as session:
        world.an_admin(session)
    outbox.reply()
    trail.seal()
    runtime.config = replace(runtime.config, policy=Policy(checkpoints_folder="far"))

    nightly.send_checkpoint()
    assert len(queued(runtime)) == 1

    (installation / "far").mkdir()
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        nightly.send_checkpoint()

    assert [path.read_text().splitlines()[1] for path in (installation / "far").iterdir()]
