"""Emails a second through one worker, beside a bare SMTP client on one connection; how soon a single one leaves."""

import smtplib  # noqa: TID251  the bare client that we are measured against
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from sqlalchemy import func, select

from helpdesk import config
from helpdesk import runtime as parts
from helpdesk.desk import people, replies
from helpdesk.models.agent import Agent, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery, DeliveryState
from helpdesk.runtime import Runtime
from helpdesk.storage import migrations
from helpdesk.storage.vault import create_key_file
from tests import world
from tests.servers.postgres import running_postgres
from tests.servers.programs import LOCALHOST, free_port
from tests.servers.redis_server import running_redis, url_of
from tests.workers.processes import start, stop, until
from workers.delivery import MARKED_TOGETHER

EMAILS: Final = 400
ROUNDS: Final = 3
SINGLES: Final = 40
LINE: Final = "Please unscrew the lamp, look at the contact and tell us what you see there.\r\n"
TEXT: Final = LINE * 45  # of text, and the same as HTML: an email of about 10 KB
LEAST_SHARE: Final = 0.25
LEAST_PER_SECOND: Final = 200.0
SLOWEST: Final = 1.0  # seconds, p95

# the server in a process of its own, so that it takes none of the worker's time
SERVER: Final = """
import sys, time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1]), ident="sink", decode_data=False).start()
print("ready", flush=True)
while True:
    time.sleep(60)
"""


@click.command(help=__doc__)
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite")
@click.option("--emails", default=EMAILS, show_default=True, help="In each round.")
def main(database: str, emails: int) -> None:
    with _server() as port, _desk(database, port) as here:
        shares, rates = [], []
        for number in range(ROUNDS):
            bare, ours = _bare(port, emails), _through_a_worker(here, emails)
            shares.append(ours / bare)
            rates.append(ours)
            click.echo(f"round {number + 1}: bare {bare:6.0f} a second, one worker {ours:6.0f}")
        waits = _singly(here)
    share, rate = statistics.median(shares), statistics.median(rates)
    typical, p95 = statistics.median(waits), statistics.quantiles(waits, n=20)[-1]
    spread = f"{share:.0%} ({min(shares):.0%}-{max(shares):.0%})"
    fast, near, soon = rate >= LEAST_PER_SECOND, share >= LEAST_SHARE, p95 <= SLOWEST
    _say(f"one worker, {database}", f"{rate:.0f} a second", f"at least {LEAST_PER_SECOND:.0f}", is_met=fast)
    _say("beside the bare connection", spread, f"at least {LEAST_SHARE:.0%}", is_met=near)
    _say("due to accepted", f"p50 {typical:.2f} s, p95 {p95:.2f} s", f"p95 at most {SLOWEST:.0f} s", is_met=soon)
    sys.exit(0 if fast and near and soon else 1)


def _say(what: str, measured: str, target: str, *, is_met: bool) -> None:
    click.echo(f"{'met   ' if is_met else 'MISSED'}  {what}: {measured}; {target}")


def _bare(port: int, emails: int) -> float:
    """How fast the same server takes emails of the same size from the standard library alone."""
    raw = f"Subject: A lamp\r\nFrom: a@desk.example\r\nTo: b@customer.example\r\n\r\n{LINE * 125}".encode()[:10_000]
    with smtplib.SMTP(LOCALHOST, port, local_hostname="bench") as client:
        began = time.perf_counter()
        for _ in range(emails):
            client.sendmail("a@desk.example", ["b@customer.example"], raw)
        return emails / (time.perf_counter() - began)


def _through_a_worker(here: Runtime, emails: int) -> float:
    """Everything that is queued for one mailbox, by one worker process; its start is not counted.

    The rows say when each was accepted: who asks again and again takes time from what is measured.
    """
    last = [_queue(here, number) for number in range(emails)][-1]
    worker = start(here.config.folder, "workers.queue")
    try:
        until(lambda: _state(here, last) is DeliveryState.ACCEPTED, 120, every=0.25)
    finally:
        stop(worker)
        here.doorbell.redis.flushall()
    with here.db.reading() as session:
        newest = select(Delivery.changed_at).order_by(Delivery.id.desc()).limit(emails)  # each has one recipient
        moments = sorted(session.scalars(newest))[MARKED_TOGETHER - 1 :]  # from when the first few were written down
    return (len(moments) - 1) / (moments[-1] - moments[0]).total_seconds()


def _singly(here: Runtime) -> list[float]:
    """One reply at a time, as agents write them: how long after it was due the server has it."""
    worker = start(here.config.folder, "workers.queue")
    clock = start(here.config.folder, "workers.schedule")
    try:
        until(lambda: "the worker is ready" in (here.config.folder / "worker.log").read_text(), 60)
        time.sleep(1)
        for number in range(SINGLES):
            email = _queue(here, number)
            until(lambda email=email: _state(here, email) is DeliveryState.ACCEPTED, 60)  # type: ignore[misc]
        with here.db.reading() as session:
            rows = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(SINGLES)).all()
            return [(row.changed_at - row.due_at).total_seconds() for row in rows]
    finally:
        stop(worker)
        stop(clock)


def _queue(here: Runtime, number: int) -> int:
    with here.db.transaction() as session:
        agent = session.scalars(select(Agent)).one()
        mailbox = session.scalars(select(Mailbox)).one()
        ticket = world.a_ticket(session, session.get_one(Team, mailbox.team_id), mailbox=mailbox)
        people.join(session, ticket, [], customer=ticket.customer)
        replies.reply(session, ticket, f"{number}: {TEXT}", by=agent)
        return session.scalars(select(func.max(Delivery.id))).one()


def _state(here: Runtime, delivery_id: int) -> DeliveryState:
    with here.db.reading() as session:
        return session.get_one(Delivery, delivery_id).state


@contextmanager
def _server() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        if server.stdout is None or server.stdout.readline() != "ready\n":
            sys.exit("The mail server did not start.")
        yield port
    finally:
        server.kill()
        server.wait()


@contextmanager
def _desk(database: str, port: int) -> Iterator[Runtime]:
    with tempfile.TemporaryDirectory() as name, running_redis() as redis, _database(database, Path(name)) as url:
        folder = Path(name)
        written = folder / config.FILE_NAME
        written.write_text(f'[database]\nurl = "{url}"\n\n[redis]\nurl = "{url_of(redis)}"\n')
        create_key_file(folder / "candour.key")
        here = parts.assemble(config.load(written, environ={}))
        migrations.upgrade(here.db)
        with here.db.transaction() as session:
            team = world.a_team(session)
            world.a_mailbox(session, team, port=port)
            world.an_agent(session, team)
        yield here
        here.close()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/candour.db"
        return
    with running_postgres() as server, server.database() as url:
        yield url


if __name__ == "__main__":
    main()
