"""Drafts: saved while an agent writes, touched by nothing that happens to the ticket, never overwritten unseen."""

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from helpdesk import clock
from helpdesk.desk import inbox
from helpdesk.desk.news import Seen
from helpdesk.desk.replies import fits
from helpdesk.desk.sizes import MOST_BYTES
from helpdesk.mail import writing
from helpdesk.mail.writing import TooLong
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft, DraftFile, DraftKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, merged, retention
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.drafts import DraftText
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import hold
from helpdesk.storage.once import once
from helpdesk.storage.prepared import plain

LONGEST_FIELD: Final = 8_000
FIELDS: Final = (
    "mode", "to", "cc", "bcc", "forward_to", "forwarded", "originals", "actions", "saved", "subject", "mailbox",
    "heard",
)  # fmt: skip
_PEOPLE: Final = ("to", "cc", "bcc")
_WORTH_KEEPING: Final = ("subject", "to", "cc", "bcc")
PAGE: Final = 200
COUNTED_UP_TO: Final = 1_000
_MOST_A_SWEEP: Final = 500
_NOTHING: Final = Seen()


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft as it is kept; `is_copy` where another editor had written into it, and both are there now.

    The copy has the files of its editor, under names of its own: `files` says which are which.
    """

    draft: Draft
    is_copy: bool = False
    files: Mapping[int, int] = field(default_factory=dict)


def save(  # noqa: PLR0913  an editor's state has these
    session: Session,
    ticket: Ticket | None,
    kind: DraftKind,
    key: str,
    said: DraftText,
    *,
    by: Agent,
    revision: int,
    seen: Seen = _NOTHING,
    beside: Collection[int] = (),
) -> Saved | None:
    """Keep what stands in an editor; None where nothing does. `revision` is the one that the editor knows.

    Without a ticket it is an email that will begin one; then its subject and its recipients are worth keeping too.

    Two editors with one draft: the second to save gets a draft of its own with the files `beside` it, nothing is
    overwritten. Saved twice with the same words (an answer got lost on the way), it is once; so is what goes on
    where the other ends. Raises AccessDenied, TooLong.
    """
    if ticket is not None:
        access.require(session, ticket, by=by)
    return _kept(session, ticket, kind, key, said, by=by, revision=revision, seen=seen, beside=beside)


def keep_held(  # noqa: PLR0913  as for `save`
    session: Session,
    ticket: Ticket,
    kind: DraftKind,
    key: str,
    said: DraftText,
    *,
    by: Agent,
    revision: int,
    seen: Seen,
    beside: Collection[int] = (),
) -> Draft | None:
    """Keep what was to leave and did not, as `save` does: it waits under Needs a look until its writer decides."""
    saved = _kept(session, ticket, kind, key, said, by=by, revision=revision, seen=seen, beside=beside)
    if saved is None:
        return None
    saved.draft.held_at = clock.now()
    saved.draft.seen_message, saved.draft.seen_note, saved.draft.seen_merge = seen
    session.flush()
    return saved.draft


def is_known(session: Session, draft: Draft, text: str, *, by: Agent, revision: int | None) -> bool:
    """Whether an editor with this revision of a draft, or where it does not say, with these words, has it whole."""
    if draft.revision == revision:
        return True
    return text.startswith(gate.read(session, draft, by=by).text.rstrip())


def has_left(
    session: Session, draft: Draft, text: str, *, by: Agent, revision: int | None, shown: Collection[int] = ()
) -> None:
    """Let go of a draft whose editor was sent; what another editor put into it since stays, with its files."""
    beside = {file.id for file in files(session, draft)}
    if beside <= set(shown) and is_known(session, draft, text, by=by, revision=revision):
        drop(session, draft)


def new_key() -> str:
    """The name of an editor that is opened now."""
    return secrets.token_hex(8)


def begun(
    session: Session, ticket: Ticket | None, kind: DraftKind, key: str, *, by: Agent, seen: Seen = _NOTHING
) -> Draft:
    """The draft of an editor, made where it has none yet: a file can come before the first word."""
    if ticket is not None:
        access.require(session, ticket, by=by)
    draft = in_hand(session, key, by=by)
    return draft or _new(session, ticket, kind, key, DraftText(""), by=by, seen=seen)


def of_ticket(session: Session, ticket: Ticket, *, by: Agent) -> Sequence[Draft]:
    """This agent's drafts on a ticket, and on those merged into it; the last one first."""
    return [draft for draft in kept_on(session, ticket, by=by) if draft.discarded_at is None]


