"""A mailbox whose password is changed at its provider: everything waits and says so, and goes on once it is told."""

from datetime import timedelta

import pytest
from flask import Flask

from helpdesk import clock
from helpdesk.desk import replies
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.runtime import Runtime
from tests import world
from tests.servers.dovecot import Dovecot
from tests.servers.relay import Relay
from tests.stories.answering import Answering, answering
from tests.web.browser import PASSWORD_HASH, Browser
from tests.workers.desks import until
from workers.sweeper import try_paused_mailboxes

pytestmark = pytest.mark.story

NEW = "of-this-week"


def answer(desk: Answering, words: str) -> None:
    with desk.here.db.transaction() as session:
        replies.reply(session, desk.ticket, words, by=session.get_one(Agent, desk.agent_id))


def mailbox(desk: Answering) -> Mailbox:
    with desk.here.db.reading() as session:
        return session.get_one(Mailbox, desk.mailbox_id)


def an_admin(desk: Answering, app: Flask) -> Browser:
    with desk.here.db.transaction() as session:
        root = world.an_admin(session)
        root.password_hash = PASSWORD_HASH
        session.flush()
        browser = Browser(app)
        email = root.email
    browser.sign_in(email)
    return browser


def as_set_up(one: Mailbox, password: str) -> dict[str, str]:
    """The form as it stands on the page, with the new password typed once."""
    return {
        "name": one.name, "team": str(one.team_id), "folder": one.folder, "same": "1",
        "imap_host": one.imap_host, "imap_port": str(one.imap_port), "imap_security": one.imap_security.value,
        "imap_user": one.imap_user, "imap_password": password,
        "smtp_host": one.smtp_host, "smtp_port": str(one.smtp_port), "smtp_security": one.smtp_security.value,
        "smtp_user": one.smtp_user, "smtp_password": "",
    }  # fmt: skip


def test_while_the_desk_runs(runtime: Runtime, app: Flask, dovecot: Dovecot, relay: Relay):
    with answering(runtime, dovecot, relay) as desk:
        with runtime.db.transaction() as session:
            one = session.get_one(Mailbox, desk.mailbox_id)
            one.smtp_user, one.smtp_secret = desk.user, runtime.vault.seal(dovecot.password, what="mailbox:smtp")
        root = an_admin(desk, app)
        desk.write("nils", "It flickers.")
        answer(desk, "Try another bulb.")
        desk.send_due()
        desk.arrived("nils")

        dovecot.change_password(desk.user, NEW)
        answer(desk, "Did it help?")
        desk.send_due()
        assert desk.states == {desk.of("nils"): "queued"}
        desk.arrived("nils", 1)
        until(lambda: mailbox(desk).poll_error is not None)
        desk.write("nils", "Not yet.", is_fetched=False)
        try_paused_mailboxes()
        banner = f"{desk.address} sends nothing: its login does not work."
        assert banner in root.get("/settings").text
        with clock.stopped_at(clock.now() + timedelta(minutes=2)):
            assert "does not accept this user name and password" in root.get("/settings/mailboxes").text
        before = desk.messages

        form = f"/settings/mailboxes/{desk.mailbox_id}"
        assert form in root.get("/settings").text
        assert root.post(form, as_set_up(mailbox(desk), NEW)).status_code == 303
        assert banner not in root.get("/settings").text
        desk.send_due()
        desk.arrived("nils", 2)
        until(lambda: desk.messages == before + 1)
        until(lambda: mailbox(desk).poll_error is None)
        assert NEW not in root.get(form).text
