"""One email sent to two of our mailboxes: one ticket, and two rows in the ledger."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import people
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import hold

WITHIN: Final = timedelta(hours=6)


def ids_elsewhere(session: Session, mailbox: Mailbox, emails: Iterable[ParsedEmail]) -> frozenset[str]:
    """The Message-IDs among these that another of our mailboxes got too."""
    ids = {email.message_id for email in emails if email.message_id}
    if not ids or len(people.own_addresses(session)) < 2:
        return frozenset()
    found = (
        select(Message.rfc_message_id)
        .join(InboundEmail, InboundEmail.id == Message.inbound_email_id)
        .where(
            Message.rfc_message_id.in_(ids),
            Message.direction == Direction.RECEIVED,
            InboundEmail.mailbox_id != mailbox.id,
        )
    )
    return frozenset(one for one in session.scalars(found) if one)


def first_of(
    session: Session,
    email: InboundEmail,
    parsed: ParsedEmail,
    own_addresses: frozenset[str],
    *,
    elsewhere: frozenset[str] | None = None,
) -> Message | None:
    """The message that the same email became when another of our mailboxes got it.

    The same Message-ID is a claim: author, subject, text and the sizes of the files must be the same too.
    `elsewhere` are those of the batch that another mailbox got, where that is known.
    """
    if not parsed.message_id or parsed.sender is None or len(own_addresses) < 2:
        return None
    if len({one.email.lower() for one in (*parsed.to, *parsed.cc)} & own_addresses) > 1:
        hold(session, f"copies of {parsed.message_id}")  # both pollers may have it in hand now: it is asked for again
    elif elsewhere is not None and parsed.message_id not in elsewhere:
        return None
    found = session.scalars(
        select(Message)
        .join(InboundEmail, InboundEmail.id == Message.inbound_email_id)
        .where(
            Message.rfc_message_id == parsed.message_id,
            Message.direction == Direction.RECEIVED,
            Message.from_email == parsed.sender.email.lower(),
            InboundEmail.mailbox_id != email.mailbox_id,
            InboundEmail.arrived_at.between(email.arrived_at - WITHIN, email.arrived_at + WITHIN),
        )
        .order_by(Message.id)
        .limit(5)
    )
    return next((message for message in found.all() if _says_the_same(session, message, parsed)), None)


def also_arrived_at(session: Session, ticket: Ticket) -> list[str]:
    """The addresses of our other mailboxes that got an email of this ticket too."""
    rows = session.scalars(
        select(Mailbox.address)
        .join(InboundEmail, InboundEmail.mailbox_id == Mailbox.id)
        .where(
            InboundEmail.ticket_id == ticket.id,
            InboundEmail.outcome == Outcome.ALREADY_RECEIVED,
            Mailbox.id != ticket.mailbox_id,
        )
        .distinct()
        .order_by(Mailbox.address)
    )
    return list(rows)


def reason(session: Session, message: Message) -> str:
    first = session.get_one(InboundEmail, message.inbound_email_id)
    address = session.get_one(Mailbox, first.mailbox_id).address
    return f"the same email came to {address} too, and is on its ticket"


def _says_the_same(session: Session, message: Message, parsed: ParsedEmail) -> bool:
    sizes = session.scalars(select(Attachment.size).where(Attachment.message_id == message.id))
    if sorted(sizes) != sorted(len(file.payload) for file in parsed.attachments):
        return False
    said = access.read(session, message, by=Machine.INTAKE)
    return (said.subject, said.text) == (parsed.subject, parsed.text)