def kept_on(session: Session, ticket: Ticket, *, by: Agent) -> Sequence[Draft]:
    """The same, with those that were discarded and can still be brought back (desk/discarded.py)."""

    def ask() -> Sequence[Draft]:
        tickets = merged.family(session, ticket) if ticket.merged_count else {ticket.id}
        chosen = select(Draft).where(Draft.ticket_id.in_(tickets), Draft.agent_id == by.id)
        return session.scalars(chosen.order_by(Draft.changed_at.desc(), Draft.id.desc())).all()

    return once(session, (Draft, ticket.id, by.id), ask)


def listed(session: Session, *, by: Agent, held: bool = False) -> Sequence[tuple[Draft, Ticket]]:
    """All drafts of an agent with the tickets they are for, as far as these are visible; the last one first."""
    chosen = (
        select(Draft, Ticket)
        .join(Ticket, Ticket.id == Draft.ticket_id)
        .where(Draft.agent_id == by.id, Draft.discarded_at.is_(None), inbox.is_visible(by))
        .options(joinedload(Ticket.customer))
    )
    if held:
        chosen = chosen.where(Draft.held_at.is_not(None))
    return session.execute(chosen.order_by(Draft.changed_at.desc()).limit(PAGE)).all()


def new_emails(session: Session, *, by: Agent) -> Sequence[Draft]:
    """An agent's new emails, which are on no ticket yet; the last one first."""
    chosen = select(Draft).where(Draft.agent_id == by.id, Draft.ticket_id.is_(None), Draft.discarded_at.is_(None))
    return session.scalars(chosen.order_by(Draft.changed_at.desc(), Draft.id.desc()).limit(PAGE)).all()


def counted(*, by: Agent, held: bool = False) -> Select[int]:
    """What their number is made of."""
    chosen = select(Draft.id).outerjoin(Ticket, Ticket.id == Draft.ticket_id)
    chosen = chosen.where(Draft.agent_id == by.id, Draft.discarded_at.is_(None))
    chosen = chosen.where(or_(Draft.ticket_id.is_(None), inbox.is_visible(by)))
    chosen = chosen.where(Draft.held_at.is_not(None)) if held else chosen
    return chosen.limit(plain(COUNTED_UP_TO + 1))


def find(session: Session, draft_id: int, *, by: Agent) -> Draft | None:
    return session.scalar(
        select(Draft).where(Draft.id == draft_id, Draft.agent_id == by.id, Draft.discarded_at.is_(None))
    )


def of_key(session: Session, key: str, *, by: Agent) -> Draft | None:
    return session.scalar(select(Draft).where(Draft.key == key, Draft.agent_id == by.id)) if key else None


def drop(session: Session, draft: Draft) -> list[bytes]:
    """Remove a draft for good, such as one that was sent; returns as the gate's `drop`."""
    return gate.drop(session, [draft.id])


def join(session: Session, draft: Draft, other: Draft, *, by: Agent) -> None:
    """Put one draft under another of the same kind."""
    if draft.id != other.id and draft.kind is other.kind:
        gate.join(session, draft, other, by=by)
        draft.revision, draft.changed_at = draft.revision + 1, clock.now()


def files(session: Session, draft: Draft) -> Sequence[DraftFile]:
    return session.scalars(select(DraftFile).where(DraftFile.draft_id == draft.id).order_by(DraftFile.id)).all()


def files_of(session: Session, file_ids: Collection[int], *, by: Agent) -> Sequence[DraftFile]:
    """Those of these files that are beside a draft of this agent's, whichever."""
    if not file_ids:
        return []
    chosen = select(DraftFile).join(Draft, Draft.id == DraftFile.draft_id)
    chosen = chosen.where(DraftFile.id.in_(file_ids), Draft.agent_id == by.id)
    return session.scalars(chosen.order_by(DraftFile.id)).all()


def add_file(
    session: Session, draft: Draft, *, name: str, media_type: str, body: bytes, most: int = MOST_BYTES
) -> DraftFile:
    """Put a file beside a draft. Raises TooMuch where all of them are more than fits into one email."""
    fits([*(file.size for file in files(session, draft)), len(body)], [], most)
    file = DraftFile(draft_id=draft.id, media_type=media_type, size=len(body))
    session.add(file)
    session.flush()
    gate.write_file(session, file, name=name, body=body)
    draft.changed_at = clock.now()
    return file


def find_file(session: Session, file_id: int, *, by: Agent) -> DraftFile | None:
    chosen = select(DraftFile).join(Draft, Draft.id == DraftFile.draft_id)
    chosen = chosen.where(DraftFile.id == file_id, Draft.agent_id == by.id, Draft.discarded_at.is_(None))
    return session.scalar(chosen)


