"""Answers that were put off, asked at their moment: from a ticket among spam or in the trash none leaves."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import notices, outbox, taking_back
from helpdesk.desk.outbox import Claimed
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message
from helpdesk.models.notice import NoticeKind
from helpdesk.models.outbound_email import Delivery, OutboundEmail, Purpose
from helpdesk.models.sending import Sending
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy.readers import Machine

_LAID_ASIDE: Final = (Place.SPAM, Place.TRASH)


def hold(session: Session, claimed: Sequence[Claimed]) -> tuple[Claimed, ...]:
    """Of what is about to leave, that which may. The rest is its writers' draft again, and they are told.

    A ticket that is put back on the desk before lets its answer leave as it was to. One of which anything was tried
    is not stopped: it may be with its readers already.
    """
    misplaced = _misplaced(session, [one.outbound_email_id for one in claimed])
    outbox.give_back(session, [one for one in claimed if one.outbound_email_id in misplaced])
    for message, email in misplaced.values():
        session.expire_all()  # given back by a statement: what is held of it here is old
        taking_back.take_back(session, message, by=Machine.DELIVERY, held=True)
        _tell(session, message, email)
    return tuple(one for one in claimed if one.outbound_email_id not in misplaced)


def _misplaced(session: Session, emails: Sequence[int]) -> dict[int, tuple[Message, OutboundEmail]]:
    tried = select(Delivery.id).where(
        Delivery.outbound_email_id == OutboundEmail.id, or_(Delivery.attempts > 1, Delivery.attempts_before > 0)
    )
    chosen = (
        select(Message, OutboundEmail)
        .join(OutboundEmail, OutboundEmail.message_id == Message.id)
        .join(Sending, Sending.message_id == Message.id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            OutboundEmail.id.in_(emails),
            Sending.is_later,
            Sending.taken_back_at.is_(None),
            Ticket.place.in_(_LAID_ASIDE),
            ~tried.exists(),
        )
    )
    return {email.id: (message, email) for message, email in session.execute(chosen)} if emails else {}


def _tell(session: Session, message: Message, email: OutboundEmail) -> None:
    author = session.get(Agent, message.agent_id) if message.agent_id else None
    ticket = session.get_one(Ticket, message.ticket_id)
    notice = notices.tell(session, author, ticket, NoticeKind.HELD) if author else None
    if author and notice and notices.wants_mail(session, author):
        notices.mail(session, notice, author, mailbox_id=email.mailbox_id, purpose=Purpose.TICKET_NOTICE)
