"""Emptying the trash: what was written on a ticket goes, its number and dates stay, so that the trail stays valid.

in the trash → begun (nobody restores it any more, nothing is put on it) → a batch at a time → ended. Killed between
two batches it is gone on with; done again it finds nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.acknowledgement import Acknowledgement
from helpdesk.models.draft import Draft
from helpdesk.models.follower import Follower
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.merge import TicketLink
from helpdesk.models.message import Message, Note
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.snooze import Snooze
from helpdesk.models.staff_forward import StaffForward
from helpdesk.models.theme_report import ThemeMessage
from helpdesk.models.ticket import Participant, Place, Status, Ticket
from helpdesk.privacy import access, audit, custom_fields, drafts, retention, taking_away
from helpdesk.privacy.readers import Machine

BATCH: Final = 200  # rows in one transaction
TICKETS: Final = 200  # begun, and ended, in one
_WAITS: Final = (Outcome.STORED, Outcome.HELD, Outcome.QUARANTINED, Outcome.TOO_LARGE)
_DEEPEST: Final = 50  # merges of merges

Tickets = Collection[int]
_Finds = Callable[[Tickets], Select[int]]
_Takes = Callable[[Session, Sequence[int]], Sequence[bytes]]


def begin(session: Session, *, night: datetime, most: int = TICKETS) -> list[int]:
    """Take the oldest whose time in the trash is over, with all that was merged into them: from here on it is gone.

    One that somebody restores or writes to at the same moment is left to the next night.
    """
    due = select(Ticket).where(retention.is_over(retention.of(session), night), ~retention.is_asked_for())
    oldest = due.order_by(Ticket.trashed_at, Ticket.id).limit(most).with_for_update(skip_locked=True, of=Ticket)
    chosen = session.scalars(oldest).all()
    begun = [*chosen, *_merged_into(session, [ticket.id for ticket in chosen])]
    for ticket in begun:
        ticket.place, ticket.trashed_at = Place.PURGED, ticket.trashed_at or clock.now()
        ticket.status, ticket.closed_at = Status.CLOSED, ticket.closed_at or clock.now()
        ticket.awaits_us = ticket.has_failed_delivery = False
        audit.record(
            session, "ticket.purge", by=Machine.CLOCK, on=("ticket", ticket.id), subject_id=ticket.customer_id
        )
    return [ticket.id for ticket in begun]


def unfinished(session: Session) -> Sequence[int]:
    """Tickets that were begun with, and on which something may be left."""
    begun = select(Ticket.id).where(Ticket.place == Place.PURGED, Ticket.trashed_at.is_not(None))
    return session.scalars(begun.order_by(Ticket.trashed_at, Ticket.id).limit(TICKETS)).all()


def left(session: Session, tickets: Tickets) -> dict[str, Sequence[int]]:
    """The ids of the rows that are still to be taken, by the step's name."""
    found = {name: session.scalars(of(tickets)).all() for name, (of, _take) in _STEPS.items()}
    return {name: ids for name, ids in found.items() if ids}


def take(session: Session, name: str, ids: Sequence[int]) -> Sequence[bytes]:
    """Take one batch of one step, harmless twice; returns large files that nobody holds, for `access.remove_file`."""
    return _STEPS[name][1](session, ids)


def end(session: Session, tickets: Tickets) -> Sequence[bytes]:
    """The last step, once nothing else is left: subject, people and what points to them; returns as `take`."""
    if left(session, tickets):  # something was written in the moment in which it was begun: another round
        return ()
    access.erase_tickets(session, tickets)
    custom_fields.erase(session, tickets, impersonal_too=True)
    for gone in (
        delete(Participant).where(Participant.ticket_id.in_(tickets)),
        delete(Follower).where(Follower.ticket_id.in_(tickets)),
        delete(Snooze).where(Snooze.ticket_id.in_(tickets)),
        delete(TicketLink).where(or_(TicketLink.first_id.in_(tickets), TicketLink.second_id.in_(tickets))),
        update(Acknowledgement).where(Acknowledgement.ticket_id.in_(tickets)).values(subject="", text=""),
        update(StaffForward)
        .where(StaffForward.ticket_id.in_(tickets))
        .values(author_email="", author_name="", colleague_email="", colleague_name=""),
        update(Ticket)
        .where(Ticket.id.in_(tickets))
        .values(trashed_at=None, erased_at=clock.now(), has_attachments=False),
    ):
        session.execute(gone.execution_options(synchronize_session=False))
    filed = select(InboundEmail.id).where(InboundEmail.ticket_id.in_(tickets), InboundEmail.outcome.not_in(_WAITS))
    return access.erase_raw_emails(session, session.scalars(filed).all())


def _merged_into(session: Session, tickets: Sequence[int]) -> list[Ticket]:
    """The covers of what was merged into these, and into those."""
    found: dict[int, Ticket] = {}
    last: Collection[int] = tickets
    for _step in range(_DEEPEST):
        further = session.scalars(select(Ticket).where(Ticket.merged_into_id.in_(last))).all()
        last = [ticket.id for ticket in further if ticket.id not in found]
        if not last:
            break
        found |= {ticket.id: ticket for ticket in further}
    return list(found.values())


def _messages(tickets: Tickets) -> Select[int]:
    return select(Message.id).where(Message.ticket_id.in_(tickets), Message.erased_at.is_(None))


def _deliveries(tickets: Tickets) -> Select[int]:
    told = select(Acknowledgement.outbound_email_id).where(Acknowledgement.ticket_id.in_(tickets))
    on_them = select(OutboundEmail.id).join(Message).where(Message.ticket_id.in_(tickets))
    return select(Delivery.id).where(
        or_(Delivery.outbound_email_id.in_(on_them), Delivery.outbound_email_id.in_(told)), Delivery.email != ""
    )


def _take_from_themes(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    session.execute(delete(ThemeMessage).where(ThemeMessage.id.in_(ids)))
    return ()


# as with a person who is erased: what waits is stopped before what it says goes
_STEPS: Final[Mapping[str, tuple[_Finds, _Takes]]] = {
    "deliveries": (_deliveries, taking_away.deliveries),
    "drafts": (lambda tickets: select(Draft.id).where(Draft.ticket_id.in_(tickets)), drafts.drop),
    "notes": (lambda tickets: select(Note.id).where(Note.ticket_id.in_(tickets)), taking_away.notes),
    "messages of themes": (
        lambda tickets: select(ThemeMessage.id).where(ThemeMessage.message_id.in_(_messages(tickets))),
        _take_from_themes,
    ),
    "messages": (_messages, taking_away.messages),
}
