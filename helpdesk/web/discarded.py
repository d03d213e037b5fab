"""Drafts that were just discarded, as a bar offers them to be brought back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpdesk.desk import discarded
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft
from helpdesk.models.ticket import Ticket
from helpdesk.web.auth import agent, db


@dataclass(frozen=True, slots=True)
class Discarded:
    id: int
    number: int  # of its ticket; 0 for a new email, which has none
    seconds: int


def lately() -> Sequence[Discarded]:
    """All of this agent's."""
    return _shown(discarded.lately(db(), by=agent()))


def lately_on(session: Session, ticket: Ticket, *, by: Agent) -> Sequence[Discarded]:
    return _shown(discarded.lately_on(session, ticket, by=by))


def _shown(drafts: Iterable[Draft]) -> Sequence[Discarded]:
    return [Discarded(one.id, one.ticket_id or 0, discarded.seconds_left(one)) for one in drafts]
