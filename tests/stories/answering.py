"""A desk whose mailbox lies at a real Dovecot behind a real Postfix: what stories of answers stand on."""

import smtplib  # noqa: TID251  a customer sends
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.desk import composing, outbox
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.mailbox import Mailbox, MailboxPosition
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import drafts, settings
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.dovecot import Dovecot
from tests.servers.relay import DOMAIN, Relay
from tests.servers.smtp_sink import Accepted
from tests.web.browser import PASSWORD_HASH
from tests.workers.desks import polling, until
from workers.delivery import deliver


@dataclass(frozen=True)
class Answering:
    """The desk; customers have addresses of this story, since the servers are shared."""

    here: Runtime
    relay: Relay
    mailbox_id: int
    agent_id: int
    user: str

    @property
    def address(self) -> str:
        return f"{self.user}@{DOMAIN}"

    def of(self, name: str) -> str:
        return f"{name}.{self.user}@customer.example"

    def write(
        self,
        name: str,
        text: str,
        *,
        cc: tuple[str, ...] = (),
        answers: Accepted | None = None,
        is_fetched: bool = True,
    ) -> None:
        """A customer writes, by the relay; returns when it is on a ticket, if it is fetched."""
        email = EmailMessage()
        email["From"], email["To"] = f"{name.title()} <{self.of(name)}>", self.address
        if cc:
            email["Cc"] = ", ".join(f"{one.title()} <{self.of(one)}>" for one in cc)
        email["Subject"], email["Message-ID"] = "The lamp flickers", make_msgid(domain="customer.example")
        if answers:
            email["In-Reply-To"] = answers.message["Message-ID"]
        email.set_content(text)
        before = self.messages
        with smtplib.SMTP("127.0.0.1", self.relay.port, timeout=10) as line:
            line.send_message(email, self.of(name), [self.address])
        until(lambda: self.messages > before or not is_fetched)

    def send_due(self, after: timedelta = timedelta(0)) -> None:
        """What the worker does, so much later."""
        with clock.stopped_at(clock.now() + after):
            with self.here.db.reading() as session:
                due = outbox.due(session, mailbox_id=self.mailbox_id)
            for outbound_email_id in due:
                deliver(outbound_email_id)

    def arrived(self, name: str, number: int = 1) -> Accepted:
        """The last of so many emails that the relay brought to this customer; there are no more."""
        until(lambda: len(self.relay.beyond.to(self.of(name))) >= number)
        found = self.relay.beyond.to(self.of(name))
        assert len(found) == number
        return found[-1]

    @property
    def is_read(self) -> bool:
        with self.here.db.reading() as session:
            return session.scalar(select(MailboxPosition.id)) is not None

    @property
    def messages(self) -> int:
        with self.here.db.reading() as session:
            return session.scalar(select(func.count()).select_from(Message)) or 0

    @property
    def ticket(self) -> Ticket:
        """The first."""
        with self.here.db.reading() as session:
            return session.scalars(select(Ticket).order_by(Ticket.id)).first() or pytest.fail("nobody wrote yet")

    @property
    def drafts(self) -> str:
        """The words of the agent's drafts."""
        with self.here.db.reading() as session:
            ada = session.get_one(Agent, self.agent_id)
            return " ".join(drafts.read(session, one, by=ada).text for one in session.scalars(select(Draft)))

    @property
    def states(self) -> dict[str, str]:
        """Of each recipient of the last answer."""
        last = select(func.max(OutboundEmail.id)).where(OutboundEmail.purpose == Purpose.REPLY).scalar_subquery()
        with self.here.db.reading() as session:
            rows = session.scalars(select(Delivery).where(Delivery.outbound_email_id == last))
            return {row.email: row.state.value for row in rows}

    def choose(self, **habits: object) -> None:
        """The agent's own way of sending."""
        with self.here.db.transaction() as session:
            ada = session.get_one(Agent, self.agent_id)
            settings.change_own(session, composing.Sending(**habits), by=ada)  # type: ignore[arg-type]


@contextmanager
def answering(here: Runtime, dovecot: Dovecot, relay: Relay) -> Iterator[Answering]:
    user = dovecot.new_user()
    with here.db.transaction() as session:
        team = world.a_team(session, "Lamps")
        ada = world.an_agent(session, team)
        ada.password_hash = PASSWORD_HASH
        mailbox = world.a_mailbox(session, team, f"{user}@{DOMAIN}", port=dovecot.port)
        mailbox.smtp_port = relay.port
        _go_live(mailbox, here, user, dovecot.password)
        made = Answering(here, relay, mailbox.id, ada.id, user)
    made.choose(undo_seconds=0)
    with polling(here):
        until(lambda: made.is_read)  # what lay there before the first look is not fetched
        yield made


def _go_live(mailbox: Mailbox, here: Runtime, user: str, password: str) -> None:
    mailbox.imap_user, mailbox.imap_secret = user, here.vault.seal(password, what="mailbox:imap")
    mailbox.go_live_at = clock.now() - timedelta(hours=1)


def write(page: Page, words: str) -> None:
    """Into the editor, once it stands where the plain field was."""
    page.locator("#editor").wait_for()
    page.get_by_label("Your text").fill(words)


def send(page: Page, words: str) -> None:
    write(page, words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message.from-agent").last).to_contain_text(words)
