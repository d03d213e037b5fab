"""Canaries: words, addresses and IPs go the whole way of the mail; none comes out where it has no business."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from helpdesk.cli import main
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_sink import Accepted, SmtpSink
from tests.stories import canary
from tests.stories.canary import ANSWER, CONTENT, CUSTOMER, NOTE, PEOPLE, TEXT, Visitor
from tests.stories.commands import started, wait_until
from tests.stories.test_any_process_killed import a_desk, tickets
from tests.stories.test_commands import PASSWORD

pytestmark = pytest.mark.story

HOST = "dave@desk.example"
SECRETS = (*canary.WORDS, CUSTOMER, canary.STRANGER, canary.NAME, canary.IN_HEADER, canary.VISITOR)
COMMANDS = (
    ("audit", "verify"),
    ("audit", "export"),
    ("policy", "verify"),
    ("statistics", "run"),
    ("statistics", "show", "--json"),
)


@dataclass
class Loop:
    """One desk that runs, and who comes to it."""

    folder: Path
    here: Runtime
    dovecot: Dovecot
    sink: SmtpSink
    user: str
    number: int = 0
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        url = self.here.config.desk.base_url.rstrip("/")
        self.staff, self.host, self.customer = (Visitor(url) for _ in range(3))

    def an_email_becomes_a_ticket_and_is_answered(self) -> None:
        self.dovecot.append_all(self.user, [canary.letter(), canary.broken_letter()])
        wait_until(lambda: tickets(self.here) and decided(self.here) == 2)
        with self.here.db.reading() as session:
            self.number = session.scalars(select(Ticket.id).order_by(Ticket.id)).first() or 0
        self.staff.sign_in("ada@desk.example", PASSWORD)
        self.staff.post("/settings/sending", undo_seconds="0")
        assert TEXT in self.staff.get(f"/tickets/{self.number}").text
        self.staff.post(f"/tickets/{self.number}/notes", text=f"The {NOTE} again.")
        self.staff.post(f"/tickets/{self.number}/replies", text=f"Try the {ANSWER}.", mode="all")
        self.arrived(lambda email: ANSWER in email.message.as_string())
        assert f"/tickets/{self.number}" in self.staff.get(f"/search?q={TEXT}").text

    def a_host_reads_it_by_permission(self) -> None:
        self.host.sign_in(HOST, PASSWORD)
        self.host.post("/grants", number=str(self.number), purpose="bug", reason="The export fails", hours="4")
        link = re.findall(r"/permission/\w+", text_of(self.arrived(lambda email: "/permission/" in text_of(email))))[
            0
        ]
        self.customer.get(link)
        self.customer.post(link, answer="allow", hours="4")
        assert TEXT in self.host.get(f"/tickets/{self.number}").text
        assert TEXT in self.typed("ticket", "show", str(self.number), "--as", HOST)

    def the_customer_looks_at_the_record(self) -> None:
        self.customer.get("/record")
        page = self.customer.post("/record", email=CUSTOMER)
        letter = self.arrived(lambda email: re.search(r"\b\d{8}\b", text_of(email)))
        record = self.customer.post(page.url, code=re.findall(r"\b\d{8}\b", text_of(letter))[0])
        assert "One who develops or hosts this desk" in record.text
        self.said += [record.text, unpacked(self.customer.get(f"{record.url}/proof").content)]

    def the_answer_bounces(self) -> None:
        """Last of what the customer's address is needed for: whom we can't write to is asked for nothing."""
        answer = self.arrived(lambda email: ANSWER in email.message.as_string())
        self.dovecot.append_all(self.user, [canary.bounce(answer.message["Message-ID"])])
        wait_until(lambda: decided(self.here) == 3)

    def a_page_and_a_job_break(self) -> None:
        """Each meets a row that makes no sense: its error says the word that stands there."""
        self.staff.post("/settings/sending", undo_seconds="2")
        self.staff.post(f"/tickets/{self.number}/replies", text=f"And the {ANSWER} twice.", mode="all")
        with canary.spoilt_messages(self.here, self.number):
            page = self.staff.get(f"/tickets/{self.number}")
            wait_until(lambda: '"LookupError"' in self.logs("worker"))
        assert (page.status_code, "LookupError at" in self.logs("web")) == (500, True)
        self.said.append(page.text)

    def logs(self, of: str = "") -> str:
        """What the desk's processes wrote down."""
        return "".join(path.read_text(errors="replace") for path in (self.folder / "run/logs").glob(f"{of}*.log"))

    def typed(self, *words: str) -> str:
        """What a command says, all of it; in this process, for each start costs seconds."""
        given = {"HELPDESK_AGENT_PASSWORD": PASSWORD}
        done = CliRunner().invoke(main, ["--config", str(self.folder / "config.toml"), *words], env=given)
        assert done.exit_code in {0, 1}, done.output
        return done.output

    def arrived(self, is_it: Callable[[Accepted], object]) -> Accepted:
        wait_until(lambda: any(is_it(email) for email in self.sink.accepted))
        return next(email for email in self.sink.accepted if is_it(email))


