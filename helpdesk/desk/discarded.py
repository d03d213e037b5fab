"""Discarded drafts: nowhere from then on, and brought back whole within half a minute; then they go for good."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import drafts, places
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import drafts as gate

_MOST_A_SWEEP: Final = 500


class TooLate(Exception):
    """Half a minute is over: it is gone, or will be in a moment."""


def discard(session: Session, draft: Draft) -> None:
    """Put a draft out of sight. What its editor saves from then on, late, is a draft of its own."""
    draft.discarded_at, draft.key = clock.now(), drafts.new_key()
    session.flush()


def bring_back(session: Session, draft_id: int, *, by: Agent) -> Draft | None:
    """Have a discarded draft stand as it did, with its files and recipients; None where nobody discarded one.

    Brought back twice, it is there once. Raises TooLate.
    """
    draft = session.scalar(select(Draft).where(Draft.id == draft_id, Draft.agent_id == by.id))
    if draft is None:
        return None
    if draft.discarded_at is not None and draft.discarded_at < _since():
        raise TooLate("half a minute is over")
    draft.discarded_at = None
    session.flush()
    return draft


def lately(session: Session, *, by: Agent) -> Sequence[Draft]:
    """What this agent discarded and can bring back, the last one last."""
    chosen = select(Draft).where(Draft.agent_id == by.id, Draft.discarded_at >= _since())
    return session.scalars(chosen.order_by(Draft.discarded_at, Draft.id)).all()


def lately_on(session: Session, ticket: Ticket, *, by: Agent) -> Sequence[Draft]:
    """The same of one ticket, for which nothing more is asked than for its drafts."""
    since = _since()
    found = [one for one in drafts.kept_on(session, ticket, by=by) if one.discarded_at and one.discarded_at >= since]
    return sorted(found, key=lambda one: (one.discarded_at or since, one.id))


def seconds_left(draft: Draft) -> int:
    """For how long it can still be brought back."""
    return 0 if draft.discarded_at is None else max(0, int((draft.discarded_at - _since()).total_seconds()))


def sweep(session: Session) -> tuple[int, list[bytes]]:
    """Let go for good of what nobody brought back: how many, and what the gate's `drop` returns."""
    gone = session.scalars(select(Draft.id).where(Draft.discarded_at < _since()).limit(_MOST_A_SWEEP)).all()
    return len(gone), gate.drop(session, gone) if gone else []


def _since() -> datetime:
    return clock.now() - places.BACK_WITHIN
