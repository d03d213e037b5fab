"""How many tickets each view holds, all in one query."""

from collections.abc import Sequence

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from helpdesk.desk.inbox import COUNTED_UP_TO, View, in_view
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.role import Scope
from helpdesk.models.ticket import Ticket

Counted = tuple[View, int | None]  # a view, of one team or of all


def counts(session: Session, agent: Agent, wanted: Sequence[Counted]) -> dict[Counted, int]:
    """Exact and permission-true; counting stops at COUNTED_UP_TO + 1, which means "more than"."""
    selects = []
    for position, (view, team_id) in enumerate(wanted):
        chosen = in_view(agent, view, team_id=team_id).with_only_columns(Ticket.id).limit(COUNTED_UP_TO + 1)
        selects.append(select(literal(position), func.count()).select_from(chosen.subquery()))
    if not selects:
        return {}
    return {wanted[position]: number for position, number in session.execute(union_all(*selects))}


def teams(session: Session, agent: Agent) -> Sequence[Team]:
    """The teams whose tickets this agent sees, by name."""
    chosen = select(Team).order_by(Team.name)
    if agent.scope is not Scope.ALL:
        chosen = chosen.join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.agent_id == agent.id)
    return session.scalars(chosen).all()
