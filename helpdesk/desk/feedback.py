"""Feedback left on a page of the desk: a ticket of its own channel, and whether its writer may be written to."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from sqlalchemy.orm import Session

from helpdesk.desk import contact_consents, lengths, people, records
from helpdesk.desk.tickets import Empty, preview_of
from helpdesk.languages import N_
from helpdesk.mail.address import spellings, wire_address
from helpdesk.models.agent import Team
from helpdesk.models.customer import Source
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Direction, Message
from helpdesk.models.ticket import Channel, Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.access import MessageText
from helpdesk.storage import jobs
from helpdesk.storage.vault import Vault

LONGEST: Final = 10_000
LONGEST_NAME: Final = 100
_SUBJECT: Final = N_("Feedback")


class FormClosed(Exception):
    """This desk takes no feedback on a page."""


class OurOwnAddress(Exception):
    """The address is a mailbox of ours: nobody writes to us from there."""


@dataclass(frozen=True, slots=True)
class FeedbackForm:
    """Whether there is a page for feedback, and to which mailbox's team it goes."""

    key: ClassVar[str] = "feedback"
    is_open: bool = False
    mailbox_id: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody wrote on the page."""

    text: str = field(repr=False)
    email: str = field(repr=False)
    name: str = field(default="", repr=False)
    may_contact: bool = False


def leave(session: Session, vault: Vault, form: FeedbackForm, told: Told, *, place: str) -> Ticket:
    """Make a ticket of it. `place` is where the visit comes from; only a keyed digest of it is kept, for a day.

    Nobody proved whose address it is: nothing is sent to it but what an agent writes, and, where the box was ticked,
    the link that proves it, with nothing of what was told.
    Raises FormClosed, Empty, TooLong, AddressRefused, OurOwnAddress, records.TooManyVisits.
    """
    mailbox = session.get(Mailbox, form.mailbox_id) if form.is_open else None
    if mailbox is None or not mailbox.is_active:
        raise FormClosed
    # a browser counts the end of a line as one letter, and sends two
    text = lengths.text(told.text.replace("\r\n", "\n"), LONGEST, field="text")
    email, name = told.email.strip().lower(), lengths.name(told.name, LONGEST_NAME)
    if not text:
        raise Empty("there is nothing in it")
    wire_address(email)
    if spellings(email) & people.own_addresses(session):
        raise OurOwnAddress("a mailbox of ours writes no feedback")
    records.brake(session, vault, place, what="feedback")
    customer = people.customer_of(session, email, name, source=Source.FORM)
    ticket = Ticket(
        customer=customer, team=session.get_one(Team, mailbox.team_id), mailbox=mailbox, channel=Channel.FEEDBACK,
        message_count=1,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    access.write_ticket(session, ticket, subject=_SUBJECT, preview=preview_of(text))
    people.join(session, ticket, [(email, name)], customer=customer)
    message = Message(
        ticket_id=ticket.id, direction=Direction.RECEIVED, from_email=email, from_name=name, customer_id=customer.id
    )
    session.add(message)
    session.flush()
    access.write_message(session, message, MessageText(_SUBJECT, text, text), found_by=text)
    if told.may_contact:
        contact_consents.note(session, vault, ticket, email)
    audit.record(
        session, "feedback.leave", by=None, on=("ticket", ticket.id), subject_id=customer.id,
        facts={"may_contact": told.may_contact},
    )  # fmt: skip
    jobs.announce(session, ticket.id)
    return ticket
