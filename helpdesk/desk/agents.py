"""Agents: who joins the staff, who leaves it, what they may do and how they sign in."""

from collections.abc import Sequence
from typing import Final

from argon2 import PasswordHasher
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from helpdesk import clock
from helpdesk.mail.address import AddressRefused, wire_address
from helpdesk.models.agent import Agent, Role, Team, TeamMember
from helpdesk.models.sign_in import LoginSession, PasswordReset
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1000


class AgentExists(Exception):
    """Another agent signs in with this address already."""


class AgentUnknown(Exception):
    """No agent signs in with this address."""


class AddressUnusable(Exception):
    """This is not the address of one person: it needs a name, an @ and a domain."""


class Nameless(Exception):
    """An agent needs a name."""


class LastAdmin(Exception):
    """Somebody must be able to set up the desk: make another agent an admin first."""


class PasswordWeak(Exception):
    """A password that could be guessed; the message says what is missing."""


def add(
    session: Session,
    *,
    name: str,
    email: str,
    role: Role = Role.AGENT,
    teams: Sequence[Team] = (),
    by: Reader,
) -> Agent:
    """A new agent, who can sign in once a password is set. Raises AgentExists, AddressUnusable."""
    address = usable_address(email)
    if session.scalar(select(Agent.id).where(func.lower(Agent.email) == address.lower())) is not None:
        raise AgentExists(f"{address} is an agent already")
    agent = Agent(name=" ".join(name.split()) or address.partition("@")[0], email=address, role=role, teams=[*teams])
    session.add(agent)
    session.flush()
    facts: dict[str, object] = {"role": role.value, "teams": [team.id for team in teams]}
    audit.record(session, "agent.add", by=by, on=("agent", agent.id), facts=facts)
    return agent


def rename(session: Session, agent: Agent, name: str, *, by: Reader) -> None:
    """Call an agent by another name. Raises Nameless."""
    if not (tidy := " ".join(name.split())):
        raise Nameless("an agent needs a name")
    if agent.name != tidy:
        agent.name = tidy
        audit.record(session, "agent.rename", by=by, on=("agent", agent.id))


def find(session: Session, email: str) -> Agent:
    """The agent with this address, disabled or not. Raises AgentUnknown."""
    found = session.scalar(select(Agent).where(func.lower(Agent.email) == email.strip().lower()))
    if found is None:
        raise AgentUnknown(f"there is no agent {email}: 'helpdesk agent list' shows who there is")
    return found


def everybody(session: Session) -> list[Agent]:
    """All agents with their teams, disabled ones last."""
    order = (Agent.is_disabled, func.lower(Agent.name), Agent.id)
    return list(session.scalars(select(Agent).options(selectinload(Agent.teams)).order_by(*order)))


def disable(session: Session, agent: Agent, *, by: Reader) -> None:
    """From now on the agent can't sign in, and is signed out everywhere. Raises LastAdmin."""
    if agent.is_disabled:
        return
    _require_another_admin(session, agent)
    agent.is_disabled = True
    sign_out(session, agent)
    audit.record(session, "agent.disable", by=by, on=("agent", agent.id))


def enable(session: Session, agent: Agent, *, by: Reader) -> None:
    if not agent.is_disabled:
        return
    agent.is_disabled = False
    audit.record(session, "agent.enable", by=by, on=("agent", agent.id))


def change_role(session: Session, agent: Agent, role: Role, *, by: Reader) -> None:
    """Raises LastAdmin."""
    if agent.role is role:
        return
    if agent.is_admin:
        _require_another_admin(session, agent)
    agent.role = role
    audit.record(session, "agent.role", by=by, on=("agent", agent.id), facts={"role": role.value})


def put_in_teams(session: Session, agent: Agent, teams: Sequence[Team], *, by: Reader) -> None:
    """These teams, and no others."""
    wanted = {team.id for team in teams}
    now = set(session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent.id)))
    if wanted == now:
        return
    leaving = delete(TeamMember).where(TeamMember.agent_id == agent.id, TeamMember.team_id.in_(now - wanted))
    session.execute(leaving)
    session.add_all(TeamMember(team_id=team_id, agent_id=agent.id) for team_id in sorted(wanted - now))
    facts: dict[str, object] = {"joined": sorted(wanted - now), "left": sorted(now - wanted)}
    audit.record(session, "agent.teams", by=by, on=("agent", agent.id), facts=facts)


def join_team(session: Session, agent: Agent, team: Team, *, by: Reader) -> None:
    """One more team; joining twice is joining once."""
    if session.get(TeamMember, (team.id, agent.id)) is None:
        session.add(TeamMember(team_id=team.id, agent_id=agent.id))
        audit.record(session, "agent.teams", by=by, on=("agent", agent.id), facts={"joined": [team.id], "left": []})


def set_password(session: Session, agent: Agent, password: str, *, by: Reader) -> None:
    """A new password; whoever is signed in with the old one is signed out. Raises PasswordWeak."""
    require_strong(password, agent)
    agent.password_hash = PasswordHasher().hash(password)
    sign_out(session, agent)
    audit.record(session, "password.set", by=by, on=("agent", agent.id))


def sign_out(session: Session, agent: Agent) -> None:
    """End every login of an agent, and every mailed link that would start one."""
    now = clock.now()
    logins = update(LoginSession).where(LoginSession.agent_id == agent.id, LoginSession.ended_at.is_(None))
    links = update(PasswordReset).where(PasswordReset.agent_id == agent.id, PasswordReset.used_at.is_(None))
    session.execute(logins.values(ended_at=now))
    session.execute(links.values(used_at=now))


def require_strong(password: str, agent: Agent) -> None:
    """Length is what counts; no rules about digits and signs. Raises PasswordWeak."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordWeak(f"a password has at least {SHORTEST_PASSWORD} characters: a few words are easy to keep")
    plain = password.lower()
    own_words = [word for word in (agent.email.lower(), agent.email.lower().partition("@")[0]) if len(word) > 3]
    rest = plain
    for word in (*own_words, *_GUESSED_FIRST):
        rest = rest.replace(word, "")
    if len(set(plain)) < 5 or len(set(rest)) < 5:
        raise PasswordWeak("this password would be guessed soon: take a few words that belong to nobody else")


def usable_address(email: str) -> str:
    """An address as it is stored: without spaces around it. Raises AddressUnusable."""
    try:
        wire_address(email)
    except AddressRefused:
        raise AddressUnusable(f"{email!r} is not an email address") from None
    return email.strip()


# what guessing programs try first, alone or joined
_GUESSED_FIRST: Final = (
    "password", "passwort", "candour", "helpdesk", "support", "welcome", "letmein", "changeme", "qwertyuiop",
    "qwertz", "qwerty", "asdfghjkl", "iloveyou", "administrator", "admin", "1234567890", "123456", "abcdef", "secret",
)  # fmt: skip


def _require_another_admin(session: Session, agent: Agent) -> None:
    others = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_disabled.is_(False), Agent.id != agent.id)
    if agent.is_admin and not agent.is_disabled and session.scalar(others.limit(1)) is None:
        raise LastAdmin(f"{agent.email} is the only admin: make another agent an admin first")
