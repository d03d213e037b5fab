"""Automatic emails: told once, only to people, never many, and nothing of what came in is in them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import automatic
from helpdesk.mail import inbound
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from tests.world import a_mailbox, a_team

HEADER = (
    b"From: Nils <nils@customer.example>\r\nTo: support@desk.example\r\nSubject: Many photos\r\n"
    b"Return-Path: <nils@customer.example>"
)


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    mailbox = a_mailbox(session, a_team(session), "support@desk.example")
    mailbox.go_live_at = clock.now() - timedelta(days=1)
    return mailbox


def too_large(session: Session, mailbox: Mailbox, uid: int = 1) -> InboundEmail:
    email = InboundEmail(
        mailbox_id=mailbox.id,
        folder="INBOX",
        uidvalidity=1,
        uid=uid,
        sha256=uid.to_bytes(32, "big"),
        size=40_000_000,
        arrived_at=clock.now(),
        outcome=Outcome.TOO_LARGE,
    )
    session.add(email)
    session.flush()
    return email


def told(session: Session) -> list[str]:
    chosen = select(Delivery.email).join(OutboundEmail).where(OutboundEmail.purpose == Purpose.TOO_LARGE)
    return list(session.scalars(chosen))


def test_the_sender_of_what_is_too_large_is_told_once(session: Session, mailbox: Mailbox):
    email = too_large(session, mailbox)

    assert automatic.tell_too_large(session, email, inbound.read(HEADER + b"\r\n\r\n"))
    assert not automatic.tell_too_large(session, email, inbound.read(HEADER + b"\r\n\r\n"))
    assert told(session) == ["nils@customer.example"]


@pytest.mark.parametrize(
    "line",
    [
        b"Auto-Submitted: auto-replied",
        b"Precedence: bulk",
        b"List-Id: <list.customer.example>",
        b"X-Auto-Response-Suppress: All",
    ],
)
def test_machines_and_lists_are_never_told(session: Session, mailbox: Mailbox, line: bytes):
    email = too_large(session, mailbox)

    assert not automatic.tell_too_large(session, email, inbound.read(HEADER + b"\r\n" + line + b"\r\n\r\n"))


def test_our_own_mailboxes_and_nobody_are_never_told(session: Session, mailbox: Mailbox):
    for uid, sender in enumerate((b"support@desk.example", b"undisclosed"), start=1):
        raw = HEADER.replace(b"Nils <nils@customer.example>", sender, 1) + b"\r\n\r\n"
        assert not automatic.tell_too_large(session, too_large(session, mailbox, uid), inbound.read(raw))


def test_the_brake_holds_at_five_an_hour(session: Session, mailbox: Mailbox):
    for uid in range(1, 12):
        automatic.tell_too_large(session, too_large(session, mailbox, uid), inbound.read(HEADER + b"\r\n\r\n"))
    assert len(told(session)) == automatic.MOST_TO_ONE

    with clock.stopped_at(clock.now() + timedelta(hours=1, seconds=1)):
        assert automatic.tell_too_large(session, too_large(session, mailbox, 20), inbound.read(HEADER + b"\r\n\r\n"))


def test_what_came_before_the_mailbox_went_live_is_not_answered(session: Session, mailbox: Mailbox):
    mailbox.go_live_at = clock.now() + timedelta(hours=1)

    assert not automatic.tell_too_large(session, too_large(session, mailbox), inbound.read(HEADER + b"\r\n\r\n"))
