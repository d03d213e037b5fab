"""How many tickets each view holds, all in one query."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from sqlalchemy import Boolean, Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from helpdesk.desk.inbox import ALL, COUNTED_UP_TO, Part, View, in_view
from helpdesk.models.agent import Agent, AgentMailbox, Team, TeamMember
from helpdesk.models.base import Id
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Scope
from helpdesk.models.ticket import Ticket
from helpdesk.storage.once import once
from helpdesk.storage.prepared import plain

Counted = tuple[View, Part | None]  # a view, or a part of it
Name = TypeVar("Name", bound=Hashable)
_READER: Final = bindparam("agent_id", type_=Id)
_OF_TEAMS: Final = Mailbox.team_id.in_(select(TeamMember.team_id).where(TeamMember.agent_id == _READER))
_OWN: Final = Mailbox.id.in_(select(AgentMailbox.mailbox_id).where(AgentMailbox.agent_id == _READER))
# those whose tickets an agent's role sees, asked with `reach`; and what they are called
OF_READER: Final = select(Mailbox).where(
    Mailbox.is_active.is_(True),
    or_(
        bindparam("sees_all", type_=Boolean()),
        and_(bindparam("sees_teams", type_=Boolean()), _OF_TEAMS),
        and_(bindparam("sees_mailboxes", type_=Boolean()), _OWN),
    ),
)
CALLED: Final = Mailbox.name + "\n" + Mailbox.address


class Box(NamedTuple):
    """A mailbox as it is called in lists."""

    id: int
    name: str


def counts(session: Session, agent: Agent, wanted: Sequence[Counted]) -> dict[Counted, int]:
    """Exact and permission-true; counting stops at COUNTED_UP_TO + 1, which means "more than"."""
    return Counting(of_views(agent, wanted)).ask(session)


def of_views(agent: Agent, wanted: Sequence[Counted]) -> dict[Counted, Select[int]]:
    """What is counted for each view."""
    return {
        (view, part): in_view(agent, view, part or ALL).with_only_columns(Ticket.id).limit(plain(COUNTED_UP_TO + 1))
        for view, part in wanted
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

    def ask() -> Sequence[Team]:
        chosen = select(Team).order_by(Team.name)
        if agent.scope is not Scope.ALL:
            chosen = chosen.join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.agent_id == agent.id)
        return session.scalars(chosen).all()

    return once(session, (Team, agent.id), ask)


def mailboxes(session: Session, agent: Agent) -> Sequence[Box]:
    """The mailboxes whose tickets this agent sees, by name."""

    def ask() -> Sequence[Box]:
        named = OF_READER.with_only_columns(Mailbox.id, CALLED)
        return boxes((number, said) for number, said in session.execute(named, reach(agent)))

    return once(session, (Mailbox, agent.id), ask)


def reach(agent: Agent) -> dict[str, object]:
    """With what is asked for the mailboxes of an agent."""
    return {
        "agent_id": agent.id,
        "sees_all": agent.scope is Scope.ALL,
        "sees_teams": agent.scope in {Scope.TEAM, Scope.MINE, Scope.MINE_OR_FREE},
        "sees_mailboxes": agent.scope is Scope.MAILBOX,
    }


def boxes(called: Iterable[tuple[int, str]]) -> Sequence[Box]:
    """By name; two of the same name by their addresses."""
    apart = [(number, said.partition("\n")) for number, said in called]
    often = Counter(name for _number, (name, _, _address) in apart)
    named = [Box(number, name if often[name] == 1 else address) for number, (name, _, address) in apart]
    return sorted(named, key=lambda box: (box.name.casefold(), box.id))
