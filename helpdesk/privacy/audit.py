"""The audit trail: every reading, change and refusal, written in the transaction it belongs to."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, insert, literal_column, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.audit import AuditEvent, AuditPayload, AuditShown
from helpdesk.models.base import Id
from helpdesk.privacy.readers import Reader, id_of, kind_of
from helpdesk.storage import later
from helpdesk.storage.db import Database, is_reading
from helpdesk.storage.once import once
from helpdesk.storage.one_of import each, numbers, one_of

# readings of one thing by one reader on one basis within this time are one event
COALESCED: Final = timedelta(minutes=5)

# made once: every page of a ticket asks this, and building the statement took longer than asking it
_event = AuditEvent.__table__.c
_READ_SO: Final = select(_event.object_id, _event.at).where(
    _event.actor_kind == bindparam("actor_kind"),
    _event.actor_id == bindparam("actor_id"),
    _event.action == bindparam("action"),
    _event.object_kind == bindparam("object_kind"),
    one_of(_event.object_id, numbers("object_ids")),
    _event.basis == bindparam("basis"),
    _event.at.between(bindparam("since"), bindparam("until")),
)

# of whoever looks at one list after another the newest: what these don't cover is noted once more. The number stands
# in the statement, so that PostgreSQL knows how few they are
GLIMPSES: Final = (
    select(AuditEvent.core)
    .where(
        AuditEvent.actor_kind == bindparam("actor_kind"),
        AuditEvent.actor_id == bindparam("actor_id"),
        AuditEvent.action == "list.read",
        AuditEvent.at.between(bindparam("since"), bindparam("now")),
    )
    .order_by(AuditEvent.at.desc())
    .limit(literal_column("30"))
)

_EVENT: Final = insert(AuditEvent).returning(AuditEvent.id)
_SHOWN: Final = insert(AuditShown).from_select(
    ["ticket_id", "event_id"], select(each(numbers("tickets")), bindparam("event_id", type_=Id))
)
_PAYLOAD: Final = insert(AuditPayload)


@dataclass(frozen=True, slots=True)
class Noted:
    """An event to be written. `facts` are opaque (ids, counts, states); `words` are personal and erasable."""

    action: str
    actor_kind: str
    actor_id: str
    object_kind: str
    object_id: int | None = None
    subject_id: int | None = None
    basis: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    words: str = field(default="", repr=False)
    at: datetime = field(default_factory=clock.now)
    is_coalesced: bool = False


def record(  # noqa: PLR0913  who, what, on what, whose, by what right: an event has these
    session: Session,
    action: str,
    *,
    by: Reader | None,
    on: tuple[str, int | None],
    subject_id: int | None = None,
    basis: str = "",
    facts: dict[str, object] | None = None,
    words: str = "",
    is_reading_of_content: bool = False,
) -> None:
    """Leave an event: a row of this transaction, or, in a reading session, a note that the edge must keep.

    `on` is (kind, id): ("ticket", 7). Facts hold ids, counts and states only; personal text goes in `words`.
    """
    noted = Noted(
        action=action,
        actor_kind=kind_of(by),
        actor_id=id_of(by),
        object_kind=on[0],
        object_id=on[1],
        subject_id=subject_id,
        basis=basis,
        facts=facts or {},
        words=words,
        is_coalesced=is_reading_of_content,
    )
    if is_reading(session):
        session.info["readings"].append(noted)
    else:
        _write(session, noted)


def keep_readings(db: Database, readings: Sequence[Noted]) -> None:
    """Write what a reading session let through, in a short transaction of its own, before a byte leaves.

    What the trail already covers (the same reader, thing and basis within five minutes) is not written again.
    """
    if not readings:
        return
    # a writing transaction keeps SQLite's other writers waiting: none where nothing is to be written
    if db.is_sqlite and any(noted.is_coalesced for noted in readings):
        with db.reading() as session:
            readings = _fresh(session, readings)
    if readings:
        with db.transaction() as session, later.gathering(session):
            for noted in readings if db.is_sqlite else _fresh(session, readings):
                _write(session, noted)


def uncovered(session: Session) -> list[Noted]:
    """What this reading session let through and the trail does not cover, so that keeping it only writes."""
    return [replace(noted, is_coalesced=False) for noted in _fresh(session, session.info["readings"])]


def covered_tickets(session: Session, agent: Reader, view: str) -> set[int]:
    """The tickets whose glimpse this agent's trail of the last five minutes already covers, in this view."""
    actor = kind_of(agent), id_of(agent)
    facts = once(session, ("list.read", actor), lambda: _list_readings(session, *actor))
    return {ticket_id for fact in facts if fact["view"] == view for ticket_id in fact["tickets"]}


