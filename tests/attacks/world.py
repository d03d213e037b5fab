"""The world the cases play in: two mailboxes, three agents, tickets A and B, a poller and the web desk, all real."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, make_server

from helpdesk import clock, config
from helpdesk import runtime as parts
from helpdesk.desk import outbox, people, replies
from helpdesk.desk.composing import Sending
from helpdesk.mail.parsed import Address
from helpdesk.models.acknowledgement import Acknowledges
from helpdesk.models.agent import Agent, Role, Team
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, settings
from helpdesk.runtime import Runtime
from helpdesk.storage.vault import create_key_file
from helpdesk.web import events
from helpdesk.web.app import create_app
from tests.attacks.ground import LOCALHOST, Ground
from tests.attacks.poller import WatchedPoller, polling
from tests.servers.smtp_sink import Accepted
from tests.web.browser import PASSWORD_HASH, Browser
from tests.world import a_mailbox, a_team
from workers.delivery import deliver

SUPPORT, BILLING = "support@desk.example", "billing@desk.example"
ANA, BEN, ROOT = "ana@desk.example", "ben@desk.example", "root@desk.example"
ALICE, CAROL, DAVE = "alice@customer.example", "carol@partner.example", "dave@other.example"
SECRET_OF_A = "only those on ticket A may read this: heron"
SAVED_REPLY = "Hello {{customer.name|there}}, we look into #{{ticket.number}}. {{agent.first_name}}, {{mailbox.name}}"
PATIENCE = 90.0

CONFIGURATION = """
[desk]
base_url = "{url}"
[database]
url = "{database}"
[redis]
url = "redis://{host}:{redis}/0"
[mail]
trusted_authserv_id = "mx.desk.example"
"""
_numbers = count(1)


@dataclass
class World:
    here: Runtime
    ground: Ground
    poller: WatchedPoller
    url: str
    mailboxes: dict[str, int]  # by address
    users: dict[str, str]  # at the mail server, by address
    ticket_a: int = 0
    ticket_b: int = 0
    message_a: str = ""  # Message-ID of our last email on ticket A
    acknowledged: bool = False  # whether the writer of the last harmless email got an automatic answer
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def deliver(self, raw: bytes, to: str = SUPPORT) -> int:
        """By IMAP APPEND; returns its UID. An empty email, which no server lets in, is put into the Maildir."""
        if raw:
            return self.ground.dovecot.append(self.users[to], raw, date=clock.now())
        with self.ground.dovecot.login(self.users[to]) as client:
            uid: int = client.folder_status("INBOX", ["UIDNEXT"])[b"UIDNEXT"]
        folder = self.ground.dovecot.server.folder / "mail" / self.users[to] / "new"
        (folder / f"{int(time.time())}.{next(_numbers)}.desk").touch()
        return uid

    def wait_for(self, uids: Sequence[int], to: str = SUPPORT, *, seconds: float = PATIENCE) -> list[InboundEmail]:
        """The ledger's rows of these emails, decided; those that are not in time are left out."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.ledger(uids, to)
            decided = [row for row in rows if row.outcome is not Outcome.STORED]
            if len(decided) >= len(uids) or time.monotonic() > deadline or not self.poller.is_alive:
                return decided
            time.sleep(0.03)

    def ledger(self, uids: Sequence[int], to: str = SUPPORT) -> list[InboundEmail]:
        chosen = select(InboundEmail).where(
            InboundEmail.mailbox_id == self.mailboxes[to], InboundEmail.uid.in_(list(uids))
        )
        with self.here.db.reading() as session:
            return list(session.scalars(chosen.order_by(InboundEmail.uid)))

    def goes_on(self, seconds: float = 60) -> bool:
        """Whether one harmless email more becomes a ticket; what leaves because of it is nobody's concern."""
        number = next(_numbers)
        hanna = f"hanna{number}@customer.example"
        raw = a_letter(hanna, f"A harmless question {number}", "When do you open?")
        found = self.wait_for([self.deliver(raw)], seconds=seconds)
        self.acknowledged = any(hanna in email.recipients for email in self.send_out())
        return [row.outcome for row in found] == [Outcome.NEW_TICKET]

    def send_out(self) -> list[Accepted]:
        """Let what is due leave, and tell what the mail server was given."""
        before = len(self.ground.sink.accepted)
        with self.here.db.reading() as session:
            due = [each for mailbox in self.mailboxes.values() for each in outbox.due(session, mailbox_id=mailbox)]
        for outbound_email_id in due:
            deliver(outbound_email_id)
        return self.ground.sink.accepted[before:]

    def browser(self, agent: str) -> Browser:
        """Of an agent who is signed in."""
        if agent not in self._browsers:
            self._browsers[agent] = Browser(create_app(self.here))
            assert self._browsers[agent].sign_in(agent).status_code == 303
        return self._browsers[agent]

    def answer(self, ticket: int, text: str = "", *, by: str = ANA) -> list[Accepted]:
        """An agent answers in the web desk, to whom the desk proposes, without a text with the saved reply."""
        browser = self.browser(by)
        browser.get(f"/tickets/{ticket}")
        written = {"kind": "reply", "text": text, "then": "stay"} if text else self._saved(ticket, by)
        answered = browser.post(f"/tickets/{ticket}/replies", written)
        assert answered.status_code == 303, f"the answer was refused with {answered.status_code}"
        sent = self.send_out()
        if ticket == self.ticket_a:
            self.message_a = _message_id(sent, ALICE) or self.message_a
        return sent

    def _saved(self, ticket: int, by: str) -> dict[str, str]:
        """What the editor's picker puts in: the saved reply with its variables filled."""
        offers = self.browser(by).get(f"/tickets/{ticket}/saved-replies").get_json()
        (offered,) = offers["replies"]
        return {"kind": "reply", "text": offered["text"], "saved": str(offered["id"]), "then": "stay"}

    @property
    def markers(self) -> dict[str, str]:
        return {
            "TICKET_A_NUMBER": str(self.ticket_a),
            "TICKET_A_TAG": f"#{self.ticket_a}",
            "TICKET_A_MSGID": self.message_a,
            "LOOP_TOKEN": self.message_a.strip("<>"),
        }

    @property
    def ports(self) -> set[int]:
        """Whatever this installation may connect to."""
        return set(self.ground.ports)


