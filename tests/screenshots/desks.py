"""What the pictures are taken of: a demo desk with every role and secret, and one that nobody wrote to yet."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn
from urllib.request import urlopen

from flask import abort
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Map

from helpdesk import config, runtime
from helpdesk.demo.company import company
from helpdesk.desk import agents, filter_rules, permissions, second_factor, teams
from helpdesk.desk.filter_rules import Wanted
from helpdesk.mail.filtering import Actions, Condition, Field
from helpdesk.models.access_grant import Purpose, Scope
from helpdesk.models.agent import Agent, Role
from helpdesk.models.message import Message
from helpdesk.models.second_factor import Authenticator
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import grants
from helpdesk.privacy.grants import Wish
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.storage import migrations
from helpdesk.storage.db import DatabaseBusy
from helpdesk.storage.vault import create_key_file
from helpdesk.web.app import Desk, create_app
from tests import furniture
from tests.furniture import Paths
from tests.web.desk import serving

PATIENCE: Final = 240  # seconds for the demo to be told from its beginning
SECOND: Final = "second@corvid.example"  # an agent who is asked for a code
_MEMBERS: Final = {
    role.value: f"{role.value}@corvid.example" for role in (Role.LEAD, Role.DPO, Role.AUDITOR, Role.DEVELOPER)
}

_RULE: Final = Wanted("Adverts", (Condition(Field.SUBJECT, ("newsletter",)),), Actions(is_spam=True))


@dataclass
class Ground:
    """Where each of the people signs in, and what only a secret leads to."""

    urls: Mapping[str, str]
    people: Mapping[str, str]  # the role's name, and by which address it signs in
    addresses: Map
    secrets: Paths
    here: Runtime
    is_turned: bool = False  # as for a language that runs from the right
    language: str = "en-GB"


@contextmanager
def running(url: str, folder: Path) -> Iterator[Ground]:
    with _demo(url, folder) as at, tempfile.TemporaryDirectory(prefix="candour-") as beside:
        here = runtime.assemble(config.load(folder / config.FILE_NAME, environ={}))
        empty = _nobody_wrote_yet(Path(beside), here.config.redis_url)
        with here.db.transaction() as session:
            secrets = _furnish(session, here)
        with serving(empty) as empty_url:
            members = {member.role: member.email for member in reversed(company().members)}
            people = {**members, **_MEMBERS, "nobody": "", "empty": members["admin"], "trouble": ""}
            urls = {who: empty_url if who in {"empty", "trouble"} else at for who in people}
            yield Ground(urls, people, empty.url_map, secrets, here)
        here.close()


@contextmanager
def _demo(url: str, folder: Path) -> Iterator[str]:
    if url:
        yield url.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "helpdesk.cli", "demo", "--folder", str(folder), "--port", str(port)]
    started = subprocess.Popen(command, start_new_session=True)
    try:
        yield _when_open(f"http://localhost:{port}", started, folder / "told")
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(60)


def _when_open(url: str, started: "subprocess.Popen[bytes]", told: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and started.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310  our own address
                if answer.status == 200 and told.exists():
                    return url
        except OSError:
            pass
        time.sleep(0.5)
    sys.exit("The demo desk did not start.")


def _furnish(session: Session, here: Runtime) -> Paths:
    """Every role signs in with the demo's password; a ticket has what is mailed to people about it."""
    admin = session.scalars(select(Agent).where(Agent.role == Role.ADMIN)).first()
    assert admin is not None
    for role, email in _MEMBERS.items():
        _member(session, email, Role(role), like=admin)
    if session.scalar(select(Agent.id).where(Agent.email == SECOND)) is None:
        second = _member(session, SECOND, Role.AGENT, like=admin)
        second_factor.begin_app(session, here.vault, second)
        session.flush()
        session.get_one(Authenticator, second.id).confirmed_at = second.created_at
    if not filter_rules.listed(session):
        filter_rules.add(session, _RULE, by=admin)
    ticket = the_ticket(session)
    somebody = session.scalars(select(Agent).where(Agent.email == _MEMBERS["developer"])).one()
    wish = Wish(Scope.TICKET, ticket.id, Purpose.BUG, "The export fails for this ticket", 24 * 60)
    asked = permissions.ask(session, here.vault, wish, by=somebody)
    made = furniture.furnish(session, here.vault, ticket, by=admin)
    return {**made, "permission.show": (f"/permission/{grants.link_secret(here.vault, asked)}",)}


def the_ticket(session: Session) -> Ticket:
    """The open one about which most was said."""
    said = select(Message.ticket_id).group_by(Message.ticket_id).order_by(func.count().desc())
    chosen = select(Ticket).where(Ticket.id.in_(said.limit(40)), Ticket.place == Place.DESK)
    return session.scalars(chosen.order_by(Ticket.status != Status.OPEN, Ticket.message_count.desc())).first() or (
        session.scalars(select(Ticket)).first() or sys.exit("The desk has no ticket.")
    )


def _member(session: Session, email: str, role: Role, *, like: Agent) -> Agent:
    known = session.scalars(select(Agent).where(Agent.email == email)).first()
    if known is not None:
        return known
    named = {Role.LEAD: "Lea Brandt", Role.DPO: "Dora Pohl", Role.AUDITOR: "Aino Virta", Role.DEVELOPER: "Deniz Kaya"}
    in_teams = teams.find(session, company().teams[:1]) if role in {Role.AGENT, Role.LEAD} else []
    made = agents.add(
        session, name=named.get(role, "Sia Codd"), email=email, role=role, teams=in_teams, by=Machine.DEMO
    )
    made.password_hash = like.password_hash
    return made


def _nobody_wrote_yet(folder: Path, redis_url: str) -> Desk:
    """A desk on its first morning; its address /trouble/500 breaks as a page would."""
    url = f"sqlite:///{folder / 'candour.db'}"
    written = f'[desk]\nname = "{company().name}"\n[database]\nurl = "{url}"\n[redis]\nurl = "{redis_url}"\n'
    (folder / config.FILE_NAME).write_text(written, encoding="utf-8")
    create_key_file(folder / "candour.key")
    here = runtime.assemble(config.load(folder / config.FILE_NAME, environ={}))
    migrations.upgrade(here.db)
    admin = next(member for member in company().members if member.role == "admin")
    with here.db.transaction() as session:
        team = teams.add(session, company().teams[0], by=Machine.DEMO)
        who = agents.add(session, name=admin.name, email=admin.email, role=Role.ADMIN, teams=[team], by=Machine.DEMO)
        agents.set_password(session, who, company().password, by=Machine.DEMO)
    made = create_app(here)
    made.add_url_rule("/trouble/<int:code>", "trouble", _in_trouble)
    return made


def _in_trouble(code: int) -> NoReturn:
    if code == 500:
        raise ZeroDivisionError
    if code == 503:
        raise DatabaseBusy("the database is busy")
    abort(code)


_in_trouble.is_public = _in_trouble.is_without_database = True  # type: ignore[attr-defined]  # as web/auth marks them
