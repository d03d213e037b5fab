"""A fictional customer's mail program, for the demo's sandbox: sends by SMTP, reads by IMAP, like anybody outside."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import mailboxes
from helpdesk.mail import imap, inbound, outbound
from helpdesk.mail.account import ImapAccount, SmtpAccount
from helpdesk.mail.outbound import OutgoingAttachment, OutgoingEmail
from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.mail.smtp import Answer, Post
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.storage.vault import Vault

DOMAIN: Final = ".example"
"""Nobody can own an address under it: whoever writes here is made up."""
VISITOR: Final = Address("Robin Visitor", "robin.visitor@letterbox.example")
MOST_CUSTOMERS: Final = 40
MOST_LETTERS: Final = 15


@dataclass(frozen=True, slots=True)
class Letter:
    """One email in a customer's inbox."""

    uid: int
    at: datetime
    sender: str
    from_email: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Servers:
    """The sandbox's mail server, which every address reaches with the same password."""

    imap: ImapAccount
    smtp: SmtpAccount
    addresses: tuple[tuple[str, str], ...]
    """Ours, with their names: whom a customer can write to."""


def servers(session: Session, vault: Vault) -> Servers | None:
    """How to reach it; None on a desk without a mailbox."""
    ours = session.scalars(select(Mailbox).where(Mailbox.is_active).order_by(Mailbox.id)).all()
    if not ours:
        return None
    addresses = tuple((one.address, one.name) for one in ours)
    return Servers(mailboxes.imap_account(ours[0], vault), mailboxes.smtp_account(ours[0], vault), addresses)


def customers(session: Session) -> list[Address]:
    """Whom a visitor can be: somebody new, or one of those who wrote last."""
    known = session.execute(
        select(Customer.name, CustomerAddress.email)
        .join(CustomerAddress, CustomerAddress.customer_id == Customer.id)
        .where(CustomerAddress.email.endswith(DOMAIN), CustomerAddress.email != VISITOR.email)
        .order_by(Customer.id.desc())
        .limit(MOST_CUSTOMERS)
    )
    return [VISITOR, *(Address(name, email) for name, email in known)]


def inbox(here: Servers, customer: str) -> list[Letter]:
    """What lies in a customer's inbox, the newest first. Raises MailTrouble."""
    with imap.connect(replace(here.imap, user=customer, folder="INBOX")) as folder:
        announced = folder.sizes(folder.new_uids(0)[-MOST_LETTERS:])
        fetched = folder.fetch(announced)
    letters = [_letter(one.uid, one.announced.arrived_at or clock.now(), inbound.read(one.raw)) for one in fetched]
    return sorted(letters, key=lambda letter: letter.uid, reverse=True)


def send(
    here: Servers,
    customer: Address,
    *,
    to: str,
    subject: str,
    text: str,
    files: Sequence[OutgoingAttachment] = (),
    answers: int | None = None,
) -> Answer:
    """Write to the desk, or answer the letter with this number. Raises MailTrouble, NotComposed, AddressRefused."""
    answered = _original(here, customer.email, answers) if answers else None
    email = OutgoingEmail(
        message_id=f"<{secrets.token_hex(12)}@{customer.email.rpartition('@')[2]}>",
        sender=customer,
        to=(Address("", to),),
        subject=_answering(subject) if answered else subject,
        text=text,
        attachments=tuple(files),
        in_reply_to=answered.message_id if answered else "",
        references=answered.references if answered else (),
        date=clock.now(),
    )
    with Post(replace(here.smtp, user="")) as post:
        return post.send(customer.email, [to], outbound.compose(email))[to]


def _original(here: Servers, customer: str, uid: int) -> ParsedEmail | None:
    with imap.connect(replace(here.imap, user=customer, folder="INBOX")) as folder:
        fetched = folder.fetch(folder.sizes([uid]))
    return inbound.read(fetched[0].raw) if fetched else None


def _answering(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _letter(uid: int, at: datetime, read: ParsedEmail) -> Letter:
    name, email = (read.sender.name, read.sender.email) if read.sender else ("", "")
    files = tuple(file.name for file in read.attachments)
    return Letter(uid, at, name or email, email, read.subject, read.text.strip(), files)
