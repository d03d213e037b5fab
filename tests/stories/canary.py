"""Words, addresses and IPs that are put into a desk to see where they come out, and eyes on where that could be."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final
from urllib.parse import urljoin

import redis
import requests
from sqlalchemy import select, text

from helpdesk.models.base import Base
from helpdesk.runtime import Runtime

# what a customer writes: nobody but who may read it ever sees one of these
WORDS: Final = ("zebrafinch", "kingfisher", "goldcrest", "redwing", "bluethroat", "nuthatch", "firecrest")
SUBJECT, TEXT, FILE_NAME, FILE_TEXT, NOTE, ANSWER, BROKEN = WORDS
CUSTOMER, STRANGER = "wren.canary@customer.example", "linnet.canary@elsewhere.example"
NAME: Final = "Wren Plover"
IN_HEADER, VISITOR = "203.0.113.77", "198.51.100.42"

# content lies there, and the erasable words of the trail
CONTENT: Final = frozenset(
    {"ticket_content", "message_content", "note_content", "attachment_content", "draft_content", "draft_file_content",
     "search_text", "raw_email", "stored_file", "audit_payload", "grant_reason"}
)  # fmt: skip
# and there it stands who a person is
PEOPLE: Final = frozenset(
    {"customer", "customer_address", "participant", "message", "message_address", "delivery", "login_throttle"}
)


def letter() -> bytes:
    """As it arrives: the sender's machine in its header, a file with it."""
    email = EmailMessage()
    email["Received"] = f"from pc ([{IN_HEADER}]) by mx.desk.example; Mon, 02 Nov 2026 10:00:00 +0100"
    email["From"], email["To"], email["Subject"] = f"{NAME} <{CUSTOMER}>", "support@desk.example", f"My {SUBJECT}"
    email["Message-ID"] = "<canary-1@customer.example>"
    email.set_content(f"It is about the {TEXT}.\n")
    email.add_attachment(f"{FILE_TEXT} inside".encode(), "application", "octet-stream", filename=f"{FILE_NAME}.bin")
    return email.as_bytes()


def broken_letter() -> bytes:
    """One that names a charset nobody knows, and a part that never ends."""
    return _lines(
        f"From: <{STRANGER}>",
        "To: support@desk.example",
        f"Subject: {BROKEN}",
        "Message-ID: <2@elsewhere.example>",
        'Content-Type: multipart/mixed; boundary="x"',
        "",
        "--x",
        "Content-Type: text/plain; charset=nonsense",
        "",
        BROKEN,
    ) + b"\xff\xfe\x00\x80"  # fmt: skip


def bounce(message_id: str) -> bytes:
    """A report that an answer did not arrive."""
    return _lines(
        "Return-Path: <>",
        "From: MAILER-DAEMON@mx.customer.example",
        "To: support@desk.example",
        "Subject: Undelivered Mail",
        "Message-ID: <3@mx.customer.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="f"',
        "",
        "--f",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.customer.example",
        "",
        f"Final-Recipient: rfc822; {CUSTOMER}",
        "Action: failed",
        "Status: 5.1.1",
        f"Diagnostic-Code: smtp; 550 no {CUSTOMER} at [{IN_HEADER}]",
        "",
        "--f",
        "Content-Type: message/rfc822",
        "",
        f"Message-ID: {message_id}",
        "From: support@desk.example",
        f"To: {CUSTOMER}",
        f"Subject: Re: My {SUBJECT}",
        "",
        ANSWER,
        "--f--",
    )


def _lines(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


@dataclass
class Visitor:
    """Somebody at a browser, behind an address of theirs."""

    at: str
    http: requests.Session = field(default_factory=requests.Session)
    token: str = ""
    urls: list[str] = field(default_factory=list)

    def get(self, path: str) -> requests.Response:
        answer = self.http.get(urljoin(self.at, path), headers={"X-Forwarded-For": VISITOR}, timeout=20)
        return self._learn(answer)

    def post(self, path: str, **form: str) -> requests.Response:
        given = {"csrf_token": self.token, **form}
        answer = self.http.post(urljoin(self.at, path), given, headers={"X-Forwarded-For": VISITOR}, timeout=20)
        return self._learn(answer)

    def sign_in(self, email: str, password: str) -> None:
        self.get("/sign-in")
        assert "/sign-in" not in self.post("/sign-in", email=email, password=password).url

    def _learn(self, answer: requests.Response) -> requests.Response:
        self.urls += [one.url for one in (*answer.history, answer)]
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        self.token = found[1] if found else self.token
        return answer


@contextmanager
def spoilt_messages(here: Runtime, ticket_id: int) -> Iterator[None]:
    """Whoever loads a message of this ticket gets an error that names a customer's word."""
    spoil = text("UPDATE message SET direction = :word WHERE ticket_id = :ticket AND direction = 'sent'")
    mend = text("UPDATE message SET direction = 'sent' WHERE ticket_id = :ticket AND direction = :word")
    for change in (spoil, mend):
        with here.db.engine.begin() as connection:
            connection.execute(change, {"word": TEXT, "ticket": ticket_id})
        if change is spoil:
            yield


@contextmanager
def listening_to_redis(url: str) -> Iterator[list[str]]:
    """Every command that Redis is given: keys, values, the arguments of jobs."""
    heard: list[str] = []
    client, begun, over = redis.Redis.from_url(url), threading.Event(), threading.Event()

    def listen() -> None:
        with client.monitor() as monitor:
            begun.set()
            while not over.is_set():
                heard.append(monitor.next_command()["command"])

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert begun.wait(60)
    try:
        yield heard
    finally:
        over.set()
        with redis.Redis.from_url(url) as other:
            other.ping()  # the last thing that is heard
        thread.join(30)
        client.close()


def everything_in_redis(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.scan_iter())


def rows_of(here: Runtime, *, besides: frozenset[str]) -> str:
    """All tables but these, as text; the cores of the trail and the statistics are among them."""
    with here.db.reading() as session:
        return "\n".join(
            f"{table.name} {row}"
            for table in Base.metadata.sorted_tables
            if table.name not in besides
            for row in session.execute(select(table)).all()
        )
