"""Mailboxes: set up with sealed secrets, paused and resumed without losing an email."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import mailboxes, outbox, replies
from helpdesk.desk.mailboxes import AddressTaken, Server
from helpdesk.mail.account import ImapAccount
from helpdesk.mail.account import Security as Protection
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.trouble import TlsFailed
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.storage.jobs import Job
from helpdesk.storage.vault import SecretUnreadable, Vault
from tests.world import a_ticket, an_admin, an_agent, trail

VAULT = Vault(bytes(32))
IMAP = Server(host="mail.example", port=993, security=Security.TLS, user="ada", password="imap-word")
SMTP = Server(host="mail.example", port=465, security=Security.TLS, user="ada", password="smtp-word")


def add(session: Session, team: Team, address: str = "Support@Desk.Example ", **how) -> Mailbox:
    servers = {"imap": IMAP, "smtp": SMTP, **how}
    return mailboxes.add(session, VAULT, address=address, name="Support", team=team, by=an_admin(session), **servers)


def test_a_mailbox_is_reached_with_what_was_typed(session: Session, team: Team):
    mailbox = add(session, team)

    incoming, outgoing = mailboxes.imap_account(mailbox, VAULT), mailboxes.smtp_account(mailbox, VAULT)

    assert mailbox.address == "support@desk.example"
    assert isinstance(incoming, ImapAccount)
    assert (incoming.host, incoming.port, incoming.security) == ("mail.example", 993, Protection.TLS)
    assert (incoming.user, incoming.password.reveal(), incoming.folder) == ("ada", "imap-word", "INBOX")
    assert (outgoing.port, outgoing.user, outgoing.password.reveal()) == (465, "ada", "smtp-word")
    assert outgoing.greeting == "desk.example"
    assert len(trail(session, "mailbox.add")) == 1


def test_its_secrets_are_sealed_each_for_its_own_use(session: Session, team: Team):
    mailbox = add(session, team)

    assert b"-word" not in mailbox.imap_secret + mailbox.smtp_secret
    assert "-word" not in repr(mailbox) + repr(IMAP) + repr(mailboxes.imap_account(mailbox, VAULT))
    mailbox.imap_secret = mailbox.smtp_secret
    with pytest.raises(SecretUnreadable):
        mailboxes.imap_account(mailbox, VAULT)
    with pytest.raises(SecretUnreadable):
        mailboxes.smtp_account(mailbox, Vault(b"x" * 32))


def test_an_address_has_one_mailbox(session: Session, team: Team):
    add(session, team)

    with pytest.raises(AddressTaken):
        add(session, team, "SUPPORT@desk.example")
    with pytest.raises(AddressRefused):
        add(session, team, "support")


def test_a_password_never_travels_unprotected(session: Session, team: Team):
    with pytest.raises(TlsFailed):
        add(session, team, smtp=Server(host="mail.example", port=25, security=Security.PLAIN))

    add(session, team, smtp=Server(host="127.0.0.1", port=25, security=Security.PLAIN))


def test_a_paused_mailbox_goes_on_when_its_password_is_mended(session: Session, team: Team):
    mailbox = add(session, team)
    ada = an_agent(session, team)
    replies.reply(session, a_ticket(session, team, mailbox=mailbox), "Hello", by=ada)
    session.flush()
    mailboxes.pause_sending(session, mailbox, "535 wrong password")
    session.flush()
    assert outbox.first_due(session) == []
    rung = len(session.info["leaving"].rings)

    mended = Server(host="mail.example", port=465, security=Security.TLS, user="ada", password="new-word")
    mailboxes.change(session, VAULT, mailbox, by=an_admin(session), smtp=mended)

    assert mailbox.sending_paused_because is None
    assert mailboxes.smtp_account(mailbox, VAULT).password.reveal() == "new-word"
    assert mailboxes.imap_account(mailbox, VAULT).password.reveal() == "imap-word"
    assert [ring.job for ring in session.info["leaving"].rings[rung:]] == [Job.DELIVER]
    assert len(trail(session, "mailbox.pause")) == len(trail(session, "mailbox.resume")) == 1


def test_an_empty_password_keeps_the_old_one_on_the_server_it_was_given_for(session: Session, team: Team):
    mailbox = add(session, team)

    mailboxes.change(session, VAULT, mailbox, by=None, imap=replace(IMAP, port=1993, password=""))

    account = mailboxes.imap_account(mailbox, VAULT)
    assert (account.port, account.password.reveal()) == (1993, "imap-word")
    for other in (
        replace(IMAP, host="new.example", password=""),
        replace(IMAP, security=Security.STARTTLS, password=""),
    ):
        with pytest.raises(mailboxes.SecretNeeded):
            mailboxes.change(session, VAULT, mailbox, by=None, imap=other)


def test_resuming_what_is_not_paused_changes_nothing(session: Session, team: Team):
    mailbox = add(session, team)

    mailboxes.resume_sending(session, mailbox, by=None)

    assert trail(session, "mailbox.resume") == []
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        assert mailboxes.paused(session) == []


def test_one_that_was_switched_off_is_told_of_while_answers_wait_to_leave_from_it(session: Session, team: Team):
    mailbox = add(session, team)
    mailboxes.switch(session, mailbox, on=False, by=an_admin(session))
    mailboxes.pause_sending(session, mailbox, "535 no")
    assert (mailboxes.paused(session), mailboxes.stopped(session)) == ([], [])

    ticket = a_ticket(session, team, mailbox=mailbox)
    replies.reply(session, ticket, "Try another bulb.", by=an_agent(session, team))

    assert mailboxes.paused(session) == mailboxes.stopped(session) == [mailbox]
