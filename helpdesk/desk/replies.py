"""Replies: an agent's answer becomes a message of the ticket and a row in the outbox, in the click's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Row, ScalarSelect, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import outbox, people, sizes
from helpdesk.desk.tickets import Empty, preview_of
from helpdesk.mail import thread, writing
from helpdesk.mail.address import spellings, wire_address
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Attachment, Direction, Message, MessageAddress
from helpdesk.models.outbound_email import Purpose
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.access import MessageText
from helpdesk.storage import jobs
from helpdesk.storage.once import once

MOST_RECIPIENTS: Final = 50


class NobodyToWriteTo(Exception):
    """There is no recipient left: the ticket has none, or only our own addresses were given."""


class TooMuch(Exception):
    """Text and files are more than `most_bytes`, or the recipients too many; the sentence says which."""

    def __init__(self, words: str, most_bytes: int = 0) -> None:
        super().__init__(words)
        self.most_bytes = most_bytes


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom an answer goes to, and whom of the last email it leaves out because nobody let them in yet."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    left_out: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()

    @property
    def everybody(self) -> tuple[Address, ...]:
        return (*self.to, *self.cc, *self.bcc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes out besides the text: its formatting, what stands below it, and how it is sent."""

    html: str | None = field(default=None, repr=False)
    below: str = field(default="", repr=False)  # signature and quotation
    subject: str | None = field(default=None, repr=False)
    mode: Mode = Mode.ALL


def recipients(session: Session, ticket: Ticket) -> Recipients:
    """Reply to all: the requester, and everybody else on the ticket; never one of our own mailboxes."""
    own = people.own_addresses(session)
    on_it = [Address(one.name, one.email) for one in people.participants(session, ticket) if one.email not in own]
    there = {one.email for one in on_it}
    left_out = tuple(one for one in of_last_email(session, ticket) if one.email not in there)
    return Recipients(tuple(on_it[:1]), tuple(on_it[1:]), left_out)


def of_last_email(session: Session, ticket: Ticket) -> tuple[Address, ...]:
    """Who is on the last email that came: its To, Cc and Reply-To without ourselves."""
    own = people.own_addresses(session)
    others: dict[str, Address] = {}
    for _, named in _last_email(session, ticket):
        if named is not None:
            others.setdefault(named.email.lower(), Address(named.name, named.email.lower()))
    return tuple(one for one in others.values() if one.email not in own)


def writer_of_last(session: Session, ticket: Ticket) -> tuple[Address, ...]:
    """Who wrote the last email that came, where answers reach them; nobody where it names only ourselves."""
    row = next((message for message, _ in _last_email(session, ticket)), None)
    email = row.from_email.lower() if row else ""
    is_usable = "@" in email and email not in people.own_addresses(session)
    return (Address(row.from_name, email),) if row and is_usable else ()


def _last_email(session: Session, ticket: Ticket) -> Sequence[Row[Message, MessageAddress | None]]:
    """The last email that came, once with each address on it."""

    def ask() -> Sequence[Row[Message, MessageAddress | None]]:
        named = select(Message, MessageAddress).outerjoin(MessageAddress, MessageAddress.message_id == Message.id)
        of_last = named.where(Message.id == _last_received(ticket)).order_by(MessageAddress.id)
        return session.execute(of_last).all()

    return once(session, ("last email", ticket.id), ask)


def reply(  # noqa: PLR0913  an answer has these: what, by whom, to whom, with what, when
    session: Session,
    ticket: Ticket,
    text: str,
    *,
    by: Agent,
    to: Sequence[Address] | None = None,
    cc: Sequence[Address] | None = None,
    bcc: Sequence[Address] = (),
    files: Sequence[OutgoingAttachment] = (),
    letter: Letter | None = None,
    due_in: timedelta = timedelta(0),
    due_at: datetime | None = None,
) -> Message:
    """Answer a ticket: it leaves `due_in` after the commit, and until then it can be cancelled.

    Without `to` it goes to all on the ticket; somebody new among the recipients joins it, but not who gets a
    blind copy or a forwarded email. A closed, pending or snoozed ticket stays so: what the agent says last closes
    nothing and opens nothing. Raises AccessDenied, Empty, AddressRefused, NobodyToWriteTo, TooMuch.
    """
    letter = letter or Letter()
    basis = None if letter.mode is Mode.NEW else access.require(session, ticket, by=by)
    if not (text.strip() or files):
        raise Empty("write something first: the reply is empty")
    mailbox = session.get_one(Mailbox, ticket.mailbox_id)
    fits([len(file.payload) for file in files], [text, letter.html or "", letter.below], sizes.most_bytes(mailbox))
    chosen = _chosen(session, ticket, to, cc, bcc)
    message = _message(session, ticket, text.strip(), mailbox, letter, by)
    _keep_recipients(session, ticket, message, chosen, joins=letter.mode is not Mode.FORWARD)
    _keep_files(session, message, files)
    queued = outbox.queue(
        session,
        mailbox,
        Purpose.REPLY,
        to=chosen.to,
        cc=chosen.cc,
        bcc=chosen.bcc,
        rfc_message_id=message.rfc_message_id or "",
        message=message,
        due_at=due_at or clock.now() + due_in,
    )
    _we_have_spoken(ticket, message, has_files=bool(files), is_answer=letter.mode is not Mode.FORWARD)
    facts: dict[str, object] = {"message": message.id, "outbound_email": queued.id, "files": len(files)}
    audit.record(
        session,
        "ticket.forward" if letter.mode is Mode.FORWARD else "ticket.reply",
        by=by,
        on=("ticket", ticket.id),
        subject_id=ticket.customer_id,
        basis=basis or "",
        facts=facts,
    )
    jobs.announce(session, ticket.id)
    return message


