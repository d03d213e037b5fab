"""What `helpdesk demo` does: everything on this machine, under one supervisor, with stories to look at."""

import os
import secrets
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from helpdesk import clock
from helpdesk.demo import children, oddities, once, premises, promises, rhythm, seed, statistics, stories
from helpdesk.demo.company import company
from helpdesk.demo.post.office import Office
from helpdesk.demo.premises import Premises
from helpdesk.desk import mailboxes
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.mailbox import Mailbox
from helpdesk.privacy.readers import Machine
from helpdesk.storage import migrations
from helpdesk.storage.db import Database
from helpdesk.storage.valkey import NoValkey
from helpdesk.storage.vault import open_vault
from helpdesk.supervisor import AlreadyRuns, DidNotStart, Supervisor

SHOWN_LOGINS = ("ada", "jonas", "keiko")
DAYS_FOR_ONCE = 14
"""The loop is shown on a desk with a short past, so that it need not wait for a long one."""


def run(*, folder: Path, port: int, fresh: bool, once: bool) -> int:
    """Run the demo until Ctrl-C, or once through its loop; give the exit code."""
    _forget_other_settings()
    folder = folder.resolve()
    supervisor = Supervisor(folder / premises.KEPT_OVER_A_FRESH_START, say=_say)
    code = 0
    try:
        with supervisor:
            code = _run(supervisor, folder, port, fresh=fresh, only_once=once)
    except (AlreadyRuns, DidNotStart, NoValkey) as error:
        _say(str(error))
        return 1
    if supervisor.was_asked_to_stop:
        _say("Everything has stopped. `./run demo` goes on where you left off; `./run demo --fresh` starts over.")
    return code


def _run(supervisor: Supervisor, folder: Path, port: int, *, fresh: bool, only_once: bool) -> int:
    wanted = DAYS_FOR_ONCE if only_once else rhythm.DAYS
    told = premises.days_told(folder)
    if fresh or told < wanted:
        if told and not fresh:
            _say(f"The desk that --once left knows {told} days only; it is told anew, all {wanted} of them.")
        premises.clear(folder)
        told = 0
    here = premises.move_in(folder, port, _say)
    token = secrets.token_hex(8)
    supervisor.begin(children.redis(here))
    supervisor.start(children.post(here, token))
    _prepare(supervisor, here, token, days=0 if told else wanted)
    supervisor.start(children.poll(here), children.schedule(here), children.slow_worker(here))
    supervisor.lock.write(here.config.desk.base_url)
    if only_once:
        return once.run(here, _say)
    _welcome(here)
    supervisor.watch()
    return 0


def _prepare(supervisor: Supervisor, here: Premises, token: str, *, days: int) -> None:
    """The database as this version needs it; on the first start with so many days behind it."""
    database = Database(here.config.database_url, here.config.files_folder)  # no doorbell: the past rings for nobody
    try:
        migrations.upgrade(database)
        supervisor.begin(children.web(here, token), children.worker(here))  # they get ready meanwhile
        if days:
            _tell_stories(here, database, days)
            premises.mark_told(here.folder, days)
        else:
            _reconnect(here, database)
    finally:
        database.dispose()


def _tell_stories(here: Premises, database: Database, days: int) -> None:
    now, zone = clock.now(), premises.zone()
    ordinary = stories.events(now, zone, days=days)
    events = sorted([*ordinary, *oddities.events(ordinary, now, zone)], key=lambda event: event.at)
    office = Office(here.folder / "post.db")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    with bar, Sandbox() as reader:
        task = bar.add_task(f"{days} days at {company().name} pass by", total=len(events))
        stage = seed.Stage(here.config, database, open_vault(here.config.key_file), office, reader)
        seed.furnish(stage, now, here.servers)
        seed.play(stage, events, lambda done: bar.advance(task, done))
    office.close()
    statistics.publish(here.config, now - timedelta(days=days), now)
    promises.look(here.config)


def _reconnect(here: Premises, database: Database) -> None:
    """Mail may have found other ports free than last time."""
    vault = open_vault(here.config.key_file)
    with database.transaction() as session:
        for mailbox in session.scalars(select(Mailbox)):
            imap, smtp = here.servers(mailbox.address)
            if (mailbox.imap_port, mailbox.smtp_port) != (imap.port, smtp.port):
                mailboxes.change(session, vault, mailbox, imap=imap, smtp=smtp, by=Machine.DEMO)


def _welcome(here: Premises) -> None:
    address = here.config.desk.base_url
    _say(f"\n{company().name} is open:  {address}")
    for member in (one for one in company().members if one.email.partition("@")[0] in SHOWN_LOGINS):
        teams = ", ".join(member.teams)
        _say(f"  sign in as {member.email:<22} password {company().password}   ({member.role}: {teams})")
    _say(f"  write as a customer:  {address}/sandbox")
    _say("Nothing leaves this machine. Ctrl-C stops everything.\n")


def _forget_other_settings() -> None:
    """Settings of a real desk in this shell must not reach the demo, least of all its database."""
    for name in [name for name in os.environ if name.startswith("HELPDESK_")]:
        del os.environ[name]


def _say(words: str) -> None:
    click.echo(words, err=True)
