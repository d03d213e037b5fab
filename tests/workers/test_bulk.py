"""The job of a bulk action: killed, begun again, run twice at once; every ticket is done once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from helpdesk import clock, config
from helpdesk import runtime as runtimes
from helpdesk.desk import bulk
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.bulk import Bulk, Verb
from helpdesk.models.ticket import Status, Ticket
from helpdesk.runtime import Runtime
from tests import world
from workers import bulk as job


@pytest.fixture
def asked(runtime: Runtime) -> int:
    """Two hundred and ten tickets that are to be closed."""
    runtimes.use(runtime)
    with runtime.db.transaction() as session:
        team = world.a_team(session)
        ada, nils, mailbox = world.an_agent(session, team), world.a_customer(session), world.a_mailbox(session, team)
        rows = [Ticket(customer=nils, team=team, mailbox=mailbox) for _ in range(210)]
        session.add_all(rows)
        session.flush()
        return bulk.ask(session, Verb.CLOSE, "", [ticket.id for ticket in rows], by=ada, key="k").id


def state(here: Runtime, bulk_id: int) -> Bulk:
    with here.db.reading() as session:
        return session.get_one(Bulk, bulk_id)


def counted(here: Runtime) -> tuple[int, int]:
    """How many tickets are closed, and how often one was."""
    with here.db.reading() as session:
        closed = session.scalar(select(func.count(Ticket.id)).where(Ticket.status == Status.CLOSED)) or 0
        events = session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.action == "ticket.close")) or 0
        return closed, events


def test_killed_in_the_middle_it_goes_on_where_it_was(runtime: Runtime, asked: int):
    code = (
        "from helpdesk import config, runtime; from workers import bulk; import sys, pathlib;"
        "runtime.use(runtime.assemble(config.load(pathlib.Path(sys.argv[1])))); bulk.run(int(sys.argv[2]))"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code, str(runtime.config.folder / config.FILE_NAME), str(asked)],
        env={**os.environ, "HELPDESK_FAILPOINT": "after-bulk-piece:2"},
        check=False,
        capture_output=True,
    )
    assert killed.returncode < 0, killed.stderr
    assert counted(runtime) == (2 * bulk.PIECE, 2 * bulk.PIECE)

    with clock.stopped_at(clock.now() + timedelta(minutes=1)):
        job.go_on()

    assert counted(runtime) == (210, 210)
    assert state(runtime, asked).done == 210


def test_run_twice_at_once_every_ticket_is_done_once_and_put_back_once(runtime: Runtime, asked: int):
    with ThreadPoolExecutor(2) as both:
        list(both.map(job.run, [asked, asked]))
    assert counted(runtime) == (210, 210)

    with runtime.db.transaction() as session:
        made = session.get_one(Bulk, asked)
        bulk.undo(session, made, by=session.get_one(Agent, made.agent_id))
    with ThreadPoolExecutor(2) as both:
        list(both.map(job.run, [asked, asked]))

    assert counted(runtime) == (0, 210)
    assert state(runtime, asked).put_back == 210
