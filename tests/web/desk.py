"""A desk with two teams: one that a ticket is with, and another."""

import json
import pickle  # noqa: TID251  rows as this process made them: SQLAlchemy copies them so, and in no other way
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from helpdesk import clock
from helpdesk.desk import filter_rules, permissions, privacy_requests
from helpdesk.desk.filter_rules import Wanted
from helpdesk.mail.filtering import Actions, Condition, Field
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.models.agent import Agent
from helpdesk.models.blocked_sender import BlockedSender
from helpdesk.models.draft import Draft, DraftFile, DraftKind
from helpdesk.models.filter_rule import FilterRule
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.rereading import Rereading
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.theme_report import ReportState, ReportTheme, ThemeReport, ThemeShare
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, drafts, grants
from helpdesk.privacy.drafts import DraftText
from helpdesk.privacy.grants import Wish
from helpdesk.runtime import Runtime
from helpdesk.storage.db import Database
from helpdesk.storage.vault import Vault, open_vault
from helpdesk.web import events
from helpdesk.web.app import create_app
from tests import world
from tests.web.browser import PASSWORD_HASH, Browser

# an email that waits: words, and two pictures, of which it shows the second
WAITING = (
    b"From: Kim <kim@else.example>\r\nTo: support@desk.example\r\nSubject: me too\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Mine as well.</p><img src=cid:two><script>alert(1)</script>\r\n"
    b"--b\r\nContent-Type: image/png; name=one.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    b"--b\r\nContent-Type: image/png; name=two.png\r\nContent-ID: <two>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"iVBORw0KGgo=\r\n--b--\r\n"
)


FRESH = timedelta(seconds=5)
SPAM_RULE = Wanted("Adverts", (Condition(Field.SPAM),), Actions(is_spam=True))


@dataclass
class Desk:
    """Everything a test asks about."""

    runtime: Runtime
    app: Flask
    ada: Agent  # in the team
    otto: Agent  # in another team
    root: Agent  # an admin, in no team
    ticket: Ticket
    message: Message
    attachment: Attachment
    grant: AccessGrant  # asked for by Otto, about the team's ticket
    held: InboundEmail  # an email to the team's mailbox that waits to be looked at
    draft: Draft  # of Otto, on the team's ticket
    draft_file: DraftFile
    saved_reply: SavedReply  # of the team
    blocked: BlockedSender  # whom Ada blocked
    rule: FilterRule
    request: PrivacyRequest  # over their data, of the ticket's customer
    reading: Rereading  # again, that Ada asked for
    report: ThemeReport  # of themes, with one of the ticket's number
    secret: str  # of the customer's link to it

    def browser(self, agent: Agent | None = None) -> Browser:
        browser = Browser(self.app)
        if agent is not None:
            assert browser.sign_in(agent.email).status_code == 303
        return browser


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    app = create_app(runtime)
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False  # an error is a page here too
    return app


def a_report(session: Session, number: int) -> ThemeReport:
    """A report of themes with one theme of five customers, as a worker would have kept it."""
    five = [world.a_customer(session).id for _ in range(5)]
    report = ThemeReport(
        scope="{}", is_weekly=True, state=ReportState.DONE, since=date(2026, 8, 31), until=date(2026, 11, 22),
        messages=40, customers=5, themed=30, finished_at=clock.now(),
        weeks=json.dumps([f"2026-{week}" for week in ("11-09", "11-16")]),
    )  # fmt: skip
    session.add(report)
    session.flush()
    for is_group in (True, False):
        theme = ReportTheme(
            report_id=report.id, number=number, is_group=is_group, within=number, language="en",
            name="lamp flickers", name_said_by=5, terms='[["lamp", 5], ["=dark()", 5]]', messages=30, customers=5,
            weekly="[10, 20]", told_weekly="[10, 20]", is_suppressed=False, trend="growing", ratio=2.0,
        )  # fmt: skip
        session.add(theme)
        session.flush()
        shares = [ThemeShare(report_theme_id=theme.id, customer_id=one, messages=6, weekly="[2, 4]") for one in five]
        session.add_all(shares)
    session.flush()
    return report


