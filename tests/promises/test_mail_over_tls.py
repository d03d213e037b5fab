"""Every mail server is spoken to over TLS, unless it is this machine."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.models.mailbox import Security
from tests.promises.conftest import Look
from tests.world import a_mailbox, a_team

pytestmark = pytest.mark.promise("mail-over-tls")


def test_tls_to_others_and_plain_to_this_machine_keep_the_promise(session: Session, look: Look):
    mailbox = a_mailbox(session, a_team(session))  # plain, on this machine
    mailbox.smtp_host, mailbox.smtp_security = "smtp.provider.example", Security.STARTTLS

    found = look("mail-over-tls")

    assert not found.is_broken
    assert found.figures == {"mailboxes": 1, "tls": 1, "inside": 1}


def test_one_plain_connection_breaks_the_promise(session: Session, look: Look):
    a_mailbox(session, a_team(session)).imap_host = "imap.provider.example"

    assert look("mail-over-tls").is_broken