def _list_readings(session: Session, actor_kind: str, actor_id: str) -> list[dict[str, Any]]:
    """The facts of this reader's glimpses of the last five minutes, in whatever view."""
    now = clock.now()
    asked = {"actor_kind": actor_kind, "actor_id": actor_id, "since": now - COALESCED, "now": now}
    return [json.loads(core)["facts"] for core in session.scalars(GLIMPSES, asked)]


def _fresh(session: Session, readings: Sequence[Noted]) -> list[Noted]:
    alike: dict[tuple[str, ...], list[Noted]] = {}
    for noted in readings:
        if noted.is_coalesced:
            alike.setdefault(_sort(noted), []).append(noted)
    covered = {kind: _moments(session, several) for kind, several in alike.items()}
    return [
        noted
        for noted in readings
        if not noted.is_coalesced or not _is_just_before(noted.at, covered[_sort(noted)].get(noted.object_id, ()))
    ]


def _sort(noted: Noted) -> tuple[str, ...]:
    return noted.actor_kind, noted.actor_id, noted.action, noted.object_kind, noted.basis


def _moments(session: Session, alike: Sequence[Noted]) -> dict[int | None, list[datetime]]:
    """When the trail has each of these things read so, around the moments they are read at now; in one statement."""
    one, moments = alike[0], [noted.at for noted in alike]
    same = {
        "actor_kind": one.actor_kind,
        "actor_id": one.actor_id,
        "action": one.action,
        "object_kind": one.object_kind,
        "object_ids": {noted.object_id for noted in alike},
        "basis": one.basis,
        "since": min(moments) - COALESCED,
        "until": max(moments),
    }
    found: dict[int | None, list[datetime]] = {}
    for object_id, at in session.execute(_READ_SO, same):
        found.setdefault(object_id, []).append(at)
    return found


def _is_just_before(moment: datetime, known: Sequence[datetime]) -> bool:
    """Within five minutes; a moment to come covers nothing, or a clock that was put back would keep readings out."""
    return any(moment - COALESCED <= at <= moment for at in known)


def _write(session: Session, noted: Noted) -> None:
    core: dict[str, object] = {
        "v": 1,
        "at": noted.at.isoformat(timespec="microseconds"),
        "action": noted.action,
        "actor": [noted.actor_kind, noted.actor_id],
        "object": [noted.object_kind, noted.object_id],
        "subject": noted.subject_id,
        "basis": noted.basis,
        "facts": noted.facts,
    }
    salt = secrets.token_bytes(16)
    if noted.words:
        core["words"] = hashlib.sha256(salt + noted.words.encode()).hexdigest()
    values: dict[str, Any] = {
        "at": noted.at,
        "action": noted.action,
        "actor_kind": noted.actor_kind,
        "actor_id": noted.actor_id,
        "object_kind": noted.object_kind,
        "object_id": noted.object_id,
        "subject_id": noted.subject_id,
        "basis": noted.basis,
        "core": json.dumps(core, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(),
    }
    shown = noted.facts.get("tickets")
    if not noted.words and not shown:
        later.add(session, AuditEvent, **values)
        return
    later.settle(session)  # events have numbers in the order in which they happened
    session.flush()
    connection = session.connection()
    event_id = connection.scalar(_EVENT, values)
    if isinstance(shown, list) and shown:
        connection.execute(_SHOWN, {"tickets": shown, "event_id": event_id})
    if noted.words:
        connection.execute(_PAYLOAD, {"event_id": event_id, "salt": salt, "body": noted.words})
