"""`helpdesk erase`: said first, done whole, gone on with after a kill, done again after a restore."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select

from helpdesk.models.agent import Team
from helpdesk.models.customer import Customer
from helpdesk.models.erasure import Erasure, ErasureState, Tombstone
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from tests import world

Command = Callable[..., Result]
Says = Callable[..., str]

CANARY = "quetzalcoatlus"
NILS = "nils.berg@customer.example"


@pytest.fixture
def tickets(runtime: Runtime) -> int:
    """Forty tickets of Nils, and as many of others; his last one."""
    with runtime.db.transaction() as session:
        team = world.a_team(session)
        nils, mailbox = world.a_customer(session, NILS, "Nils Berg"), world.a_mailbox(session, team)
        for number in range(40):
            text = f"The {CANARY} number {number} of {NILS} flickers. " * 20
            ticket = world.a_ticket(session, team, customer=nils, mailbox=mailbox, subject=CANARY, text=text)
            world.a_ticket(session, team, mailbox=mailbox, text=f"Lamp {number} is green. " * 20)
        return ticket.id


def traces(folder: Path) -> dict[str, int]:
    """In which files of the installation the person still stands, in any case of letters."""
    words = [CANARY.encode(), NILS.encode(), b"nils.berg"]
    found = {path.name: path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()}
    return {name: count for name, body in found.items() if (count := sum(body.count(word) for word in words))}


def test_a_dry_run_says_what_would_go_and_changes_nothing(says: Says, runtime: Runtime, tickets: int):
    printed = says("erase", NILS, "--dry-run")

    assert "40  tickets of theirs" in printed
    assert "40  messages" in printed
    with runtime.db.reading() as session:
        assert session.scalars(select(Erasure)).all() == []
        assert access.subject(session, session.get_one(Ticket, tickets), by=Machine.BACKUP) == CANARY


def test_after_an_erasure_no_file_of_the_installation_holds_a_trace(
    says: Says, runtime: Runtime, installation: Path, tickets: int
):
    assert traces(installation)

    certificate = says("erase", NILS, "--yes")

    assert "messages: 40" in certificate
    assert traces(installation) == {}
    with runtime.db.transaction() as session:
        assert len(session.scalars(select(Message)).all()) == 80
        assert session.scalars(select(Erasure)).one().scrubbed_at is not None
        reader = world.an_agent(session, *session.scalars(select(Team)).all())
        found = access.search(session, [access.Phrase(("green",))], by=reader, among=Ticket.id > 0, limit=99)
    assert len(found) == 40


@pytest.mark.parametrize("point", ["after-erasure-batch:1", "after-erasure-batch:3"])
def test_killed_between_two_batches_it_is_gone_on_with(
    says: Says, runtime: Runtime, installation: Path, tickets: int, point: str
):
    command = [sys.executable, "-m", "helpdesk.cli", "--config", str(installation / "config.toml")]
    environment = {**os.environ, "HELPDESK_FAILPOINT": point}
    killed = subprocess.run(
        [*command, "erase", NILS, "--yes"], check=False, capture_output=True, env=environment, timeout=60
    )
    assert killed.returncode == -9
    with runtime.db.reading() as session:
        assert session.scalars(select(Erasure)).one().state is ErasureState.RUNNING

    says("erase", NILS, "--yes")

    assert traces(installation) == {}
    with runtime.db.reading() as session:
        assert session.scalars(select(Erasure)).one().state is ErasureState.DONE


def test_a_restore_of_an_older_backup_erases_again_and_leaves_the_newcomer_alone(
    says: Says, runtime: Runtime, installation: Path, tickets: int, tmp_path_factory: pytest.TempPathFactory
):
    kept = tmp_path_factory.mktemp("elsewhere") / "b.tar"
    says("backup", str(kept))
    says("erase", NILS, "--yes")
    with runtime.db.transaction() as session:
        placed = session.scalars(select(Tombstone)).one().at
    runtime.db.dispose()

    printed = says("restore", str(kept), "--over")

    assert "erased again now: 1 people" in printed
    assert traces(installation) == {}
    with runtime.db.transaction() as session:
        assert session.scalars(select(Tombstone)).one().at == placed
        assert len(session.scalars(select(Message)).all()) == 80
        world.a_ticket(session, customer=world.a_customer(session, NILS, "Nils again"))
    later = kept.with_name("c.tar")
    says("backup", str(later))
    runtime.db.dispose()
    assert "erased again" not in says("restore", str(later), "--over")
    with runtime.db.reading() as session:
        assert session.scalars(select(Customer.name).where(Customer.name != "")).all().count("Nils again") == 1


def test_nobody_of_that_address_is_said_to_be_nobody(helpdesk: Command):
    refused = helpdesk("erase", "nobody@x.example", "--yes")

    assert refused.exit_code == 1
    assert "nobody here has this address" in refused.stderr