def fits(files: Iterable[int], texts: Iterable[str], most: int) -> None:
    """Raises TooMuch where files of these sizes and these texts are no longer one email."""
    if sum(files) + sum(len(text.encode()) for text in texts) > most:
        raise TooMuch(f"more than {most:,} bytes together: send some of the files apart", most)


def _last_received(ticket: Ticket) -> ScalarSelect[int]:
    # a bounce or an absence note has no readers who could be left out; only where machines alone wrote is it theirs
    return (
        select(Message.id)
        .where(Message.ticket_id == ticket.id, Message.direction == Direction.RECEIVED)
        .order_by(Message.is_automatic, Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _chosen(
    session: Session,
    ticket: Ticket,
    to: Sequence[Address] | None,
    cc: Sequence[Address] | None,
    bcc: Sequence[Address],
) -> Recipients:
    everybody = recipients(session, ticket)
    own = people.own_addresses(session)
    first = _clean(everybody.to if to is None else to, without=own)
    second = _clean((everybody.cc if to is None else ()) if cc is None else cc, without=own | _emails(first))
    third = _clean(bcc, without=own | _emails(first) | _emails(second))
    if not first:
        raise NobodyToWriteTo("choose whom to write to: there is no address but our own")
    chosen = Recipients(first, second, (), third)
    if len(chosen.everybody) > MOST_RECIPIENTS:
        raise TooMuch(f"an email of ours goes to {MOST_RECIPIENTS} people at most")
    return chosen


def _emails(addresses: Iterable[Address]) -> frozenset[str]:
    return frozenset(spelt for one in addresses for spelt in spellings(one.email))


def _clean(addresses: Iterable[Address], *, without: frozenset[str]) -> tuple[Address, ...]:
    spelt: dict[str, Address] = {}
    for one in addresses:
        email = one.email.strip().lower()
        # what can't be sent is refused now, not in the night
        spelt.setdefault(wire_address(email), Address(one.name, email))
    return tuple(one for one in spelt.values() if one.email not in without)


def _message(session: Session, ticket: Ticket, text: str, mailbox: Mailbox, letter: Letter, by: Agent) -> Message:
    message = Message(
        ticket_id=ticket.id,
        direction=Direction.SENT,
        from_email=mailbox.address,
        from_name=mailbox.name,
        rfc_message_id=thread.new_message_id(ticket.id, mailbox.address.rpartition("@")[2]).strip("<>"),
        agent_id=by.id,
        has_html=letter.html is not None,
    )
    session.add(message)
    session.flush()
    subject = letter.subject if letter.subject is not None else _subject(session, ticket, by)
    whole = f"{text}\n\n{letter.below}" if letter.below else text
    html = letter.html and letter.html + (writing.as_html(f"\n{letter.below}") if letter.below else "")
    said = MessageText(subject, whole, text, html, new_html=letter.html if letter.below else None)
    access.write_message(session, message, said, found_by=text)
    if letter.mode is not Mode.NEW:
        access.write_preview(session, ticket, preview_of(text))
    return message


def _subject(session: Session, ticket: Ticket, by: Agent) -> str:
    subject = access.subject(session, ticket, by=by)
    if not ticket.message_count:  # the first email, after it was taken back
        return subject
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".rstrip()


def _keep_recipients(session: Session, ticket: Ticket, message: Message, chosen: Recipients, *, joins: bool) -> None:
    for field_name, addresses in (("to", chosen.to), ("cc", chosen.cc), ("bcc", chosen.bcc)):
        for one in addresses:
            session.add(MessageAddress(message_id=message.id, field=field_name, email=one.email, name=one.name))
    if not joins:
        return
    there = _emails(Address(one.name, one.email) for one in people.participants(session, ticket))
    new = [one for one in (*chosen.to, *chosen.cc) if one.email not in there]
    # an address of the requester's that is written to is the requester, whoever else it is
    theirs = set(
        session.scalars(select(CustomerAddress.email).where(CustomerAddress.customer_id == ticket.customer_id))
    )
    people.join(session, ticket, [(one.email, one.name) for one in new if one.email not in theirs])


def _keep_files(session: Session, message: Message, files: Sequence[OutgoingAttachment]) -> None:
    rows = [
        Attachment(
            message_id=message.id,
            position=position,
            media_type=file.media_type,
            size=len(file.payload),
            is_inline=bool(file.content_id),
        )
        for position, file in enumerate(files)
    ]
    session.add_all(rows)
    session.flush()
    for row, file in zip(rows, files, strict=True):
        access.write_attachment(session, row, name=file.name, body=file.payload, content_id=file.content_id or None)


def _we_have_spoken(ticket: Ticket, message: Message, *, has_files: bool, is_answer: bool) -> None:
    now = message.at
    ticket.active_at = now
    ticket.message_count += 1
    ticket.has_attachments = ticket.has_attachments or has_files
    if not is_answer:  # passed on to somebody else: the customer still waits
        return
    ticket.first_reply_at = ticket.first_reply_at or now
    ticket.awaits_us = False
    ticket.waiting_since = now  # whoever was answered goes to the end of the line
    ticket.woke_at = None
    ticket.has_failed_delivery = False  # a failure is dealt with by writing again
