"""What the emails of a batch stand on, asked for together: a few statements, instead of a few for each email."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, selectinload

from helpdesk.desk.outbox import Claimed
from helpdesk.models.message import Attachment, Direction, Message
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.sending import Sending
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.storage.once import learnt, once

NEAREST_REFERENCES: Final = 15
_EARLIER: Final = select(
    Message.ticket_id, Message.id, Message.rfc_message_id, Message.direction, Message.is_automatic
).where(Message.rfc_message_id.is_not(None), Message.taken_back_at.is_(None))


def hold(session: Session, batch: Sequence[Claimed]) -> Sequence[object]:
    """The rows of a batch; a reading session knows them as long as they are kept."""
    ids = [one.outbound_email_id for one in batch]
    emails = session.scalars(
        select(OutboundEmail).where(OutboundEmail.id.in_(ids)).options(selectinload(OutboundEmail.deliveries))
    ).all()
    about = select(Message, Ticket).join(Ticket, Ticket.id == Message.ticket_id)
    pairs = session.execute(about.where(Message.id.in_({one.message_id for one in emails}))).all()
    messages = [message for message, _ticket in pairs]
    _learn(session, messages)
    return [*emails, *(row for pair in pairs for row in pair), *access.fetch_ahead(session, messages)]


def sending_of(session: Session, message: Message) -> Sending | None:
    """How an answer was sent, where an agent sent it."""
    return once(session, (Sending, message.id), lambda: session.get(Sending, message.id))


def files_of(session: Session, message: Message) -> Sequence[Attachment]:
    return once(session, (Attachment, message.id), lambda: _files(session, [message.id]))


def conversation(session: Session, message: Message) -> tuple[str, tuple[str, ...]]:
    """The Message-ID this one answers, and those of its ancestors: the first and the nearest ones."""
    known = once(session, (Message, message.ticket_id), lambda: _earlier(session, {message.ticket_id}))
    earlier = [row for row in known if row.id < message.id]
    ids = [str(row.rfc_message_id) for row in earlier]
    chain = list(dict.fromkeys([*ids[:1], *ids[-NEAREST_REFERENCES:]]))
    theirs = [
        str(row.rfc_message_id) for row in earlier if row.direction is Direction.RECEIVED and not row.is_automatic
    ]
    answered = theirs[-1] if theirs else chain[-1] if chain else ""
    return answered, tuple(one for one in chain if one != answered)


def _learn(session: Session, messages: Sequence[Message]) -> None:
    ids = [message.id for message in messages]
    sendings = {row.message_id: row for row in session.scalars(select(Sending).where(Sending.message_id.in_(ids)))}
    files, tickets = _files(session, ids), {message.ticket_id for message in messages}
    earlier = _earlier(session, tickets)
    for message_id in ids:
        learnt(session, (Sending, message_id), sendings.get(message_id))
        learnt(session, (Attachment, message_id), [file for file in files if file.message_id == message_id])
    for ticket_id in tickets:
        learnt(session, (Message, ticket_id), [row for row in earlier if row.ticket_id == ticket_id])


def _files(session: Session, message_ids: Collection[int]) -> Sequence[Attachment]:
    chosen = select(Attachment).where(Attachment.message_id.in_(message_ids))
    return session.scalars(chosen.order_by(Attachment.position, Attachment.id)).all()


def _earlier(session: Session, ticket_ids: Collection[int]) -> Sequence[Row[int, int, str | None, Direction, bool]]:
    return session.execute(_EARLIER.where(Message.ticket_id.in_(ticket_ids)).order_by(Message.id)).all()
