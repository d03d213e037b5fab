"""The sandbox lets a visitor be a fictional customer: mail goes out by SMTP, answers are read by IMAP."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.config import Desk
from helpdesk.desk import mailboxes, people, teams
from helpdesk.desk.mailboxes import Server
from helpdesk.mail import imap, inbound
from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.mail.smtp import Post
from helpdesk.models.mailbox import Security
from helpdesk.privacy.readers import Machine
from helpdesk.runtime import Runtime
from helpdesk.web.app import create_app
from tests.demo.post_office import PASSWORD, PostOffice
from tests.servers.programs import LOCALHOST
from tests.web.browser import Browser

DESK = "support@corvid.example"
VISITOR = "robin.visitor@letterbox.example"
ROBIN = Address("Robin Visitor", VISITOR)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    office = PostOffice(tmp_path)
    office.start()
    yield office
    office.stop()


@pytest.fixture
def demo(runtime: Runtime, office: PostOffice) -> Runtime:
    """A desk that is a demo, with one mailbox in the sandbox's post office and one customer."""
    runtime.config = replace(runtime.config, desk=replace(runtime.config.desk, demo=True))
    imap_server, smtp_server = (
        Server(host=LOCALHOST, port=port, security=Security.PLAIN, user=DESK, password=PASSWORD)
        for port in (office.imap_port, office.smtp_port)
    )
    with runtime.db.transaction() as session:
        team = teams.add(session, "Orders", by=Machine.DEMO)
        mailboxes.add(
            session, runtime.vault, address=DESK, name="Support", team=team, imap=imap_server, smtp=smtp_server,
            by=Machine.DEMO,
        )  # fmt: skip
        people.customer_of(session, "grace@mailhill.example", "Grace Adeyemi")
        people.customer_of(session, "somebody@real-life.test", "Somebody Real")
    return runtime


@pytest.fixture
def browser(demo: Runtime) -> Browser:
    return Browser(create_app(demo))


def arrived(office: PostOffice, address: str) -> list[ParsedEmail]:
    with imap.connect(office.imap(address)) as folder:
        return [inbound.read(one.raw) for one in folder.fetch(folder.sizes(folder.new_uids(0)))]


def answer(office: PostOffice, to: str, subject: str, text: str, message_id: str = "t.1.abc@corvid.example") -> None:
    raw = f"From: Jonas <{DESK}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{message_id}>\r\n\r\n{text}\r\n"
    with Post(office.smtp()) as post:
        post.send(DESK, [to], raw.encode())


def test_what_a_visitor_writes_arrives_at_the_desks_mailbox_with_its_files(browser, office):
    page = browser.get("/sandbox")
    form = {
        "customer": "grace@mailhill.example",
        "to": DESK,
        "subject": "Grüße",
        "text": "Ist ربما 荷物 da?",
        "files": (io.BytesIO(b"one;two\r\n"), "list.csv"),
    }

    answered = browser.post("/sandbox/letters", form, content_type="multipart/form-data")

    assert page.status_code == 200
    assert answered.status_code == 303
    [email] = arrived(office, DESK)
    assert email.sender == Address("Grace Adeyemi", "grace@mailhill.example")
    assert (email.subject, email.text.strip()) == ("Grüße", "Ist ربما 荷物 da?")
    assert [(file.name, file.payload) for file in email.attachments] == [("list.csv", b"one;two\r\n")]
    assert "Sent." in browser.get(answered.location).text


def test_an_answer_is_shown_and_can_be_answered_on_its_thread(browser, office):
    answer(office, VISITOR, "Re: Where?", "It is <b>on its way</b>.")

    page = browser.get("/sandbox").text
    browser.post("/sandbox/letters", {"answers": "1", "subject": "Re: Where?", "to": DESK, "text": "Thanks!"})

    assert "It is &lt;b&gt;on its way&lt;/b&gt;." in page
    [email] = arrived(office, DESK)
    assert email.in_reply_to == ("t.1.abc@corvid.example",)
    assert email.subject == "Re: Where?"
    assert email.sender == ROBIN


def test_a_page_that_is_open_gets_new_letters_only(browser, office):
    answer(office, VISITOR, "first", "first")
    partial = {"HX-Request-Type": "partial", "HX-Request": "true"}

    nothing = browser.get("/sandbox?seen=1", headers=partial)
    answer(office, VISITOR, "second", "second", "t.1.abd@corvid.example")
    more = browser.get("/sandbox?seen=1", headers=partial)

    assert nothing.status_code == 204
    assert "second" in more.text
    assert "first" not in more.text
    assert "seen=2" in more.text


def test_only_fictional_customers_can_be_chosen(browser, office):
    page = browser.get("/sandbox?customer=somebody@real-life.test").text
    browser.post("/sandbox/letters", {"customer": "somebody@real-life.test", "to": DESK, "text": "x", "subject": "x"})

    assert "real-life.test" not in page
    assert [email.sender for email in arrived(office, DESK)] == [ROBIN]


def test_it_writes_to_nobody_but_the_desk(browser, office):
    browser.get("/sandbox")

    browser.post("/sandbox/letters", {"to": "grace@mailhill.example", "text": "x", "subject": "x"})

    assert arrived(office, "grace@mailhill.example") == []
    assert len(arrived(office, DESK)) == 1


def test_a_letter_that_cannot_be_sent_is_kept_in_the_form(browser, office):
    browser.get("/sandbox")
    office.stop()

    page = browser.post("/sandbox/letters", {"to": DESK, "text": "my words", "subject": "x"})

    assert page.status_code == 422
    assert "my words" in page.text
    assert 'role="alert"' in page.text


def test_a_desk_that_is_no_demo_has_no_sandbox(runtime):
    assert runtime.config.desk == Desk()
    app: Flask = create_app(runtime)

    assert not [rule for rule in app.url_map.iter_rules() if "sandbox" in rule.rule]
    assert Browser(app).get("/sandbox").status_code == 404
