"""What stands under an answer or in a forwarded email of what was written before, read through the gate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk.letters import N_, say
from helpdesk.mail import writing
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.storage.once import once

_FORWARDED: Final = N_("Forwarded email")  # in an f-string it would not be found by whoever looks for words


class NotOnTheTicket(Exception):
    """The email that was to be forwarded stands on another ticket by now."""


def original(session: Session, ticket: Ticket, chosen: int | None = None) -> Message | None:
    """The email that is answered or forwarded: the last that came, else the last of all; or the one that was chosen.

    Raises NotOnTheTicket.
    """
    if chosen is not None:
        message = session.get(Message, chosen)
        if message is None or message.ticket_id != ticket.id or message.taken_back_at is not None:
            raise NotOnTheTicket("choose an email of this ticket")
        return message
    written = select(Message).where(Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
    newest = written.order_by(Message.id.desc()).limit(1)
    return session.scalar(newest.where(Message.direction == Direction.RECEIVED)) or session.scalar(newest)


def answered(session: Session, ticket: Ticket, *, by: Agent) -> str:
    """The last email as a quotation, with who wrote it and when."""
    message = original(session, ticket)
    if message is None:
        return ""
    said = access.read(session, message, by=by)
    head = say(
        N_("On %(date)s, %(name)s wrote:"),
        _language(session, ticket),
        date=_moment(message.at),
        name=message.from_name or message.from_email,
    )
    return f"{head}\n{writing.quoted(said.new_text or said.text)}"


def forwarded(session: Session, ticket: Ticket, chosen: int | None = None, *, by: Agent) -> str:
    """The whole of an email with its head, as it is passed on: the chosen, else the last. Raises NotOnTheTicket."""
    message = original(session, ticket, chosen)
    if message is None:
        return ""
    said, language = access.read(session, message, by=by), _language(session, ticket)
    name = f"{message.from_name} <{message.from_email}>" if message.from_name else message.from_email
    lines = (
        f"---------- {say(_FORWARDED, language)} ----------",
        say(N_("From: %(name)s"), language, name=name),
        say(N_("Date: %(date)s"), language, date=_moment(message.at)),
        say(N_("Subject: %(subject)s"), language, subject=said.subject),
    )
    return "\n".join(lines) + f"\n\n{said.text.strip()}"


def forwarded_subject(session: Session, ticket: Ticket, *, by: Agent) -> str:
    subject = access.subject(session, ticket, by=by)
    return subject if subject.lower().startswith(("fwd:", "fw:", "wg:")) else f"Fwd: {subject}".rstrip()


def originals(session: Session, ticket: Ticket, chosen: int | None = None) -> Sequence[Attachment]:
    """The files of the email that would be forwarded, in their order. Raises NotOnTheTicket."""
    if chosen is not None:
        original(session, ticket, chosen)
        of_it = select(Attachment).where(Attachment.message_id == chosen)
        return session.scalars(of_it.order_by(Attachment.position)).all()

    def ask() -> Sequence[Attachment]:
        received_first = (Message.direction == Direction.RECEIVED).desc()
        written = select(Message.id).where(Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
        the_one = written.order_by(received_first, Message.id.desc()).limit(1).scalar_subquery()
        of_it = select(Attachment).where(Attachment.message_id == the_one)
        return session.scalars(of_it.order_by(Attachment.position)).all()

    return once(session, ("originals", ticket.id), ask)


def files(
    session: Session, ticket: Ticket, wanted: Sequence[int], chosen: int | None = None, *, by: Agent
) -> list[OutgoingAttachment]:
    """Those of the original's files that are wanted along; no other file can be named. Raises NotOnTheTicket."""
    rows = [row for row in originals(session, ticket, chosen) if row.id in set(wanted)]
    read = ((row, access.read(session, row, by=by)) for row in rows)
    return [OutgoingAttachment(file.name, row.media_type, file.body) for row, file in read]


def _language(session: Session, ticket: Ticket) -> str:
    return session.get_one(Customer, ticket.customer_id).language or "en"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")
