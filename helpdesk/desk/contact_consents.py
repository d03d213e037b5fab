"""May we write back? A box that was ticked on a page counts when a link mailed to that address says so.

Anybody can type anybody's address into a form: until its owner has followed the link, nobody is written to.
"""

import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import automatic, outbox
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.storage.vault import Vault, digest_of

PROVED_WITHIN: Final = timedelta(days=7)
MOST_A_DAY: Final = 3  # such letters to one address, whoever ticks boxes in its name
PATH: Final = "/feedback/contact"


class ProvedTooLate(Exception):
    """The link is older than a week: who still wants to be written to leaves the feedback again."""


def note(session: Session, vault: Vault, ticket: Ticket, email: str) -> None:
    """Keep that the box was ticked, and mail the link that proves it, unless the address bounces or got too many."""
    nonce = secrets.token_bytes(16)
    consent = ContactConsent(
        ticket_id=ticket.id, customer_id=ticket.customer_id, email=email, nonce=nonce,
        secret_hash=digest_of(secret_of(vault, nonce)),
    )  # fmt: skip
    if _may_be_asked(session, email):
        sender = ticket.mailbox
        queued = outbox.queue(
            session, sender, Purpose.CONTACT_PROOF, to=[Address("", email)],
            rfc_message_id=thread.new_message_id(0, sender.address.rpartition("@")[2]),
        )  # fmt: skip
        consent.outbound_email_id = queued.id
    session.add(consent)


def secret_of(vault: Vault, nonce: bytes) -> str:
    return vault.mac(nonce, what="contact consent").hex()


def of_link(session: Session, secret: str) -> ContactConsent | None:
    """The consent this link is about; None when there is none, or it was taken back."""
    return session.scalar(select(ContactConsent).where(ContactConsent.secret_hash == digest_of(secret)))


def of_letter(session: Session, row: OutboundEmail) -> ContactConsent | None:
    return session.scalar(select(ContactConsent).where(ContactConsent.outbound_email_id == row.id))


def is_too_late(consent: ContactConsent) -> bool:
    return consent.proved_at is None and consent.given_at < clock.now() - PROVED_WITHIN


def prove(session: Session, consent: ContactConsent) -> None:
    """It was they who ticked the box; said twice is said once. Raises ProvedTooLate."""
    if is_too_late(consent):
        raise ProvedTooLate("the link is older than a week")
    if consent.proved_at is None:
        consent.proved_at = clock.now()
        _record(session, "feedback.agree", consent)


def take_back(session: Session, consent: ContactConsent) -> None:
    """They do not want to be written to, or it was not they: nothing of the consent is kept but the event."""
    _record(session, "feedback.refuse", consent)
    session.delete(consent)


def _may_be_asked(session: Session, email: str) -> bool:
    bounced = select(CustomerAddress.id).where(
        CustomerAddress.email == email, CustomerAddress.bounced_at.is_not(None)
    )
    if session.scalar(bounced) is not None or not automatic.may_write(session, email):
        return False
    today = select(func.count()).where(
        ContactConsent.email == email,
        ContactConsent.outbound_email_id.is_not(None),
        ContactConsent.given_at > clock.now() - timedelta(days=1),
    )
    return (session.scalar(today) or 0) < MOST_A_DAY


def _record(session: Session, action: str, consent: ContactConsent) -> None:
    audit.record(session, action, by=None, on=("ticket", consent.ticket_id), subject_id=consent.customer_id)