def sweep(session: Session, *, night: datetime) -> tuple[int, list[bytes]]:
    """Let go of drafts that nobody had touched for long, that night: how many, and what the gate's `drop` returns."""
    old = select(Draft.id).where(retention.drafts_over(retention.of(session), night)).limit(_MOST_A_SWEEP)
    gone = session.scalars(old).all()
    if not gone:
        return 0, []
    audit.record(session, "draft.expire", by=Machine.CLOCK, on=("draft", None), facts={"drafts": list(gone)})
    return len(gone), gate.drop(session, gone)


def written(fields: Mapping[str, str]) -> str:
    """The fields of an editor as they are kept with a draft; who was taken out of a line stays out of it."""
    kept = {name: fields[name] for name in FIELDS if fields.get(name) or (name in _PEOPLE and name in fields)}
    return json.dumps(kept, sort_keys=True)


def read(fields: str) -> dict[str, str]:
    found = json.loads(fields)
    return {name: str(found[name]) for name in FIELDS if name in found} if isinstance(found, dict) else {}


def in_hand(session: Session, key: str, *, by: Agent) -> Draft | None:
    """The draft of this key; until the transaction ends nobody else saves or sends it."""
    hold(session, f"draft {by.id} {key}")
    chosen = select(Draft).where(Draft.key == key, Draft.agent_id == by.id)
    return session.scalar(chosen.execution_options(populate_existing=True))


def _kept(  # noqa: PLR0913  as for `save`
    session: Session,
    ticket: Ticket | None,
    kind: DraftKind,
    key: str,
    said: DraftText,
    *,
    by: Agent,
    revision: int,
    seen: Seen,
    beside: Collection[int],
) -> Saved | None:
    said = _fitting(said)
    draft = in_hand(session, key, by=by)
    if draft is None:
        if _is_empty(said, kind):
            return None
        return Saved(_new(session, ticket, kind, key, said, by=by, seen=seen))
    kept = gate.read(session, draft, by=by)
    if kept == said:
        return Saved(draft)
    if draft.revision != revision and not _goes_on(said, kept):
        return _copy(session, ticket, kind, said, by=by, seen=seen, beside=beside)
    if _is_empty(said, kind) and not files(session, draft):
        gate.drop(session, [draft.id])
        return None
    gate.write(session, draft, said)
    draft.revision, draft.changed_at, draft.held_at = draft.revision + 1, clock.now(), None
    draft.seen_message, draft.seen_note, draft.seen_merge = seen
    return Saved(draft)


def _fitting(said: DraftText) -> DraftText:
    """As it is kept: clean and whole. Raises TooLong."""
    fields = read(said.fields).values()
    if len(said.text) > writing.LONGEST or any(len(each) > LONGEST_FIELD for each in fields):
        raise TooLong(f"a draft has {writing.LONGEST:,} signs at most")
    return replace(said, html=said.html and writing.clean(said.html))


def _goes_on(said: DraftText, kept: DraftText) -> bool:
    """Whether one text only goes on where the other ends: then nothing of that is lost."""
    is_plain = not writing.is_formatted(kept.html or "")
    return is_plain and said.text.startswith(kept.text.rstrip()) and said.fields == kept.fields


def _is_empty(said: DraftText, kind: DraftKind) -> bool:
    fields = read(said.fields) if kind is DraftKind.NEW else {}
    return not any(part.strip() for part in (said.text, *(fields.get(name, "") for name in _WORTH_KEEPING)))


def _copy(
    session: Session,
    ticket: Ticket | None,
    kind: DraftKind,
    said: DraftText,
    *,
    by: Agent,
    seen: Seen,
    beside: Collection[int],
) -> Saved:
    """A draft of its own, for the editor that came second: with its files, and its pictures."""
    draft = _new(session, ticket, kind, new_key(), said, by=by, seen=seen)
    html, names = said.html or "", {}
    for file in files_of(session, {*beside, *writing.pictures_in(html)}, by=by):
        twin = gate.copy_file(session, file, draft, by=by)
        names[file.id] = twin.id
        html = html.replace(f'"{writing.picture(file.id)}"', f'"{writing.picture(twin.id)}"')
    if names:
        gate.write(session, draft, replace(said, html=html or None))
    return Saved(draft, is_copy=True, files=names)


def _new(
    session: Session,
    ticket: Ticket | None,
    kind: DraftKind,
    key: str,
    said: DraftText,
    *,
    by: Agent,
    seen: Seen,
) -> Draft:
    draft = Draft(
        ticket_id=ticket.id if ticket else None,
        agent_id=by.id,
        kind=kind,
        key=key,
        seen_message=seen.message,
        seen_note=seen.note,
        seen_merge=seen.merge,
    )
    session.add(draft)
    session.flush()
    gate.write(session, draft, said)
    return draft
