"""Other people's test mail, delivered for real: each ends in the ledger once, each ticket opens, nothing stops."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import func, select
from werkzeug.serving import make_server

from helpdesk.models.agent import Agent, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.runtime import Runtime
from helpdesk.web import events
from tests.servers.chromium import Pages
from tests.servers.dovecot import Dovecot
from tests.web.browser import PASSWORD, PASSWORD_HASH
from tests.workers.desks import Desk, a_desk, an_email, polling, until
from tests.world import an_agent

CORPUS = os.environ.get("HELPDESK_MAIL_CORPUS")
TABS = 2

# as a click in the list opens them: the desk's own page stays, the ticket's pane changes
OPEN_EACH = """async (addresses) => {
  const loaded = (frame) => new Promise((done) => {
    const page = () => frame.contentDocument;
    const shown = () => page()?.readyState === 'complete' && page().URL !== 'about:blank';
    const until = Date.now() + 20000;
    const look = () => shown() ? done(true) : Date.now() > until ? done(false) : setTimeout(look, 10);
    look();
  });
  const broken = [];
  for (const [number, address] of addresses) {
    await htmx.ajax('GET', address, {target: '#ticket', swap: 'innerHTML'});
    const ticket = document.querySelector('#ticket article.ticket');
    if (ticket?.dataset.ticket !== String(number) || !ticket.querySelector('.message')) broken.push(address);
    for (const frame of document.querySelectorAll('#ticket iframe.frame')) {
      frame.loading = 'eager';
      if (!await loaded(frame)) broken.push(frame.src);
    }
  }
  return broken;
}"""


@pytest.mark.story
@pytest.mark.browser
@pytest.mark.skipif(not CORPUS, reason="HELPDESK_MAIL_CORPUS is not set: no folder of real messages to deliver")
def test_every_message_of_the_corpus_has_one_outcome_every_ticket_opens_and_the_next_email_is_a_ticket_within_seconds(
    runtime: Runtime, app: Flask, dovecot: Dovecot, pages: Pages, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(events, "_BEAT", 0.2)
    desk = a_desk(runtime, dovecot)
    messages = [path.read_bytes() for path in sorted(Path(str(CORPUS)).rglob("*.eml"))]
    desk.write(*filter(None, messages))
    delivered = len(dovecot.messages(desk.user))

    with polling(runtime), served(app) as url:
        until(lambda: len(desk.ledger) == delivered and Outcome.STORED not in desk.outcomes, 240)
        broken = opened(pages, url, desk, tickets(desk))
        before, began = desk.tickets, time.monotonic()
        desk.write(an_email(0))
        until(lambda: desk.tickets == before + 1, 10)
        assert time.monotonic() - began < 10
        broken += opened(pages, url, desk, tickets(desk)[-1:])

    assert Counter(email.uid for email in desk.ledger).most_common(1)[0][1] == 1
    assert all(email.reason and email.decided_at for email in desk.ledger)
    assert not [email for email in desk.ledger if "could not be filed" in email.reason]
    assert not broken
    assert read_of(desk, "ticket") == desk.tickets
    with desk.here.db.reading() as session:
        formatted = session.scalar(select(func.count(Message.ticket_id.distinct())).where(Message.has_html)) or 0
    assert read_of(desk, "message") == formatted > 50  # each letter in a frame of its own


def read_of(desk: Desk, kind: str) -> int:
    """How many different ones the trail knows to be read by agents."""
    read = select(func.count(AuditEvent.object_id.distinct())).where(
        AuditEvent.action == f"{kind}.read", AuditEvent.actor_kind == "agent"
    )
    with desk.here.db.reading() as session:
        return session.scalar(read) or 0


def tickets(desk: Desk) -> list[tuple[int, str]]:
    """Each with the address that shows it, with its formatting if it has any."""
    with desk.here.db.reading() as session:
        made = session.execute(select(Message.ticket_id, Message.id).where(Message.has_html).order_by(Message.id))
        formatted = {ticket_id: f"?html={message_id}" for ticket_id, message_id in made}
        numbers = session.scalars(select(Ticket.id).order_by(Ticket.id))
        return [(number, f"/tickets/{number}{formatted.get(number, '')}") for number in numbers]


def opened(pages: Pages, url: str, desk: Desk, shown: list[tuple[int, str]]) -> list[str]:
    """Open tickets in a few tabs at once; what did not open, or was answered with a server's error."""
    broken: list[str] = []
    first = pages.open()
    first.context.on(
        "response", lambda answer: broken.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )
    sign_in(first, url, an_agent_of(desk))
    tabs = [first, *(first.context.new_page() for _ in range(TABS - 1))]
    for number, tab in enumerate(tabs):
        tab.goto(f"{url}/inbox/closed", wait_until="load")  # a list with nothing in it
        tab.evaluate(f"addresses => {{ window.broken = ({OPEN_EACH})(addresses) }}", shown[number::TABS])
    for tab in tabs:
        broken += tab.evaluate("window.broken")
        tab.close()
    return broken


def an_agent_of(desk: Desk) -> str:
    with desk.here.db.transaction() as session:
        agent: Agent = an_agent(session, session.get_one(Team, desk.mailbox.team_id))
        agent.password_hash = PASSWORD_HASH
        return agent.email


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(url)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_selector("#list")


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    assert isinstance(server, ThreadingMixIn)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join(5)
    server.server_close()
