"""Emails that nobody wrote: only to those who may be answered, never many, and quoting nothing (RFC 3834)."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import outbox, people
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose

# the brakes: two machines that answer each other stop here, and so does somebody who writes in others' names
MOST_TO_ONE: Final = 5
MOST_TO_ALL: Final = 200
WITHIN: Final = timedelta(hours=1)
_PURPOSES: Final = (Purpose.TOO_LARGE, Purpose.ACKNOWLEDGEMENT, Purpose.CONTACT_PROOF)


def tell_too_large(session: Session, email: InboundEmail, header: ParsedEmail) -> bool:
    """Tell the sender that an email was too large to be fetched; whether they are told. Asked again, they are not."""
    mailbox = session.get_one(Mailbox, email.mailbox_id)
    already, email.told_at = email.told_at is not None, clock.now()
    if already or email.arrived_at < mailbox.go_live_at or not may_answer(session, header):
        return False
    to = Address(header.senders[0].name, header.senders[0].email)
    message_id = thread.new_message_id(0, mailbox.address.rpartition("@")[2])
    outbox.queue(session, mailbox, Purpose.TOO_LARGE, to=[to], rfc_message_id=message_id)
    return True


def may_answer(session: Session, email: ParsedEmail) -> bool:
    """Whether a machine of ours may write to who wrote this: a person, not ourselves, and not too often."""
    if not people.has_usable_sender(email) or not email.screening.may_answer:
        return False
    return may_write(session, email.senders[0].email.lower())


def may_write(session: Session, address: str) -> bool:
    """Whether this address, in lower case, is not our own, and got few enough emails of a machine lately."""
    if address in people.own_addresses(session):
        return False
    return _sent(session, address) < MOST_TO_ONE and _sent(session) < MOST_TO_ALL


def _sent(session: Session, address: str | None = None) -> int:
    """How many automatic emails were queued lately, to one address or in all."""
    lately = (
        select(func.count())
        .select_from(Delivery)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .where(OutboundEmail.purpose.in_(_PURPOSES), OutboundEmail.created_at > clock.now() - WITHIN)
    )
    if address is not None:
        lately = lately.where(Delivery.email == address)
    return session.scalar(lately) or 0
