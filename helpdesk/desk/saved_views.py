"""Searches kept under a name, for oneself or for everybody on the desk."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import search
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
    view = known or SavedView(agent_id=by.id, name=name, words=words)
    view.name, view.is_shared = name, is_shared
    session.add(view)
    session.flush()
    if is_shared:
        audit.record(session, "view.share", by=by, on=("view", view.id))
    return view


def of_agent(session: Session, agent: Agent) -> Sequence[SavedView]:
    """An agent's own and everybody's shared ones, by name."""
    seen = or_(SavedView.agent_id == agent.id, SavedView.is_shared.is_(True))
    chosen = select(SavedView).where(seen).order_by(func.lower(SavedView.name), SavedView.id)
    return once(session, (SavedView, agent.id), lambda: session.scalars(chosen).all())


def find(session: Session, view_id: int, *, by: Agent) -> SavedView | None:
    """A view this agent may change: their own, or, who sets up the desk, a shared one."""
    view = session.get(SavedView, view_id)
    may_change = view is not None and (view.agent_id == by.id or (view.is_shared and by.may(Permission.SETUP)))
    return view if may_change else None


def remove(session: Session, view: SavedView, *, by: Agent) -> None:
    if view.is_shared:
        audit.record(session, "view.remove", by=by, on=("view", view.id))
    session.delete(view)
