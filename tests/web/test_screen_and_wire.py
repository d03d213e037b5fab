"""What the editor shows is what a real mail server is given: to whom, with which words, and with which files."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from html import unescape
from io import BytesIO
from random import Random
from typing import Final

import pytest
from sqlalchemy import select, update

from helpdesk.desk import composing, people, signatures
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import settings
from tests.servers.smtp_sink import Accepted, SmtpSink
from tests.web.browser import Browser
from tests.web.desk import Desk
from workers.delivery import deliver

PEOPLE: Final = (
    "eva@customer.example", "Kim Lee <kim@else.example>", "Zoë Ångström <zoe@köln.example>", "BIG@Customer.example",
    '"Nils, of Berg" <nils+lamps@customer.example>', "Εύα <eva.two@customer.example>", "o'hara@customer.example",
)  # fmt: skip
LINES: Final = (
    "Try another bulb.", ".", "..hidden", "From here on it is dark", "", "Grüße – 電球", "  indented", "a" * 1500,
    "> no quotation", "-- ", "<script>alert(1)</script> & more", "Subject: no header", "שלום",
)  # fmt: skip
FILES: Final = ("plan.txt", "Größe & Maß.pdf", 'quo"te.csv', "../../etc/passwd", "電球.png", "no-ending")
ROUNDS = 10
SIGNATURE: Final = "Ada, at the lamps"


@pytest.fixture
def ada(desk: Desk, smtp_sink: SmtpSink) -> Browser:
    with desk.runtime.db.transaction() as session:
        session.execute(update(Mailbox).values(smtp_port=smtp_sink.port))
        agent = session.get_one(Agent, desk.ada.id)
        signatures.choose(session, SIGNATURE, agent_id=agent.id, by=agent)
        settings.change_own(session, composing.Sending(undo_seconds=0), by=agent)
    return desk.browser(desk.ada)


def shown(page: str, form: str) -> dict[str, str]:
    """The fields of a form as they stand on a page."""
    inside = page[page.index(f'id="{form}"') :].partition("</form>")[0]
    fields = dict(re.findall(r'<input[^>]*name="([a-z_]+)" value="([^"]*)"', inside))
    text = re.search(r'<textarea name="text"[^>]*>(.*?)</textarea>', inside, re.DOTALL)
    assert text is not None
    return {name: unescape(value) for name, value in (fields | {"text": text[1]}).items()}


def names(page: str) -> list[str]:
    """Of the files beside the text."""
    listed = page[page.index("data-draft-files") :].partition("</ul>")[0]
    return [unescape(name) for name in re.findall(r'<span class="name" dir="auto">(.*?)</span>', listed)]


def spelt(address: str) -> str:
    """As servers have it: the domain in ASCII, all small."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}".lower()


def on_screen(fields: dict[str, str], name: str) -> list[str]:
    return list(dict.fromkeys(spelt(email) for _name, email in getaddresses([fields[name]]) if email))


def on_wire(email: EmailMessage, name: str) -> list[str]:
    return [spelt(address) for _name, address in getaddresses(email.get_all(name, []))]


def test_what_the_screen_shows_is_what_goes_over_the_wire(desk: Desk, ada: Browser, smtp_sink: SmtpSink):
    for seed in range(ROUNDS):
        chance = Random(seed)  # noqa: S311  chance, no secret
        files = {
            name: chance.randbytes(chance.randrange(3_000)) for name in chance.sample(FILES, chance.randrange(4))
        }
        page = begun(desk, ada, an_answer(chance), files)
        screen = shown(page, "reply-form")

        sent = answered(desk, ada, screen, smtp_sink)

        email = message_from_bytes(sent.raw, policy=policy.default)
        to, cc, bcc = (on_screen(screen, name) for name in ("to", "cc", "bcc"))
        assert sorted(spelt(one) for one in sent.recipients) == sorted([*to, *cc, *bcc])
        assert (on_wire(email, "To"), on_wire(email, "Cc"), email["Bcc"]) == (to, cc, None)
        assert SIGNATURE in page
        assert said(email).startswith(f"{screen['text'].strip()}\n\n-- \n{SIGNATURE}\n")
        parts = list(email.iter_attachments())
        assert sorted(bytes_of(part) for part in parts) == sorted(files.values())
        assert len(parts) == len(names(page)) == len(files)


def an_answer(chance: Random) -> dict[str, str]:
    everybody = chance.sample(PEOPLE, 5)
    return {
        "key": f"of-round-{chance.getrandbits(32):08x}", "mode": "all",
        "text": "\n".join([*chance.sample(LINES, 6), "The end"]), "to": everybody[0],
        "cc": ", ".join(everybody[1:3]), "bcc": "; ".join(everybody[3 : 3 + chance.randrange(3)]),
    }  # fmt: skip


def begun(desk: Desk, ada: Browser, typed: dict[str, str], files: dict[str, bytes]) -> str:
    """A draft with its files, and the page on which it stands again."""
    url = f"/tickets/{desk.ticket.number}"
    ada.post(f"{url}/drafts", typed)
    for name, body in files.items():
        given = {"key": typed["key"], "csrf_token": ada.token, "file": (BytesIO(body), name)}
        ada.client.post(f"{url}/drafts/files", data=given)
    page = ada.get(url).text
    assert typed["key"] in page
    return page


def answered(desk: Desk, ada: Browser, screen: dict[str, str], sink: SmtpSink) -> Accepted:
    """What the mail server is given after Send."""
    assert ada.post(f"/tickets/{desk.ticket.number}/replies", screen).status_code == 303
    with desk.runtime.db.reading() as session:
        row = session.scalars(select(OutboundEmail.id).order_by(OutboundEmail.id.desc()).limit(1)).one()
    sink.accepted.clear()
    deliver(row)
    (sent,) = (email for email in sink.accepted if "@" in email.sender)  # what the desk writes has none
    return sent


def bytes_of(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body


def said(email: EmailMessage) -> str:
    part = email.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("way", ["saved", "sent and taken back"])
def test_who_was_taken_out_of_a_line_does_not_come_back(desk: Desk, way: str):
    ada = desk.browser(desk.ada)
    ticket, former = f"/tickets/{desk.ticket.number}", "former@partner.example"
    with desk.runtime.db.transaction() as session:
        people.join(session, session.get_one(Ticket, desk.ticket.id), [(former, "")])
    fields = shown(ada.get(ticket).text, "reply-form")
    assert former in fields["cc"]

    said = fields | {"text": "For you alone", "cc": "", "kind": "reply"}
    if way == "saved":
        ada.post(f"{ticket}/drafts", said)
    else:
        ada.post(f"{ticket}/replies", said)
        undo = re.search(r'action="(/messages/[0-9]+/undo)"', ada.get(ticket).text)
        assert undo is not None
        ada.post(undo[1])

    again = shown(ada.get(ticket).text, "reply-form")
    assert (again["text"], again["cc"]) == ("For you alone", "")
