"""The audit trail: every reading, change and refusal, written in the transaction it belongs to."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.audit import AuditEvent, AuditPayload, AuditShown
from helpdesk.privacy.readers import Reader, id_of, kind_of
from helpdesk.storage import later
from helpdesk.storage.db import Database, is_reading
from helpdesk.storage.once import once

# readings of one thing by one reader on one basis within this time are one event
COALESCED: Final = timedelta(minutes=5)


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
    if db.is_sqlite:  # a writing transaction keeps every other writer waiting: none where nothing is to be written
        with db.reading() as session:
            readings = _fresh(session, readings)
    if readings:
        with db.transaction() as session, later.gathering(session):
            for noted in readings if db.is_sqlite else _fresh(session, readings):
                _write(session, noted)


def covered_tickets(session: Session, agent: Reader, view: str) -> set[int]:
    """The tickets whose glimpse this agent's trail of the last five minutes already covers, in this view."""
    actor = kind_of(agent), id_of(agent)
    facts = once(session, ("list.read", actor), lambda: _list_readings(session, *actor))
    return {ticket_id for fact in facts if fact["view"] == view for ticket_id in fact["tickets"]}


def _list_readings(session: Session, actor_kind: str, actor_id: str) -> list[dict[str, Any]]:
    """The facts of this reader's glimpses of the last five minutes, in whatever view."""
    cores = session.scalars(
        select(AuditEvent.core).where(
            AuditEvent.actor_kind == actor_kind,
            AuditEvent.actor_id == actor_id,
            AuditEvent.action == "list.read",
            _just_before(clock.now()),
        )
    )
    return [json.loads(core)["facts"] for core in cores]


def _fresh(session: Session, readings: Sequence[Noted]) -> list[Noted]:
    return [noted for noted in readings if not (noted.is_coalesced and _is_covered(session, noted))]


def _is_covered(session: Session, noted: Noted) -> bool:
    same = select(AuditEvent.id).where(
        AuditEvent.actor_kind == noted.actor_kind,
        AuditEvent.actor_id == noted.actor_id,
        AuditEvent.action == noted.action,
        AuditEvent.object_kind == noted.object_kind,
        AuditEvent.object_id == noted.object_id,
        AuditEvent.basis == noted.basis,
        _just_before(noted.at),
    )
    return session.scalar(same.limit(1)) is not None


def _just_before(moment: datetime) -> ColumnElement[bool]:
    """Within five minutes; a moment to come covers nothing, or a clock that was put back would keep readings out."""
    return AuditEvent.at.between(moment - COALESCED, moment)


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
    event = AuditEvent(**values)
    session.add(event)
    session.flush()
    if isinstance(shown, list) and shown:
        session.execute(insert(AuditShown), [{"ticket_id": one, "event_id": event.id} for one in shown])
    if noted.words:
        session.add(AuditPayload(event_id=event.id, salt=salt, body=noted.words))
