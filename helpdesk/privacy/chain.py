"""The hash chain over the audit trail: sealing links events soon after they commit, verifying walks it."""

import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from helpdesk.models.audit import AuditEvent, AuditLink, AuditPayload, AuditUnsealed
from helpdesk.storage import leases
from helpdesk.storage.db import raw_rows

LEASE: Final = "audit-sealer"
LEASE_LASTS: Final = timedelta(seconds=15)
_VERSION: Final = b"candour-audit-v1"
_START: Final = bytes(32)
_BATCH: Final = 2_000
_BEFORE_WORDS: Final = -len(f',"words":"{"0" * 64}"}}')
_sha256 = hashlib.sha256
_understand = json.JSONDecoder().decode


def link_hash(previous: bytes, core: bytes) -> bytes:
    """SHA-256 over the chain's version, the previous link's hash and the event's stored bytes."""
    return hashlib.sha256(_VERSION + previous + core).digest()


def seal(session: Session, *, holder: str) -> int:
    """Link up to a batch of committed events into the chain, in the order of their ids; how many were linked.

    One sealer works at a time: without the lease nothing is done. Call it again while it returns a full batch.
    """
    if not leases.take(session, LEASE, holder=holder, lasting=LEASE_LASTS):
        return 0
    waiting = session.execute(
        select(AuditEvent.id, AuditEvent.core)
        .join(AuditUnsealed, AuditUnsealed.event_id == AuditEvent.id)
        .order_by(AuditEvent.id)
        .limit(_BATCH)
    ).all()
    if not waiting:
        return 0
    sequence, previous = head(session)
    links: list[dict[str, object]] = []
    for event_id, core in waiting:
        sequence += 1
        current = link_hash(previous, core)
        links.append({"sequence": sequence, "event_id": event_id, "previous_hash": previous, "hash": current})
        previous = current
    session.execute(insert(AuditLink), links)
    session.execute(delete(AuditUnsealed).where(AuditUnsealed.event_id.in_([event_id for event_id, _ in waiting])))
    return len(waiting)


def head(session: Session) -> tuple[int, bytes]:
    """The last sequence of the chain and its hash; (0, zeros) of an empty one."""
    last = session.execute(
        select(AuditLink.sequence, AuditLink.hash).order_by(AuditLink.sequence.desc()).limit(1)
    ).one_or_none()
    return (0, _START) if last is None else (last[0], last[1])


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the trail first fails, and how."""

    sequence: int
    event_id: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk over the trail found; `fault` is None when every link holds."""

    links: int
    unsealed: int
    head: bytes
    fault: Fault | None = None


def verify(session: Session, *, progress: Callable[[int], None] = lambda _done: None) -> Verified:
    """Walk the whole trail over its stored bytes; stops at the first link that does not hold.

    Finds an edited or removed event, an edited link, a gap, and words that are not the ones committed to (words
    that were erased are missing rightly). A cut tail and a complete rewrite show only against a checkpoint that
    was kept elsewhere (privacy/checkpoints).
    """
    said = _first_changed_words(session)
    sequence, previous = 0, _START
    with closing(_walk(session)) as batches:
        for batch in batches:
            for row in batch:
                if not _holds(sequence + 1, previous, row):
                    fault = _earlier(said, _fault(sequence + 1, previous, row))
                    return Verified(fault.sequence - 1, unsealed(session), previous, fault)
                sequence, previous = row[0], row[2]
            progress(sequence)
    waiting = unsealed(session)
    unlinked = (session.scalar(select(func.count()).select_from(AuditEvent)) or 0) - sequence - waiting
    if unlinked:
        outside = Fault(sequence, None, f"{unlinked} events stand outside the chain")
        return Verified(sequence, waiting, previous, _earlier(said, outside))
    return Verified(sequence, waiting, previous, said)


def unsealed(session: Session) -> int:
    """How many committed events wait for the sealer."""
    return session.scalar(select(func.count()).select_from(AuditUnsealed)) or 0


def cores(session: Session, *, size: int | None = None) -> Iterator[bytes]:
    """The stored bytes of the chain's events in its order: the leaves of the Merkle tree, up to a size."""
    query = select(AuditEvent.core).join(AuditLink, AuditLink.event_id == AuditEvent.id).order_by(AuditLink.sequence)
    if size is not None:
        query = query.where(AuditLink.sequence <= size)
    yield from session.execute(query.execution_options(yield_per=_BATCH)).scalars()


