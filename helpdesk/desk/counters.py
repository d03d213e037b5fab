"""How many tickets each view holds, all in one query."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, Generic, TypeVar

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from helpdesk.desk.inbox import COUNTED_UP_TO, View, in_view
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.role import Scope
from helpdesk.models.ticket import Ticket
from helpdesk.storage.once import once

Counted = tuple[View, int | None]  # a view, of one team or of all
Name = TypeVar("Name", bound=Hashable)


def counts(session: Session, agent: Agent, wanted: Sequence[Counted]) -> dict[Counted, int]:
    """Exact and permission-true; counting stops at COUNTED_UP_TO + 1, which means "more than"."""
    return Counting(of_views(agent, wanted)).ask(session)


def of_views(agent: Agent, wanted: Sequence[Counted]) -> dict[Counted, Select[int]]:
    """What is counted for each view."""
    return {
        (view, team_id): in_view(agent, view, team_id=team_id).with_only_columns(Ticket.id).limit(COUNTED_UP_TO + 1)
        for view, team_id in wanted
    }


class Counting(Generic[Name]):
    """How many rows each of some selects has, by its name, all in one statement; it can be asked again and again."""

    def __init__(self, wanted: Mapping[Name, Select[int]]) -> None:
        self._names: Final = list(wanted)
        rows = [wanted[name].subquery() for name in self._names]
        self.statement: Final = union_all(
            *(select(literal(at), func.count()).select_from(of) for at, of in enumerate(rows))
        )

    def ask(self, session: Session) -> dict[Name, int]:
        return {self._names[at]: number for at, number in session.execute(self.statement)}


def teams(session: Session, agent: Agent) -> Sequence[Team]:
    """The teams whose tickets this agent sees, by name."""
    chosen = select(Team).order_by(Team.name)
    if agent.scope is not Scope.ALL:
        chosen = chosen.join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.agent_id == agent.id)
    return once(session, (Team, agent.id), lambda: session.scalars(chosen).all())
