"""What is taken away of messages, notes and letters: of a person who is erased, of a ticket that leaves the trash.

Their rows stay where something is counted by them, as numbers and dates. Each function takes ids, and returns the
digests of large files that nobody holds any more.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.message import Attachment, Message, MessageAddress, Note
from helpdesk.models.outbound_email import Delivery, DeliveryState
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access

_ON_THE_WAY: Final = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.SENDING)


def messages(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    """What these messages say, with their files and addresses, and the emails they came as."""
    emails = session.scalars(
        select(Message.inbound_email_id).where(Message.id.in_(ids), Message.inbound_email_id.is_not(None))
    ).all()
    files = access.erase_messages(session, ids, [email_id for email_id in emails if email_id is not None])
    for model in (Attachment, MessageAddress):
        session.execute(delete(model).where(model.message_id.in_(ids)))
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            from_email="", from_name="", rfc_message_id=None, inbound_email_id=None, has_html=False,
            blocked_count=0, blocked_hosts="", defects="", erased_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    on_tickets = select(Message.ticket_id).where(Message.id.in_(ids))
    touched = session.scalars(select(Ticket).where(Ticket.id.in_(on_tickets))).all()
    for ticket in touched:
        access.write_preview(session, ticket, "")  # it was the beginning of the last message: perhaps of theirs
        files_left = select(Attachment.id).join(Message).where(Message.ticket_id == ticket.id).limit(1)
        ticket.has_attachments = session.scalar(files_left) is not None
    return files


def notes(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    access.erase_notes(session, ids)
    session.execute(delete(Note).where(Note.id.in_(ids)))
    return ()


def deliveries(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    """To whom something went, or was to go: what waits does not leave."""
    chosen = Delivery.id.in_(ids)
    waiting = update(Delivery).where(chosen, Delivery.state.in_(_ON_THE_WAY))
    session.execute(waiting.values(state=DeliveryState.CANCELLED, claim=None, lease_until=None))
    session.execute(update(Delivery).where(chosen).values(email="", name="", answer=""))
    return ()
