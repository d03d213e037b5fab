"""Bulk actions: one verb on any selection of tickets, as a job with progress, which can be taken back for a while.

Whoever asks for one names the tickets by their ids, wherever these come from: a list, a search, a theme. Permission
is asked for each ticket when its turn comes. Killed in between, it goes on where it was; run twice at once, each
ticket is done once. The undo is a state in the database: each ticket gets what it had, unless it changed since.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, delete, insert, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import bulk_verbs, inbox
from helpdesk.desk.bulk_verbs import NotUnderstood
from helpdesk.models.agent import Agent
from helpdesk.models.bulk import Bulk, BulkItem, ItemState, Verb
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.storage import jobs
from helpdesk.storage.db import hold
from helpdesk.storage.jobs import Job

__all__ = [
    "MOST",
    "NotUnderstood",
    "NothingChosen",
    "TooLate",
    "TooMany",
    "ask",
    "find",
    "go_on",
    "may_be_undone",
    "undo",
]

MOST: Final = 10_000  # tickets of one action
MOST_MERGED: Final = 100  # into one
PIECE: Final = 25  # tickets of one transaction
AT_ONCE: Final = 50  # so few are done without waiting for a worker
UNDOABLE: Final = timedelta(seconds=30)  # after the last ticket
STUCK: Final = timedelta(seconds=20)  # not moved for so long, nobody works on it
KEPT: Final = timedelta(days=1)  # then what it did is in the audit trail only
_CHUNK: Final = 500


class NothingChosen(Exception):
    """None of the tickets is there for this agent."""


class TooMany(Exception):
    """So many tickets are no longer one matter."""


class TooLate(Exception):
    """It can't be taken back any more, or was already."""


def ask(session: Session, verb: Verb, argument: str, ticket_ids: Iterable[int], *, by: Agent, key: str) -> Bulk:
    """Have something done to all these tickets, the first MOST of them; the same key again gives the same action.

    Tickets that the agent may not know of are left out. Raises NotUnderstood, TooLong, NothingChosen, TooMany.
    """
    hold(session, f"bulk {by.id}")
    known = session.scalar(select(Bulk).where(Bulk.agent_id == by.id, Bulk.key == key))
    if known is not None:
        return known
    bulk_verbs.check(session, verb, argument, by=by)
    chosen = _visible(session, list(dict.fromkeys(ticket_ids))[:MOST], by)
    if verb is Verb.MERGE:
        chosen = [ticket_id for ticket_id in chosen if ticket_id != int(argument)]
    if not chosen:
        raise NothingChosen("choose tickets first")
    if verb is Verb.MERGE and len(chosen) > MOST_MERGED:
        raise TooMany("merge fewer at once")
    made = Bulk(agent_id=by.id, key=key, verb=verb, argument=argument, total=len(chosen))
    session.add(made)
    session.flush()
    rows = [
        {"bulk_id": made.id, "ticket_id": ticket_id, "position": position, "state": ItemState.WAITING}
        for position, ticket_id in enumerate(chosen)
    ]
    session.execute(insert(BulkItem), rows)
    facts: dict[str, object] = {"verb": verb.value, "count": made.total}
    audit.record(session, "bulk.ask", by=by, on=("bulk", made.id), facts=facts)
    _set_going(session, made)
    return made


def find(session: Session, bulk_id: int, *, by: Agent) -> Bulk | None:
    """One that this agent asked for; others' are nobody's business."""
    return session.scalar(select(Bulk).where(Bulk.id == bulk_id, Bulk.agent_id == by.id))


def may_be_undone(bulk: Bulk) -> bool:
    """While it runs, and for some seconds after."""
    is_over = bulk.finished_at is not None and bulk.finished_at + UNDOABLE <= clock.now()
    return bulk.undo_asked_at is None and not is_over


def undo(session: Session, bulk: Bulk, *, by: Agent) -> None:
    """Give each ticket what it had before; what is not done yet stays undone. Asked twice is once. Raises TooLate."""
    session.flush()
    session.refresh(bulk, with_for_update=True)
    if bulk.undo_asked_at is not None:
        return
    if not may_be_undone(bulk):
        raise TooLate("this can't be taken back any more")
    bulk.undo_asked_at = clock.now()
    bulk.finished_at = bulk.finished_at or bulk.undo_asked_at
    audit.record(session, "bulk.undo", by=by, on=("bulk", bulk.id))
    _set_going(session, bulk)


def go_on(session: Session, bulk: Bulk) -> bool:
    """Do the next piece, or put the next piece back; False when nothing is left. The row must be locked."""
    bulk.moved_at = clock.now()
    if bulk.undo_asked_at is not None:
        return _put_piece_back(session, bulk)
    return bulk.finished_at is None and _do_piece(session, bulk)


def stuck(session: Session) -> Sequence[int]:
    """Those not over that nobody works on: their job was lost, or its worker died."""
    to_undo = Bulk.undo_asked_at.is_not(None) & Bulk.undone_at.is_(None)
    under_way = or_(Bulk.finished_at.is_(None), to_undo)
    return session.scalars(select(Bulk.id).where(under_way, Bulk.moved_at < clock.now() - STUCK)).all()


