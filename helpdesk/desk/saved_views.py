"""Searches kept under a name, for oneself or for everybody on the desk."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from helpdesk.desk import lengths, search
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.models.saved_view import SavedView
from helpdesk.privacy import audit
from helpdesk.storage.once import once

LONGEST_NAME: Final = 60
LONGEST_WORDS: Final = 200
MOST: Final = 30  # that one agent keeps


class ViewRefused(ValueError):
    """It has no name, searches for nothing, or one more would be too many; `why` says which."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def save(session: Session, name: str, words: str, *, by: Agent, is_shared: bool = False) -> SavedView:
    """Keep a search. The same search again takes the new name. Raises ViewRefused."""
    name, words = " ".join(name.split())[:LONGEST_NAME], words.strip()[:LONGEST_WORDS]
    if not name:
        raise ViewRefused("nameless")
    if search.understand(words).is_empty:
        raise ViewRefused("empty")
    own = select(func.count(SavedView.id)).where(SavedView.agent_id == by.id)
    known = session.scalar(select(SavedView).where(SavedView.agent_id == by.id, SavedView.words == words))
    if known is None and (session.scalar(own) or 0) >= MOST:
        raise ViewRefused("too_many")
    last = session.scalar(select(func.max(SavedView.position)).where(SavedView.agent_id == by.id)) or 0
    view = known or SavedView(agent_id=by.id, name=name, words=words, position=last + 1)
    session.add(view)
    _describe(session, view, name, is_shared=is_shared, by=by)
    return view


def change(session: Session, view: SavedView, name: str, *, is_shared: bool, by: Agent) -> None:
    """Another name, shared or no more. A view of somebody else's stays shared: only who keeps it withdraws it.

    Raises ViewRefused, TooLong.
    """
    name = lengths.name(name, LONGEST_NAME)
    if not name:
        raise ViewRefused("nameless")
    _describe(session, view, name, is_shared=is_shared or view.agent_id != by.id, by=by)


def move(session: Session, view: SavedView, *, is_up: bool, by: Agent) -> None:
    """One place up or down among one's own; the first goes no further up, and others' stay where they are."""
    own = [one for one in _all_of(session, by) if one.agent_id == by.id]
    at = next((place for place, one in enumerate(own) if one.id == view.id), -1)
    to = at + (-1 if is_up else 1)
    if at < 0 or not 0 <= to < len(own):
        return
    own[at], own[to] = own[to], own[at]
    for position, one in enumerate(own, start=1):
        one.position = position


def of_agent(session: Session, agent: Agent) -> Sequence[SavedView]:
    """An agent's own, in the order they were put in, then what others share, by name."""
    return once(session, (SavedView, agent.id), lambda: _all_of(session, agent))


def order(agent_id: int | BindParameter[int]) -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    """In which order an agent has them."""
    is_own = SavedView.agent_id == agent_id
    return (
        case((is_own, 0), else_=1),
        case((is_own, SavedView.position), else_=0),
        func.lower(SavedView.name),
        SavedView.id,
    )


def find(session: Session, view_id: int, *, by: Agent) -> SavedView | None:
    """A view this agent may change: their own, or, who sets up the desk, a shared one."""
    view = session.get(SavedView, view_id)
    may_change = view is not None and (view.agent_id == by.id or (view.is_shared and by.may(Permission.SETUP)))
    return view if may_change else None


def remove(session: Session, view: SavedView, *, by: Agent) -> None:
    if view.is_shared:
        audit.record(session, "view.remove", by=by, on=("view", view.id))
    session.delete(view)


def _all_of(session: Session, agent: Agent) -> Sequence[SavedView]:
    seen = or_(SavedView.agent_id == agent.id, SavedView.is_shared.is_(True))
    return session.scalars(select(SavedView).where(seen).order_by(*order(agent.id))).all()


def _describe(session: Session, view: SavedView, name: str, *, is_shared: bool, by: Agent) -> None:
    was_shared, before = bool(view.id and view.is_shared), view.name
    view.name, view.is_shared = name, is_shared
    session.flush()
    if is_shared and not was_shared:
        audit.record(session, "view.share", by=by, on=("view", view.id))
    elif was_shared and (not is_shared or name != before):
        audit.record(session, "view.change", by=by, on=("view", view.id))