def furnish(session: Session, vault: Vault) -> dict[str, Any]:
    """Everything that a `Desk` names, in an empty database."""
    lamps, chairs = world.a_team(session, "Lamps"), world.a_team(session, "Chairs")
    ada = world.an_agent(session, lamps, name="Ada Fischer")
    otto = world.an_agent(session, chairs, name="Otto Weiss")
    root = world.an_admin(session)
    for agent in (ada, otto, root):
        agent.password_hash = PASSWORD_HASH
    ticket = world.a_ticket(session, lamps, text="It flickers.\n\n> How is your lamp?")
    message = world.a_message(session, ticket, html="<p>Look: <b>dark</b></p><table><tr><td>!</td></tr></table>")
    world.a_message(session, ticket, text="We are on it.", direction=Direction.SENT)
    email = InboundEmail(
        mailbox_id=ticket.mailbox_id,
        folder="INBOX",
        uidvalidity=1,
        uid=1,
        sha256=b"x" * 32,
        size=12,
        arrived_at=ticket.opened_at,
        outcome=Outcome.APPENDED,
        ticket_id=ticket.id,
    )
    session.add(email)
    session.flush()
    access.keep_raw_email(session, email, b"Subject: lamp\r\n\r\nIt flickers.")
    message.inbound_email_id = email.id
    held = InboundEmail(
        mailbox_id=ticket.mailbox_id,
        folder="INBOX",
        uidvalidity=1,
        uid=2,
        sha256=b"y" * 32,
        size=len(WAITING),
        arrived_at=ticket.opened_at,
        outcome=Outcome.HELD,
        reason="a new participant",
        ticket_id=ticket.id,
    )
    session.add(held)
    session.flush()
    access.keep_raw_email(session, held, WAITING)
    blocked = BlockedSender(address="spam@evil.example", blocked_by_id=ada.id)
    reading = Rereading(agent_id=ada.id, total=1, up_to_id=held.id)
    rule = filter_rules.add(session, SPAM_RULE, by=root)
    request = privacy_requests.add(session, ticket, RequestKind.ERASURE, time_zone="UTC", by=root)
    session.add_all([blocked, reading])
    attachment = Attachment(message_id=message.id, position=1, media_type="image/png", size=12)
    session.add(attachment)
    session.flush()
    access.write_attachment(session, attachment, name="lamp.png", body=b"\x89PNG\r\n\x1a\nrest")
    draft = Draft(ticket_id=ticket.id, agent_id=otto.id, kind=DraftKind.REPLY, key="of-otto-00000000")
    saved_reply = SavedReply(name="Bulb", text="Try another bulb.", team_id=lamps.id)
    session.add_all([draft, saved_reply])
    session.flush()
    drafts.write(session, draft, DraftText("Half a thought of Otto's"))
    draft_file = DraftFile(draft_id=draft.id, media_type="text/plain", size=1)
    session.add(draft_file)
    session.flush()
    drafts.write_file(session, draft_file, name="a.txt", body=b"a")
    report = a_report(session, ticket.number)
    wish = Wish(Scope.TICKET, ticket.id, Purpose.BUG, "The export fails", 24 * 60)
    grant = permissions.ask(session, vault, wish, by=otto)
    secret = grants.link_secret(vault, grant)
    return {
        "ada": ada, "otto": otto, "root": root, "ticket": ticket, "message": message, "attachment": attachment,
        "grant": grant, "held": held, "draft": draft, "draft_file": draft_file, "saved_reply": saved_reply,
        "blocked": blocked, "rule": rule, "request": request, "reading": reading, "report": report, "secret": secret,
    }  # fmt: skip


class Furnished:
    """A desk that is copied for each test, made anew as soon as its moments are some seconds old."""

    def __init__(self, migrated: Path, key_file: Path, folder: Path) -> None:
        self.migrated, self.file, self.vault = migrated, folder / "furnished.db", open_vault(key_file)
        self.made_at: datetime | None = None
        self.things = b""

    def into(self, here: Runtime) -> dict[str, Any]:
        """What is in this installation from now on: copied where nobody wrote before."""
        place = Path(here.config.database_url.removeprefix("sqlite:///"))
        if place.with_name(f"{place.name}-wal").exists() or not place.exists():
            with here.db.transaction() as session:
                return furnish(session, here.vault)
        if self.made_at is None or abs(clock.now() - self.made_at) > FRESH:
            self._make()
        shutil.copyfile(self.file, place)
        found: dict[str, Any] = pickle.loads(self.things)  # noqa: S301  see above
        return found

    def _make(self) -> None:
        shutil.copyfile(self.migrated, self.file)
        database = Database(f"sqlite:///{self.file}")
        self.made_at = clock.now()
        with database.transaction() as session:
            things = furnish(session, self.vault)
        self.things = pickle.dumps(things)
        database.dispose()


@pytest.fixture(scope="session")
def furnished(migrated_sqlite: Path, key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(migrated_sqlite, key_file, tmp_path_factory.mktemp("furnished"))


@pytest.fixture
def desk(runtime: Runtime, app: Flask, furnished: Furnished) -> Desk:
    return Desk(runtime, app, **furnished.into(runtime))


@pytest.fixture
def desk_url(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The desk, served on a free port. Ask for it before `pages`: browsers leave first."""
    monkeypatch.setattr(events, "_BEAT", 0.2)
    with serving(desk.app) as url:
        yield url


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    assert isinstance(server, ThreadingMixIn)
    server.daemon_threads = False  # closing waits for the last stream
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    for stream in list(app.extensions["streams"]._open.values()):
        stream.must_end.set()  # nobody listens any more, and closing waits for it
    server.shutdown()
    thread.join(5)
    server.server_close()