def forget(session: Session) -> int:
    """Let go of one that is long over, and of what its tickets were before; how many tickets that were."""
    old = select(Bulk).where(Bulk.finished_at < clock.now() - KEPT).order_by(Bulk.id).limit(1)
    bulk = session.scalar(old)
    if bulk is None:
        return 0
    session.execute(delete(BulkItem).where(BulkItem.bulk_id == bulk.id))
    session.delete(bulk)
    session.flush()
    return bulk.total


def _set_going(session: Session, bulk: Bulk) -> None:
    """A few are done at once; many are a worker's."""
    if bulk.total > AT_ONCE:
        jobs.ring(session, Job.BULK, bulk.id)
        return
    session.flush()
    those = select(BulkItem.ticket_id).where(BulkItem.bulk_id == bulk.id)
    session.execute(select(Ticket.id).where(Ticket.id.in_(those)).order_by(Ticket.id).with_for_update())
    while go_on(session, bulk):
        session.flush()


def _visible(session: Session, ids: Sequence[int], by: Agent) -> list[int]:
    found: set[int] = set()
    for at in range(0, len(ids), _CHUNK):
        chunk = select(Ticket.id).where(Ticket.id.in_(ids[at : at + _CHUNK]), inbox.is_visible(by))
        found.update(session.scalars(chunk))
    return [ticket_id for ticket_id in ids if ticket_id in found]


def _items(session: Session, bulk: Bulk, state: ItemState) -> Sequence[BulkItem]:
    chosen = select(BulkItem).where(BulkItem.bulk_id == bulk.id, BulkItem.state == state)
    return session.scalars(chosen.order_by(BulkItem.position).limit(PIECE)).all()


def _held(session: Session, tickets: Select[Ticket], piece: Sequence[BulkItem]) -> dict[int, Ticket]:
    """The tickets of a piece as they are now, and as they stay while it is done: always taken in one order."""
    chosen = tickets.where(Ticket.id.in_([item.ticket_id for item in piece]))
    held = chosen.order_by(None).order_by(Ticket.id).with_for_update(of=Ticket)
    rows = session.scalars(held, execution_options={"populate_existing": True})
    return {ticket.id: ticket for ticket in rows}


def _do_piece(session: Session, bulk: Bulk) -> bool:
    by = session.get_one(Agent, bulk.agent_id)
    piece = _items(session, bulk, ItemState.WAITING)
    there = _held(session, inbox.visible(by), piece) if by.may(Permission.HANDLE) else {}
    for item in piece:
        _do(session, bulk, item, there.get(item.ticket_id), by)
    if len(piece) < PIECE:
        bulk.finished_at = clock.now()
        return False
    return True


def _do(session: Session, bulk: Bulk, item: BulkItem, ticket: Ticket | None, by: Agent) -> None:
    if ticket is None:
        item.state, bulk.refused = ItemState.REFUSED, bulk.refused + 1
        return
    before = bulk_verbs.states(session, ticket, bulk.verb, bulk.argument)
    try:
        bulk_verbs.act(session, ticket, bulk.verb, bulk.argument, by=by)
    except bulk_verbs.REFUSALS:
        audit.record(session, "ticket.refused", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id)
        item.state, bulk.refused = ItemState.REFUSED, bulk.refused + 1
        return
    after = bulk_verbs.states(session, ticket, bulk.verb, bulk.argument)
    if after == before:
        item.state, bulk.already = ItemState.ALREADY, bulk.already + 1
        return
    item.state, item.before, item.after = ItemState.DONE, json.dumps(before), json.dumps(after)
    bulk.done += 1


def _put_piece_back(session: Session, bulk: Bulk) -> bool:
    """By the right to take back one's own action: what was moved out of sight by it can be brought back too."""
    by = session.get_one(Agent, bulk.agent_id)
    piece = _items(session, bulk, ItemState.DONE)
    there = _held(session, select(Ticket), piece) if by.may(Permission.HANDLE) else {}
    for item in piece:
        ticket = there.get(item.ticket_id)
        if ticket is None or bulk_verbs.states(session, ticket, bulk.verb, bulk.argument) != json.loads(
            item.after or "{}"
        ):
            item.state, bulk.changed_since = ItemState.CHANGED_SINCE, bulk.changed_since + 1
            continue
        try:
            bulk_verbs.put_back(session, ticket, bulk.verb, bulk.argument, json.loads(item.before or "{}"), by=by)
        except bulk_verbs.REFUSALS:
            item.state, bulk.changed_since = ItemState.CHANGED_SINCE, bulk.changed_since + 1
            continue
        item.state, bulk.put_back = ItemState.PUT_BACK, bulk.put_back + 1
    if len(piece) < PIECE:
        bulk.undone_at = clock.now()
        return False
    return True
