"""The loop once, with its times: a customer's email, the ticket on an agent's screen, the answer in their inbox."""

import re
import secrets
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from html import escape, unescape
from http.cookiejar import CookieJar

from sqlalchemy import select

from helpdesk import clock, runtime
from helpdesk.demo import letters
from helpdesk.demo.company import Writer, company
from helpdesk.demo.letters import Thread
from helpdesk.demo.premises import LOOPBACK, Premises
from helpdesk.desk import mailboxes
from helpdesk.mail import imap
from helpdesk.mail.account import ImapAccount, Secret, Security
from helpdesk.mail.smtp import Post, Verdict
from helpdesk.models.mailbox import Mailbox

TICKET_TARGET = 2.0
REPLY_TARGET = 1.0
PATIENCE = 20.0


def run(here: Premises, say: Callable[[str], None]) -> int:
    """Go through the loop and print its times; 0 when the answer arrived."""
    writer = Writer("Robin Sample", f"robin.{secrets.token_hex(3)}@letterbox.example", "en")
    agent = company().members[1]
    screen = Screen(here.config.desk.base_url)
    screen.sign_in(agent.email, company().password)
    screen.send_at_once()  # what is measured is the way of the mail, not the time to think again
    subject = f"Do you deliver to lighthouses? ({secrets.token_hex(4)})"
    begun = time.monotonic()
    _send(here, writer, subject)
    number = screen.await_ticket(subject)
    seen = time.monotonic()
    if number is None:
        say(f"The email did not become a ticket within {PATIENCE:.0f} s. Logs: {here.folder / 'run' / 'logs'}")
        return 1
    say(f"A customer's email is ticket {number} on {agent.first}'s screen after {_told(seen - begun, TICKET_TARGET)}")
    took = _answer(here, screen, number, writer)
    if took is None:
        say(f"The answer did not arrive within {PATIENCE:.0f} s. Logs: {here.folder / 'run' / 'logs'}")
        return 1
    say(f"{agent.first}'s answer is in the customer's inbox after      {_told(took, REPLY_TARGET)}")
    say(f"The loop took {time.monotonic() - begun:.2f} s. (At work an answer waits some seconds, to be taken back.)")
    return 0


def _told(seconds: float, target: float) -> str:
    verdict = "as it should" if seconds < target else "too slow"
    return f"{seconds:.2f} s  (target: under {target:.0f} s, {verdict})"


def _send(here: Premises, writer: Writer, subject: str) -> None:
    to = company().mailbox("support").address
    text = "Hello,\n\nmine has 199 steps and no doorbell. Do you deliver?\n\nRobin Sample"
    raw = letters.write(writer, to, subject, text, at=clock.now(), thread=Thread())
    here_runtime = runtime.assemble(here.config)
    with here_runtime.db.reading() as session:
        mailbox = session.scalars(select(Mailbox).where(Mailbox.address == to)).one()
        account = mailboxes.smtp_account(mailbox, here_runtime.vault)
    here_runtime.close()
    with Post(account) as post:
        answer = post.send(writer.email, [to], raw)[to]
    if answer.verdict is not Verdict.ACCEPTED:
        raise RuntimeError(f"the sandbox's mail server did not take the email: {answer.text}")


def _answer(here: Premises, screen: "Screen", number: int, writer: Writer) -> float | None:
    """Answer the ticket on the screen and wait in the customer's inbox; give the seconds since the click."""
    inbox = ImapAccount(
        host=LOOPBACK,
        port=here.ports.imap,
        security=Security.PLAIN,
        user=writer.email,
        password=Secret(here.password),
    )
    with imap.connect(inbox) as folder:
        clicked = time.monotonic()
        screen.reply(number, "Hello Robin,\n\nwe do, and we sing at the door.\n\nJonas")
        while not folder.new_uids(0):
            left = PATIENCE - (time.monotonic() - clicked)
            if left <= 0:
                return None
            folder.wait(left)
        return time.monotonic() - clicked


class Screen:
    """An agent's browser, as far as it needs to be one."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def sign_in(self, email: str, password: str) -> None:
        self._post("/sign-in", self._get("/sign-in"), {"email": email, "password": password})

    def send_at_once(self) -> None:
        """Do without the seconds in which an answer can be taken back."""
        self._post("/settings/sending", self._get("/settings/sending"), {"undo_seconds": "0"})

    def await_ticket(self, subject: str) -> int | None:
        """Look at the list of unassigned tickets until the subject is there; give the ticket's number."""
        until = time.monotonic() + PATIENCE
        link = re.compile(r'href="[^"]*/tickets/(\d+)[^"]*"[^>]*>\s*' + re.escape(escape(subject)))
        while time.monotonic() < until:
            for page in self._pages("/inbox/unassigned"):
                if found := link.search(page):
                    return int(found[1])
            time.sleep(0.05)
        return None

    def reply(self, number: int, text: str) -> None:
        self._post(f"/tickets/{number}/replies", self._get(f"/tickets/{number}"), {"text": text})

    def _pages(self, path: str) -> Iterator[str]:
        """A list from its first page to its last."""
        next_path: str | None = path
        while next_path:
            page = self._get(next_path)
            yield page
            more = re.search(r'id="more"><a[^>]* href="([^"]+)"', page)
            next_path = unescape(more[1]) if more else None

    def _get(self, path: str) -> str:
        with self._opener.open(f"{self._address}{path}", timeout=10) as answer:
            read: bytes = answer.read()
        return read.decode()

    def _post(self, path: str, page: str, form: dict[str, str]) -> None:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        fields = urllib.parse.urlencode({**form, "csrf_token": token[1] if token else ""})
        asked = urllib.request.Request(f"{self._address}{path}", fields.encode(), {"Origin": self._address})  # noqa: S310  our own address
        with self._opener.open(asked, timeout=10) as answer:
            answer.read()
