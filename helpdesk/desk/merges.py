"""Merging: one ticket's messages and notes go to another, each remembers where it came from, and it can be undone.

The participants are not united: who took part in the merged ticket may answer by the secret they hold, and is
written to from the other ticket only where an agent lets them in.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, delivery, followers, inbox, standing
from helpdesk.desk.standing import Standing
from helpdesk.desk.tickets import preview_of
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.merge import Merge
from helpdesk.models.message import Attachment, Message, Note
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import access, audit, merged
from helpdesk.storage import jobs

One = TypeVar("One", Message, Note)


class NotToBeMerged(Exception):
    """These two can't be merged: they are one, or one of them is merged already, or is in the trash."""


class NotToBeUndone(Exception):
    """There is no such merge any more: somebody undid it, or the ticket it led to was itself merged."""


def merge(session: Session, source: Ticket, target: Ticket, *, by: Agent) -> None:
    """Put all that is on `source` onto `target`. Both must be readable (AccessDenied). Raises NotToBeMerged."""
    for ticket in sorted((source, target), key=lambda one: one.id):
        access.require(session, ticket, by=by)
        conversation.going_on(session, ticket)  # what somebody writes on it now goes along, or waits
    if source.id == target.id or source.place is not Place.DESK or target.place is not Place.DESK:
        raise NotToBeMerged("choose another ticket, one that is on the desk")
    kept = Merge(
        source_id=source.id,
        target_id=target.id,
        agent_id=by.id,
        status_before=source.status,
        closed_before=source.closed_at,
        awaited_us=source.awaits_us,
        target_before=json.dumps(standing.of(session, target)),
    )
    session.add(kept)
    messages = session.scalars(select(Message).where(Message.ticket_id == source.id)).all()
    notes = session.scalars(select(Note).where(Note.ticket_id == source.id)).all()
    brought = {
        "messages": _brought(session, source, messages, Message),
        "notes": _brought(session, source, notes, Note),
    }
    _put(session, messages, notes, target)
    if source.awaits_us and source.status is Status.OPEN:
        target.waiting_since = min(target.waiting_since, source.waiting_since) if target.awaits_us else clock.now()
        target.awaits_us, target.status, target.closed_at = True, Status.OPEN, None
    target.has_failed_delivery = target.has_failed_delivery or source.has_failed_delivery
    source.has_failed_delivery = False
    source.put(Place.MERGED)
    source.merged_into_id = target.id
    source.status, source.closed_at, source.awaits_us = Status.CLOSED, source.closed_at or clock.now(), False
    target.merged_count += 1
    recount(session, source, target)
    went_along = followers.go_along(session, source, target, by=by)
    kept.target_after = json.dumps({**standing.of(session, target), "followers": went_along, **brought})
    _tell(session, "ticket.merge", source, target, by)


def undo(session: Session, source: Ticket, *, by: Agent) -> Ticket:
    """Take a merge back: what came from `source` goes back to it, and what arrived later by its secret.

    Returns the ticket it was on, which must be readable (AccessDenied). Raises NotToBeUndone.
    """
    conversation.going_on(session, source)  # two who undo it at once come one after the other
    kept = session.scalar(select(Merge).where(Merge.source_id == source.id, Merge.undone_at.is_(None)))
    target = session.get(Ticket, kept.target_id) if kept else None
    if kept is None or target is None or target.place is Place.MERGED:
        raise NotToBeUndone("this merge is no longer there to be undone")
    access.require(session, target, by=by)
    after = json.loads(kept.target_after or "{}")
    messages = _go_back(session, Message, source, target, after.get("messages", {}))
    notes = _go_back(session, Note, source, target, after.get("notes", {}))
    _put(session, messages, notes, source)
    kept.undone_at = clock.now()
    source.put(Place.DESK)
    source.merged_into_id = None
    source.status, source.closed_at, source.awaits_us = kept.status_before, kept.closed_before, kept.awaited_us
    if source.status is Status.SNOOZED and session.get(Snooze, source.id) is None:  # its moment passed meanwhile
        source.status, source.woke_at = Status.OPEN, clock.now()
    if any(message.at > kept.merged_at for message in messages):  # somebody wrote meanwhile
        source.status, source.closed_at, source.awaits_us = Status.OPEN, None, True
    if target.has_failed_delivery:
        source.has_failed_delivery = delivery.is_any_lost(session, source)
        target.has_failed_delivery = delivery.is_any_lost(session, target)
    target.merged_count -= 1
    recount(session, source, target)
    _stand_again(session, target, kept, by=by)
    followers.leave_again(session, target, after.get("followers", {}), by=by)
    _tell(session, "ticket.unmerge", source, target, by)
    return target


