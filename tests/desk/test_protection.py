"""Signed and encrypted mail is shown as such on its ticket: told, never taken for proof of anything."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message, Verdict
from helpdesk.web import words
from helpdesk.web.app import create_app
from tests.desk.test_intake import deliver
from tests.web.desk import Desk
from tests.world import a_mailbox, a_team

HEAD = b"From: nils@customer.example\r\nTo: support@desk.example\r\nSubject: Lamp\r\nMIME-Version: 1.0\r\n"
SIGNED = (
    b"--b\r\nContent-Type: text/plain\r\n\r\nThe lamp flickers.\r\n--b\r\nContent-Type: %s\r\n\r\nMIIB\r\n--b--\r\n"
)
KINDS = {
    "pgp-signed": (
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n'
        + SIGNED % b"application/pgp-signature"
    ),
    "smime-signed": (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\r\n\r\n'
        + SIGNED % b"application/pkcs7-signature"
    ),
    "smime-encrypted": (
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nMIIB\r\n"
    ),
    "pgp-encrypted": (
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n'
        b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        b"--b\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--\r\n"
    ),
}


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_keeps_how_it_was_protected_and_proves_nothing_by_it(session, mailbox, kind):
    email = deliver(session, mailbox, HEAD + KINDS[kind])

    message = session.scalars(select(Message).where(Message.inbound_email_id == email.id)).one()
    assert (message.protection, message.verdict) == (kind, Verdict.NONE)


def test_an_ordinary_one_says_nothing(session, mailbox):
    email = deliver(session, mailbox, HEAD + b"\r\nThe lamp flickers.\r\n")

    assert session.scalars(select(Message.protection).where(Message.inbound_email_id == email.id)).one() is None


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_words(desk: Desk, kind: str):
    with create_app(desk.runtime).test_request_context():
        said = words.protection(kind)

    assert ("not checked" in said) is kind.endswith("signed")
    assert ("can't be read" in said) is kind.endswith("encrypted")