def _walk(session: Session) -> Generator[Sequence[Any], None, None]:
    query = (
        select(
            AuditLink.sequence, AuditLink.previous_hash, AuditLink.hash, AuditLink.event_id, AuditEvent.core,
            AuditEvent.action, AuditEvent.actor_kind, AuditEvent.actor_id, AuditEvent.object_kind,
            AuditEvent.object_id, AuditEvent.subject_id, AuditEvent.basis, AuditEvent.at,
        )
        .outerjoin(AuditEvent, AuditEvent.id == AuditLink.event_id)
        .order_by(AuditLink.sequence)
    )  # fmt: skip
    yield from raw_rows(session, query, at_once=_BATCH)


def _first_changed_words(session: Session) -> Fault | None:
    """The first sealed event whose erasable words are others than those it commits to, or that commits to none."""
    query = (
        select(AuditLink.sequence, AuditEvent.id, AuditEvent.core, AuditPayload.salt, AuditPayload.body)
        .join(AuditEvent, AuditEvent.id == AuditPayload.event_id)
        .join(AuditLink, AuditLink.event_id == AuditEvent.id)
        .order_by(AuditLink.sequence)
    )
    with closing(raw_rows(session, query, at_once=_BATCH)) as batches:
        for batch in batches:
            for sequence, event_id, core, salt, body in batch:
                end = f',"words":"{_sha256(salt + body.encode()).hexdigest()}"}}'.encode()
                if core[_BEFORE_WORDS:] != end:
                    return Fault(sequence, event_id, f"the words of event {event_id} were changed")
    return None


def _earlier(one: Fault | None, other: Fault) -> Fault:
    return one if one is not None and one.sequence <= other.sequence else other


def _holds(expected: int, previous: bytes, row: Any) -> bool:  # noqa: ANN401  a row, taken apart in one go
    """Whether a link is as it should be: all of it is looked at, as fast as it can be, a million times."""
    sequence, before, after, _event_id, core, *repeated = row
    if sequence != expected or core is None or before != previous:
        return False
    if after != _sha256(_VERSION + previous + core).digest():
        return False
    repeated[-1] = _as_said(repeated[-1])
    return _is_as_usual(core, *repeated) or repeated == _repeated(core)


def _as_said(at: str | datetime) -> str:
    """A moment in the letters of the core, from those of the driver: SQLite's are nearly the same."""
    if isinstance(at, str):
        return f"{at[:10]}T{at[11:]}+00:00"
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _is_as_usual(  # noqa: PLR0913, PLR0917  the columns that repeat the core
    core: bytes, action: str, kind: str, who: str, on: str, on_id: int | None, whose: int | None, basis: str, at: str
) -> bool:
    """Whether the core begins and ends with these columns, in the letters in which nearly every event is written.

    What stands between is `facts`, and their quotes can't imitate the end. No means: look closer.
    """
    if '"' in f"{action}{kind}{who}{on}{basis}{at}":
        return False
    begin = f'{{"action":"{action}","actor":["{kind}","{who}"],"at":"{at}","basis":"{basis}","facts":{{'.encode()
    end = f'"object":["{on}",{_in_json(on_id)}],"subject":{_in_json(whose)},"v":1'.encode()
    return core.startswith(begin) and (
        core.endswith(b"}," + end + b"}") or core[:_BEFORE_WORDS].endswith(b"}," + end)
    )


def _in_json(number: int | None) -> str:
    return "null" if number is None else str(number)


def _fault(expected: int, previous: bytes, row: Any) -> Fault:  # noqa: ANN401  as above
    """What is wrong with a link that does not hold."""
    sequence, before, after, event_id, core, *_columns = row
    if sequence != expected:
        return Fault(expected, None, f"link {expected} is missing")
    if core is None:
        return Fault(expected, event_id, f"event {event_id} was removed")
    if before != previous or after != link_hash(previous, core):
        return Fault(expected, event_id, f"event {event_id} or its link was changed")
    return Fault(expected, event_id, f"the searchable columns of event {event_id} were changed")


def _repeated(core: bytes) -> list[object]:
    said = _understand(core.decode())
    return [said["action"], *said["actor"], *said["object"], said["subject"], said["basis"], said["at"]]
