"""A new ticket that only looks like part of an earlier one: the other is offered, an agent decides."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, inbox, people, tickets
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.message import Attachment, Direction, Message, Note
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.suggestion import Answer, Because, Suggestion
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.readers import Machine
from helpdesk.storage import jobs, later

RECENT: Final = timedelta(days=30)
_MOST_COMPARED: Final = 20
_TAG: Final = re.compile(r"\[[^\[\]#]{0,40}#([0-9]{1,12})\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Offer:
    """What an agent is offered on a ticket: only where they may know of the other one."""

    other: Ticket
    because: Because
    answer: Answer
    can_join: bool
    is_stranger: bool  # the writer takes no part in the other ticket, and would from then on
    writer: str


class NotToBeJoined(Exception):
    """The ticket holds more than the one email that came: it is left as it is."""


def suggest(session: Session, ticket: Ticket, email: ParsedEmail, *, is_first: bool = False) -> None:
    """Keep which earlier ticket this new one looks like, if any; the customer's first has no others of theirs."""
    found = _resembled(session, ticket, email, is_first)
    if found is not None:
        other, because = found
        said = {"ticket_id": ticket.id, "other_id": other.id, "because": because, "answer": Answer.OPEN}
        later.add(session, Suggestion, **said, made_at=clock.now())


def offer(session: Session, ticket: Ticket, *, by: Agent) -> Offer | None:
    """The suggestion on a ticket, as far as this agent may know of the other ticket."""
    kept = session.get(Suggestion, ticket.id)
    if kept is None or kept.answer is Answer.DECLINED:
        return None
    other = session.scalar(inbox.visible(by).where(Ticket.id == kept.other_id, Ticket.place == Place.DESK))
    if other is None:
        return None
    message = _only_email(session, ticket)
    writer = message.from_email if message else ""
    is_stranger = bool(message) and not conversation.takes_part(session, other, writer)
    is_readable = other.id in access.readable_ids(session, [other.id], by=by)
    return Offer(other, kept.because, kept.answer, message is not None and is_readable, is_stranger, writer)


def join(session: Session, ticket: Ticket, *, by: Agent) -> Ticket:
    """Move the ticket's one email onto the ticket it looks like; its writer takes part there from now on.

    Both must be readable (AccessDenied). Raises NotToBeJoined where the ticket holds anything else.
    """
    access.require(session, ticket, by=by)
    offered = offer(session, ticket, by=by)
    message = _only_email(session, ticket)
    if offered is None or offered.answer is not Answer.OPEN or message is None:
        raise NotToBeJoined("the ticket holds more than this one email")
    other = offered.other
    access.require(session, other, by=by)
    _move(session, message, other)
    ticket.message_count, ticket.has_attachments = 0, False
    tickets.close(session, ticket, by=by)
    ticket.put(Place.TRASH)  # an empty cover: its number stays taken, and says where the email is
    tickets.reopen(session, other, by=by)
    other.awaits_us = True
    if message.customer_id == other.customer_id:
        other.taken_up_at = None  # they wrote on it, as it turns out
    _answer(session, ticket, Answer.JOINED, by=by)
    jobs.announce(session, other.id)
    return other


def decline(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """It is a matter of its own: nothing is offered any more."""
    access.require(session, ticket, by=by)
    kept = session.get(Suggestion, ticket.id)
    if kept is not None and kept.answer is Answer.OPEN:
        _answer(session, ticket, Answer.DECLINED, by=by)


def _resembled(
    session: Session,
    ticket: Ticket,
    email: ParsedEmail,
    is_first: bool,  # noqa: FBT001
) -> tuple[Ticket, Because] | None:
    known = conversation.by_known_id(session, email, besides=ticket)
    if known is not None:
        return known, Because.KNOWN_ID
    tag = _TAG.search(email.subject[:1000])
    if tag:
        later.settle_those(session, Ticket, id=int(tag[1]))
    tagged = session.get(Ticket, int(tag[1])) if tag else None
    if tagged is not None and tagged.id != ticket.id:
        return tagged, Because.SUBJECT_TAG
    alike = None if is_first else _with_same_subject(session, ticket, email.subject)
    return (alike, Because.SAME_SUBJECT) if alike else None


def _with_same_subject(session: Session, ticket: Ticket, subject: str) -> Ticket | None:
    """Among the last tickets of the same customer: the newest with the same subject, "Re:" and the like aside."""
    theirs = session.scalars(
        select(Ticket)
        .where(Ticket.customer_id == ticket.customer_id, Ticket.id < ticket.id)
        .order_by(Ticket.id.desc())
        .limit(_MOST_COMPARED)
    )
    recent = [one for one in theirs if one.active_at > clock.now() - RECENT and one.place is Place.DESK]
    alike = access.with_subject_like(session, recent, subject, by=Machine.INTAKE)
    return max((one for one in recent if one.id in alike), key=lambda one: one.id, default=None)


def _only_email(session: Session, ticket: Ticket) -> Message | None:
    """The one received email of a ticket that holds nothing else; None where it holds more."""
    messages = session.scalars(select(Message).where(Message.ticket_id == ticket.id).limit(2)).all()
    notes = session.scalar(select(func.count(Note.id)).where(Note.ticket_id == ticket.id))
    if len(messages) != 1 or notes or messages[0].direction is not Direction.RECEIVED:
        return None
    sent = select(OutboundEmail.id).where(OutboundEmail.message_id == messages[0].id).limit(1)
    return None if session.scalar(sent) is not None else messages[0]


def _move(session: Session, message: Message, other: Ticket) -> None:
    arrived = session.scalars(select(InboundEmail).where(InboundEmail.ticket_id == message.ticket_id))
    for email in arrived.all():
        email.ticket_id = other.id
    access.move_message(session, message, other)
    session.refresh(other, ["message_count"], with_for_update=True)
    other.message_count += 1
    other.active_at = max(other.active_at, message.at)
    writer = session.get(Customer, message.customer_id) if message.customer_id else None
    people.join(session, other, [(message.from_email, message.from_name)], customer=writer)
    listed = select(Attachment.id).where(Attachment.message_id == message.id, Attachment.is_inline.is_(False))
    other.has_attachments = other.has_attachments or session.scalar(listed.limit(1)) is not None


def _answer(session: Session, ticket: Ticket, answer: Answer, *, by: Agent) -> None:
    kept = session.get_one(Suggestion, ticket.id)
    kept.answer = answer
    facts: dict[str, object] = {"other": kept.other_id, "answer": answer.value}
    audit.record(
        session, "ticket.suggestion", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts
    )
    jobs.announce(session, ticket.id)
