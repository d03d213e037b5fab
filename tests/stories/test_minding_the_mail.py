"""An admin minds the mail of a real mailbox: lets go what a rule held, blocks who should be, reads again what waits.

And an agent looks at a picture from elsewhere, once the admin has allowed the desk to fetch it.
"""

import base64
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from helpdesk.desk import filter_rules
from helpdesk.desk.filter_rules import Wanted
from helpdesk.mail import remote_picture
from helpdesk.mail.filtering import Actions, Condition, Field
from helpdesk.models.agent import Agent, Team
from helpdesk.models.inbound_email import Outcome
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.chromium import Pages
from tests.servers.dovecot import Dovecot
from tests.stories.test_mail_corpus import served, sign_in
from tests.web.browser import PASSWORD_HASH
from tests.workers.desks import Desk, a_desk, an_email, polling, until
from workers import again

pytestmark = [pytest.mark.browser, pytest.mark.story]

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SHOP = {"From": "Shop <shop@offers.example>", "Subject": "Half price"}
PICTURE = (
    b"From: Nils <nils@customer.example>\r\nTo: support@desk.example\r\nSubject: Look\r\n"
    b"Message-ID: <p@customer.example>\r\nContent-Type: text/html\r\n\r\n<p>The lamp:</p><img src='http://pictures.example/lamp.png?reader=7'>\r\n"
)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A web server somewhere on the internet, and what it was asked for: address, and what else was said."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.path} {self.headers.get('Cookie')} {self.headers.get('Referer')}")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")  # its word for it does not count
            self.end_headers()
            self.wfile.write(DOT)

        def log_message(self, *_said: object) -> None:
            """Nothing on the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    line = socket.create_connection
    # the internet begins here: one name is known, and its address is this machine's
    monkeypatch.setattr(
        remote_picture, "_resolved", lambda host, _port: ["203.0.114.7"] if "pictures" in host else []
    )
    monkeypatch.setattr(
        remote_picture,
        "_connected",
        lambda _address, _port, seconds: line(("127.0.0.1", server.server_port), timeout=seconds),
    )
    yield asked
    server.shutdown()
    server.server_close()


def an_admin(desk: Desk) -> Agent:
    with desk.here.db.transaction() as session:
        root = world.an_admin(session, session.get_one(Team, desk.mailbox.team_id))
        root.password_hash = PASSWORD_HASH
        wanted = Wanted("Offers", (Condition(Field.SUBJECT, ("half price",)),), Actions(holds=True))
        rule = filter_rules.add(session, wanted, by=root)
        filter_rules.switch(session, rule, on=True, by=root)
        return root


def a_worker_comes_by(desk: Desk) -> None:
    """Do what was rung for: the poller would, too, when it is next awake."""
    for email in desk.ledger:
        again.read_again(email.id)


def test_what_is_held_is_let_go_its_sender_blocked_and_the_rest_read_again(
    runtime: Runtime, app: Flask, dovecot: Dovecot, pages: Pages
):
    desk = a_desk(runtime, dovecot)
    root = an_admin(desk)
    offers = [an_email(number, "Buy now.", **SHOP | {"Subject": f"Half price {number}"}) for number in (1, 2, 3, 4)]
    with polling(runtime), served(app) as url:
        desk.write(*offers[:3])
        until(lambda: desk.outcomes[Outcome.HELD] == 3)
        page = pages.open()
        sign_in(page, url, root.email)
        page.goto(f"{url}/needs-a-look")
        kept(page, "held")

        page.get_by_role("button", name="Release").first.click()
        page.wait_for_load_state()
        a_worker_comes_by(desk)
        until(lambda: desk.outcomes == {Outcome.HELD: 2, Outcome.NEW_TICKET: 1})

        page.goto(f"{url}/needs-a-look")
        page.get_by_role("link", name="Open it safely").first.click()
        expect(page.get_by_text("Buy now.")).to_be_visible()
        kept(page, "opened")
        page.get_by_role("button", name="Block shop@offers.example").click()
        expect(page.get_by_text("shop@offers.example is blocked")).to_be_visible()
        kept(page, "just blocked")
        desk.write(offers[3])
        until(lambda: len(desk.ledger) == 4 and Outcome.STORED not in desk.outcomes)
        assert (desk.ledger[3].outcome, desk.ledger[3].reason) == (Outcome.HELD, "its sender is blocked")

        page.goto(f"{url}/needs-a-look?on=blocked")
        kept(page, "blocked")
        page.goto(f"{url}/needs-a-look")
        page.get_by_role("button", name="Read all again").click()
        expect(page.locator("#reading")).to_be_visible()
        kept(page, "read again")
        again.go_on()
        page.close()

    assert desk.outcomes == {Outcome.HELD: 3, Outcome.NEW_TICKET: 1}


def test_a_picture_from_elsewhere_comes_through_the_desk_once_an_admin_allows_it(
    runtime: Runtime, app: Flask, dovecot: Dovecot, pages: Pages, elsewhere: list[str]
):
    desk = a_desk(runtime, dovecot)
    root = an_admin(desk)
    beyond: list[str] = []
    with polling(runtime), served(app) as url:
        desk.write(PICTURE)
        until(lambda: desk.tickets == 1)
        page = pages.open()
        page.on("request", lambda request: None if request.url.startswith(url) else beyond.append(request.url))
        sign_in(page, url, root.email)
        page.goto(f"{url}/tickets/{desk.ledger[0].ticket_id}")
        expect(page.get_by_text("1 remote picture blocked, from 1 host")).to_be_visible()
        expect(page.get_by_role("button", name="Load them")).to_have_count(0)

        page.goto(f"{url}/settings/remote-pictures")
        page.get_by_role("button", name="Let the desk fetch them").click()
        page.goto(f"{url}/tickets/{desk.ledger[0].ticket_id}")
        kept(page, "blocked pictures")
        assert not elsewhere
        page.get_by_role("button", name="Load them").click()
        picture = page.frame_locator("iframe.frame").locator("img")
        expect(picture).to_have_js_property("naturalWidth", 1, timeout=15_000)
        kept(page, "pictures")
        page.close()

    assert elsewhere == ["/lamp.png?reader=7 None None"]
    assert not [address for address in beyond if not address.startswith(("data:", "about:"))]


def kept(page: Page, name: str) -> None:
    """A picture of it at both widths and in both themes, where somebody wants to look."""
    folder = os.environ.get("HELPDESK_STORY_PICTURES")
    if not folder:
        return
    before = page.viewport_size
    for width, height in ((1440, 900), (390, 844)):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=Path(folder) / f"{name.replace(' ', '-')}-{width}-{scheme}.png", full_page=True)
    if before:
        page.set_viewport_size(before)