def test_no_canary_comes_out_where_it_has_no_business(
    tmp_path: Path, migrated_sqlite: Path, dovecot: Dovecot, smtp_sink: SmtpSink
):
    user = dovecot.new_user()
    loop = Loop(tmp_path, a_desk(tmp_path, migrated_sqlite, dovecot, smtp_sink, user), dovecot, smtp_sink, user)
    loop.typed("agent", "add", HOST, "--name", "Dave", "--role", "developer")
    here = loop.here

    with started(tmp_path, "up") as desk:
        wait_until(lambda: "runs: http" in desk.words() or desk.process.poll() is not None)
        assert desk.process.poll() is None, desk.words()
        with canary.listening_to_redis(here.config.redis_url) as heard:
            loop.an_email_becomes_a_ticket_and_is_answered()
            loop.a_host_reads_it_by_permission()
            loop.the_customer_looks_at_the_record()
            loop.the_answer_bounces()
            loop.a_page_and_a_job_break()
            loop.said += [loop.typed(*words) for words in COMMANDS]
            everything = canary.rows_of(here, besides=frozenset())
            places = {
                "Redis": canary.everything_in_redis(here.config.redis_url),
                "the trail's cores, statistics, all tables but content and people": canary.rows_of(
                    here, besides=CONTENT | PEOPLE
                ),
            }
            loop.typed("erase", CUSTOMER, "--yes")
            after = canary.rows_of(here, besides=frozenset())
        assert desk.stop() == 0

    places["the logs"] = loop.logs()
    places["what Redis was told"] = "\n".join(heard)
    places["what commands and the record say"] = "\n".join([*loop.said, desk.words()])
    visited = [url for who in (loop.staff, loop.host, loop.customer) for url in who.urls]
    places["addresses"] = "\n".join(url for url in visited if "/search?" not in url)
    letters = "\n".join(text_of(email) for email in smtp_sink.accepted if ANSWER not in text_of(email))
    assert "/permission/" in letters
    assert not [word for word in canary.WORDS if word in letters]
    assert all(one in everything for one in (*canary.WORDS[:-2], CUSTOMER))
    for name, kept in places.items():
        assert kept
        assert not [one for one in SECRETS if one in kept], f"{name}: a canary"
    assert not [one for one in (*canary.WORDS[:-1], CUSTOMER, canary.NAME) if one in after]
    with here.db.reading() as session:
        assert session.scalars(select(AccessGrant)).one().state is GrantState.REVOKED
    here.close()


def text_of(email: Accepted) -> str:
    body = email.message.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def unpacked(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "\n".join(file.read(name).decode(errors="replace") for name in file.namelist())


def decided(here: Runtime) -> int:
    """How many emails were read to an end."""
    with here.db.reading() as session:
        return len(session.scalars(select(InboundEmail.id).where(InboundEmail.decided_at.is_not(None))).all())