def a_letter(sender: str, subject: str, text: str, **headers: str) -> bytes:
    """An ordinary email whose sender our MX vouches for."""
    domain, number = sender.rpartition("@")[2], next(_numbers)
    lines = {
        "Authentication-Results": f"mx.desk.example; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
        "From": sender,
        "To": SUPPORT,
        "Subject": subject,
        "Message-ID": f"<harness.{number}@{domain}>",
        "Date": "Mon, 01 Jun 2026 10:00:00 +0000",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{text}\r\n".encode()


@contextmanager
def a_world(ground: Ground) -> Iterator[World]:
    folder = ground.folder / f"world{next(_numbers)}"
    folder.mkdir()
    with ExitStack() as stack:
        server = make_server(LOCALHOST, 0, lambda _environ, _start: [], threaded=True)
        assert isinstance(server, ThreadedWSGIServer)
        here = stack.enter_context(_installed(ground, folder, f"http://localhost:{server.server_port}"))
        setattr(events, "_BEAT", 0.2)  # noqa: B010  final elsewhere: streams end soon, for they are waited for
        server.app, server.daemon_threads = create_app(here), False
        stack.callback(_shut_down, server, _serve(server))
        mailboxes, users = _peopled(here, ground)
        poller = stack.enter_context(polling(folder))
        world = World(here, ground, poller, here.config.desk.base_url, mailboxes, users)
        _open_tickets(world)
        yield world


@contextmanager
def _installed(ground: Ground, folder: Path, url: str) -> Iterator[Runtime]:
    written = folder / config.FILE_NAME
    database = ground.database_url(folder)
    written.write_text(
        CONFIGURATION.format(url=url, database=database, host=LOCALHOST, redis=ground.redis.port), encoding="utf-8"
    )
    create_key_file(folder / "candour.key")
    here = parts.assemble(config.load(written, environ={}))
    here.doorbell.redis.flushall()
    parts.use(here)
    try:
        yield here
    finally:
        here.close()
        here.doorbell.redis.close()


def _serve(server: BaseWSGIServer) -> threading.Thread:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    return thread


def _shut_down(server: BaseWSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    thread.join(5)
    server.server_close()


def _peopled(here: Runtime, ground: Ground) -> tuple[dict[str, int], dict[str, str]]:
    mailboxes, users = {}, {}
    with here.db.transaction() as session:
        support, billing = a_team(session, "Support"), a_team(session, "Billing")
        for address, team in ((SUPPORT, support), (BILLING, billing)):
            users[address] = ground.dovecot.new_user()
            mailboxes[address] = _mailbox(session, here, ground, team, address, users[address])
        for name, email, teams, role in (
            ("Ana", ANA, [support], Role.AGENT),
            ("Ben", BEN, [billing], Role.AGENT),
            ("Root", ROOT, [], Role.ADMIN),
        ):
            agent = Agent(name=name, email=email, role=role, teams=teams, password_hash=PASSWORD_HASH)
            session.add(agent)
            session.flush()
            settings.change_own(session, Sending(undo_seconds=0), by=agent)
        session.add(SavedReply(name="We look into it", text=SAVED_REPLY))
    return mailboxes, users


def _mailbox(session: Session, here: Runtime, ground: Ground, team: Team, address: str, user: str) -> int:
    mailbox = a_mailbox(session, team, address, port=ground.dovecot.port)
    mailbox.imap_user, mailbox.smtp_port = user, ground.sink.port
    mailbox.imap_secret = here.vault.seal(ground.dovecot.password, what="mailbox:imap")
    mailbox.go_live_at = clock.now() - timedelta(hours=1)
    mailbox.acknowledges = Acknowledges.ALWAYS
    session.flush()
    return mailbox.id


def _open_tickets(world: World) -> None:
    """A and B arrive by mail like any other; ana answers A, with carol on copy."""
    uids = [
        world.deliver(a_letter(ALICE, "Printer on fire", f"It burns. And {SECRET_OF_A}", Cc=CAROL)),
        world.deliver(a_letter(DAVE, "A question of Dave's", "Do you repair chairs?")),
    ]
    numbers = [row.ticket_id or 0 for row in world.wait_for(uids)]
    if len(numbers) != 2 or not all(numbers):
        raise NoWorld("tickets A and B could not be made:\n" + world.poller.log.read_text()[-2000:])
    world.ticket_a, world.ticket_b = numbers
    with world.here.db.transaction() as session:
        ticket = session.get_one(Ticket, world.ticket_a)
        ana = session.scalars(select(Agent).where(Agent.email == ANA)).one()
        replies.reply(
            session, ticket, "Please call the fire brigade.", by=ana,
            to=[Address("Alice", ALICE)], cc=[Address("Carol", CAROL)],
        )  # fmt: skip
    world.message_a = _message_id(world.send_out(), ALICE)
    with world.here.db.reading() as session:
        there = {one.email for one in people.participants(session, session.get_one(Ticket, world.ticket_a))}
    if not world.message_a or there != {ALICE, CAROL}:
        raise NoWorld("ticket A could not be answered")


class NoWorld(Exception):
    """What every case stands on does not work."""


def _message_id(sent: Sequence[Accepted], to: str) -> str:
    for email in reversed(sent):
        if to in email.recipients and (found := re.search(rb"(?im)^message-id:\s*(<[^>]+>)", email.raw)):
            return found[1].decode()
    return ""


def raw_of(world: World, email: InboundEmail) -> bytes:
    """What the desk keeps of an email, as an admin's or agent's download would give it."""
    by = ROOT if email.outcome in {Outcome.HELD, Outcome.QUARANTINED, Outcome.TOO_LARGE} else ANA
    with world.here.db.reading() as session:
        agent = session.scalars(select(Agent).where(Agent.email == by)).one()
        return access.read(session, session.get_one(InboundEmail, email.id), by=agent)