def of_ticket(session: Session, ticket: Ticket, *, by: Agent) -> Sequence[Ticket]:
    """The tickets that were merged into this one, as far as the agent may know of them."""
    if not ticket.merged_count:
        return []
    return session.scalars(inbox.visible(by).where(Ticket.merged_into_id == ticket.id).order_by(Ticket.id)).all()


def known_origins(
    session: Session, ticket: Ticket, pieces: Sequence[Message | Note], *, by: Agent
) -> Mapping[int, Place]:
    """The tickets that what stands on this one came from, and their places, as far as the agent may know of them."""
    origins = {one.origin_ticket_id for one in pieces if one.origin_ticket_id} - {ticket.id}
    if not origins:
        return {}
    chosen = select(Ticket.id, Ticket.place).where(Ticket.id.in_(origins), inbox.is_visible(by))
    return {row.id: row.place for row in session.execute(chosen)}


def recount(session: Session, *both: Ticket) -> None:
    """How many messages are on each, since when nothing came, and whether there is a file: after some moved."""
    session.flush()
    for ticket in both:
        sent = (Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
        messages = select(func.count(Message.id), func.max(Message.at)).where(*sent)
        ticket.message_count, last = session.execute(messages).one()
        if last is not None:
            ticket.active_at = last
        listed = (
            select(Attachment.id)
            .join(Message, Message.id == Attachment.message_id)
            .where(Message.ticket_id == ticket.id, Attachment.is_inline.is_(False))
        )
        ticket.has_attachments = session.scalar(listed.limit(1)) is not None


def _brought(
    session: Session, source: Ticket, rows: Sequence[Message | Note], kind: type[Message | Note]
) -> Standing:
    """Say of each where it comes from; gives what was said before, and the last there was, of whatever ticket."""
    kin, before = merged.family(session, source), {str(row.id): row.origin_ticket_id for row in rows}
    for row in rows:
        if row.origin_ticket_id not in kin:  # or it was split off from elsewhere
            row.origin_ticket_id = source.id
    return {"before": before, "last": session.scalar(select(func.max(kind.id))) or 0}


def _go_back(session: Session, kind: type[One], source: Ticket, target: Ticket, brought: Standing) -> Sequence[One]:
    """What the merge brought, and what came since to where it comes from.

    Not what was there before by another way, such as a message that had been split off from the source.
    """
    kin = merged.family(session, source)
    of_kin = select(kind).where(kind.ticket_id == target.id, kind.origin_ticket_id.in_(kin))
    before, last = brought.get("before", {}), brought.get("last", 0)
    rows = [row for row in session.scalars(of_kin) if not last or str(row.id) in before or row.id > last]
    for row in rows:
        own = None if row.origin_ticket_id == source.id else row.origin_ticket_id
        row.origin_ticket_id = before.get(str(row.id), own)
    return rows


def _put(session: Session, messages: Sequence[Message], notes: Sequence[Note], on: Ticket) -> None:
    arrived = [message.inbound_email_id for message in messages if message.inbound_email_id]
    for email in session.scalars(select(InboundEmail).where(InboundEmail.id.in_(arrived))).all():
        email.ticket_id = on.id
    access.move_writing(session, messages, notes, on, shorten=preview_of)


def _stand_again(session: Session, target: Ticket, kept: Merge, *, by: Agent) -> None:
    """As it stood before the merge, where nobody changed it since and nothing came to it."""
    since = select(Message.id).where(Message.ticket_id == target.id, Message.at > kept.merged_at).limit(1)
    if kept.target_before and kept.target_after and session.scalar(since) is None:
        standing.restore(session, target, json.loads(kept.target_before), json.loads(kept.target_after), by=by)
    conversation.heard(session, target)


def _tell(session: Session, action: str, source: Ticket, target: Ticket, by: Agent) -> None:
    """An event on each of the two, for each is somebody's."""
    for ticket, other in ((source, target), (target, source)):
        facts: dict[str, object] = {"other": other.id, "is_source": ticket is source}
        audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
        jobs.announce(session, ticket.id)
