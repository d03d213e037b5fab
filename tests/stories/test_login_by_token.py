"""A mailbox that takes no password: from the empty settings to one that receives and sends, and each thing wrong."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import outbox, replies
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.chromium import Pages
from tests.servers.dovecot import Dovecot
from tests.servers.token_server import CLIENT, CLIENT_SECRET, USER, TokenServer, running_provider
from tests.stories.test_desk_in_browser import sign_in
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import serving
from tests.workers.desks import an_email, polling, until
from workers import mailbox_tokens as jobs
from workers.delivery import deliver

pytestmark = [pytest.mark.browser, pytest.mark.story]

OFF = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."


@pytest.fixture
def provider(dovecot: Dovecot) -> Iterator[TokenServer]:
    """Its IMAP server is the Dovecot, which asks it whose a token is."""
    with running_provider(dovecot.token_port) as running:
        yield running


@pytest.fixture
def root(runtime: Runtime, app: Flask, pages: Pages) -> Iterator[Page]:
    with runtime.db.transaction() as session:
        admin = world.an_admin(session, world.a_team(session, "Lamps"))
        admin.password_hash = PASSWORD_HASH
        email = admin.email
    with serving(app) as url:
        page = pages.open()
        pages.forgive("422")
        pages.forgive("401")  # a counter asked for with the login of the page before
        page.route(f"{runtime.config.desk.base_url}/**", lambda route: _home(route, runtime, url))
        sign_in(page, url, email)
        page.goto(f"{url}/settings/mailboxes")
        yield page
        page.close()


def _home(route: Route, here: Runtime, url: str) -> None:
    """The desk's own address is no name here: who is sent to it comes to where it is served."""
    route.fulfill(status=302, headers={"Location": url + route.request.url.removeprefix(here.config.desk.base_url)})


def set_up(root: Page, dovecot: Dovecot, provider: TokenServer) -> None:
    """The mailbox and its servers, without a password."""
    expect(root.get_by_text("There is no mailbox yet")).to_be_visible()
    root.get_by_label("The address customers write to").fill(USER)
    root.get_by_role("button", name="Go on").click()
    for side, port in (("imap", dovecot.port), ("smtp", provider.smtp_port)):
        root.locator(f"[name={side}_host]").fill("127.0.0.1")
        root.locator(f"[name={side}_security]").select_option("plain")
        root.locator(f"[name={side}_port]").fill(str(port))
    root.get_by_role("button", name="Save, log in by token").click()
    expect(root.get_by_role("heading", name=USER)).to_be_visible()


def connect(root: Page, provider: TokenServer, *, secret: str = CLIENT_SECRET, says: str = "Yes") -> None:
    """Register, sign in at the provider, and come back with what it says."""
    root.get_by_label("Another provider").check()
    root.get_by_label("Client id").fill(CLIENT)
    root.get_by_label("Client secret").fill(secret)
    root.get_by_text("Addresses of another provider").click()
    root.get_by_label("Page of consent").fill(f"{provider.url}/authorize")
    root.get_by_label("Address for tokens").fill(f"{provider.url}/token")
    root.get_by_label("Scopes").fill("mail")
    root.get_by_role("button", name="Connect").click()
    root.get_by_role("link", name="Go to the provider").click()
    root.get_by_role("link", name=says).click()
    if says == "Yes":
        root.get_by_role("button", name="Yes, connect it").click()
        expect(root.get_by_text("The login is being tried.")).to_be_visible()
        jobs.connect(1)  # and the page looks again by itself
        expect(root.get_by_role("heading", name="What was tried")).to_be_visible()


def test_from_nothing_to_a_mailbox_that_receives_and_sends(
    runtime: Runtime, root: Page, dovecot: Dovecot, provider: TokenServer
):
    set_up(root, dovecot, provider)
    with runtime.db.reading() as session:
        assert not session.get_one(Mailbox, 1).is_active  # nobody knocks there without a token

    connect(root, provider, says="No")
    expect(root.get_by_role("alert")).to_contain_text("The user said no.")
    expect(root.get_by_text("have one of them consent")).to_be_visible()
    root.get_by_role("link", name="Begin again").click()
    connect(root, provider, secret="of-last-year")
    expect(root.locator(".step.missed")).to_contain_text("make a new one at the provider and enter it here")
    provider.smtp_says = OFF
    connect(root, provider)
    expect(root.locator(".step.missed")).to_have_count(1)
    expect(root.locator(".step.missed")).to_contain_text(f"Set-CASMailbox {USER}")
    provider.smtp_says = ""
    connect(root, provider)
    expect(root.locator(".step.missed")).to_have_count(0)
    expect(root.get_by_text("It receives and sends from now on")).to_be_visible()

    with polling(runtime):
        until(lambda: _polled(runtime))
        dovecot.append("support", an_email(1))
        until(lambda: _tickets(runtime) == 1)
    with runtime.db.transaction() as session:
        ticket = session.scalars(select(Ticket)).one()
        replies.reply(session, ticket, "Try another bulb.", by=session.scalars(select(Agent)).one())
    with runtime.db.reading() as session:
        (due,) = outbox.due(session, mailbox_id=1)
    deliver(due)
    assert b"Try another bulb." in b"".join(provider.accepted)

    provider.says = "invalid_grant AADSTS700082: The refresh token has expired."
    with clock.stopped_at(clock.now() + timedelta(minutes=50)):
        jobs.renew()
    root.goto(root.url)
    expect(root.locator(".alarm")).to_contain_text("its login can't be renewed and ends soon")
    root.get_by_role("link", name="Mend it").click()
    expect(root.locator(".bar.trouble")).to_contain_text("connect again")


def _polled(here: Runtime) -> bool:
    with here.db.reading() as session:
        return session.get_one(Mailbox, 1).polled_at is not None


def _tickets(here: Runtime) -> int:
    with here.db.reading() as session:
        return len(session.scalars(select(Ticket.id)).all())
