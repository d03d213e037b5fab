"""Agents: who joins the staff, who leaves it, what they may do and how they sign in."""

from collections.abc import Collection, Sequence
from typing import Final

from argon2 import PasswordHasher
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from helpdesk import clock
from helpdesk.desk import lengths, roles, second_factor
from helpdesk.desk.roles import BeyondOwn
from helpdesk.mail.address import AddressRefused, wire_address
from helpdesk.models.agent import Agent, AgentMailbox, Role, Team, TeamMember
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import OwnRole, Permission, Scope
from helpdesk.models.second_factor import Passkey
from helpdesk.models.sign_in import LoginSession, PasswordReset
from helpdesk.privacy import audit, grants
from helpdesk.privacy.readers import Reader
from helpdesk.storage import jobs
from helpdesk.storage.db import hold

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1000
LONGEST_NAME: Final = 100
MOST_NAMED: Final = 3


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
    """A new agent, who can sign in once a password is set.

    Raises AgentExists, AddressUnusable, BeyondOwn, TooLong.
    """
    roles.require_within(by, roles.powers_of(role))
    name, address = lengths.name(name, LONGEST_NAME), usable_address(email)
    hold(session, "the addresses of agents")  # two who invite the same one at once
    if session.scalar(select(Agent.id).where(func.lower(Agent.email) == address.lower())) is not None:
        raise AgentExists(f"{address} is an agent already")
    agent = Agent(name=name or address.partition("@")[0], email=address, role=role, teams=[*teams])
    session.add(agent)
    session.flush()
    facts: dict[str, object] = {"role": role.value, "teams": [team.id for team in teams]}
    audit.record(session, "agent.add", by=by, on=("agent", agent.id), facts=facts)
    return agent


def rename(session: Session, agent: Agent, name: str, *, by: Reader) -> None:
    """Call an agent by another name. Raises Nameless, TooLong."""
    if not (tidy := lengths.name(name, LONGEST_NAME)):
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


def names_of(session: Session, permission: Permission, *, but: Agent) -> str:
    """Some who have a permission, for somebody else who has to ask them; "" where there are none."""
    others = select(Agent).where(Agent.id != but.id, Agent.is_disabled.is_(False)).order_by(Agent.name, Agent.id)
    return ", ".join([one.name for one in session.scalars(others) if one.may(permission)][:MOST_NAMED])


def disable(session: Session, agent: Agent, *, by: Reader) -> None:
    """Everything ends at once: logins, open screens, links, passkeys, grants. Raises LastAdmin, BeyondOwn."""
    if agent.is_disabled:
        return
    _require_another_admin(session, agent)
    require_above(agent, by)
    sign_out(session, agent)  # first: waits for what they are just sending
    agent.is_disabled = True
    grants.end_all_of(session, agent, by=by)
    session.execute(delete(Passkey).where(Passkey.agent_id == agent.id))
    jobs.wake_screens(session)
    audit.record(session, "agent.disable", by=by, on=("agent", agent.id))


def enable(session: Session, agent: Agent, *, by: Reader) -> None:
    """Let somebody in again, with the role of before and nothing else. Raises BeyondOwn."""
    if not agent.is_disabled:
        return
    roles.require_within(by, roles.powers_of(agent.role, agent.own_role))
    agent.is_disabled = False
    audit.record(session, "agent.enable", by=by, on=("agent", agent.id))


def change_role(
    session: Session,
    agent: Agent,
    role: Role,
    *,
    by: Reader,
    own_role: OwnRole | None = None,
    narrower_scope: Scope | None = None,
) -> None:
    """Another role, from the next click on. Raises LastAdmin, BeyondOwn; nobody changes their own."""
    own_role = own_role if role is Role.OWN else None
    powers = roles.powers_of(role, own_role)
    if narrower_scope is not None and roles.WIDTH[narrower_scope] >= roles.WIDTH[powers.scope]:
        narrower_scope = None
    if (agent.role, agent.own_role, agent.narrower_scope) == (role, own_role, narrower_scope):
        return
    require_above(agent, by)
    roles.require_within(by, powers)
    if agent.is_admin and role is not Role.ADMIN:
        _require_another_admin(session, agent)
    agent.role, agent.own_role, agent.narrower_scope = role, own_role, narrower_scope
    session.flush()
    second_factor.weigh(session, agent)
    facts: dict[str, object] = {
        "role": role.value,
        "own_role": own_role.id if own_role else None,
        "scope": narrower_scope.value if narrower_scope else None,
    }
    audit.record(session, "agent.role", by=by, on=("agent", agent.id), facts=facts)


def require_above(agent: Agent, by: Reader) -> None:
    """Whoever changes what an agent may do is somebody else, and may do as much. Raises BeyondOwn."""
    if by is agent or (isinstance(by, Agent) and by.id == agent.id):
        raise BeyondOwn("nobody changes what they may do themselves")
    roles.require_within(by, roles.powers_of(agent.role, agent.own_role))


def put_in_teams(session: Session, agent: Agent, teams: Sequence[Team], *, by: Reader) -> None:
    """These teams, and no others. Raises BeyondOwn: who is in a team reads, so a colleague puts one there."""
    wanted = {team.id for team in teams}
    now = set(session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent.id)))
    if wanted == now:
        return
    if by is agent and wanted - now and _has_another_in_charge(session, agent):
        raise BeyondOwn("a colleague puts you into a team: who is in it reads its tickets")
    leaving = delete(TeamMember).where(TeamMember.agent_id == agent.id, TeamMember.team_id.in_(now - wanted))
    session.execute(leaving)
    session.add_all(TeamMember(team_id=team_id, agent_id=agent.id) for team_id in sorted(wanted - now))
    facts: dict[str, object] = {"joined": sorted(wanted - now), "left": sorted(now - wanted)}
    audit.record(session, "agent.teams", by=by, on=("agent", agent.id), facts=facts)


def fill_team(session: Session, team: Team, agent_ids: Collection[int], *, by: Reader) -> None:
    """These agents are in a team, and no others who could be. Raises BeyondOwn, as put_in_teams() does."""
    for agent in everybody(session):
        is_in = team in agent.teams
        if not agent.is_disabled and is_in is not (agent.id in agent_ids):
            others = [one for one in agent.teams if one is not team]
            put_in_teams(session, agent, others if is_in else [*others, team], by=by)


def let_see_mailboxes(session: Session, agent: Agent, mailbox_ids: Collection[int], *, by: Reader) -> None:
    """What somebody sees whose scope is their mailboxes: these, and no others."""
    wanted = set(session.scalars(select(Mailbox.id).where(Mailbox.id.in_(mailbox_ids))))
    now = set(session.scalars(select(AgentMailbox.mailbox_id).where(AgentMailbox.agent_id == agent.id)))
    if wanted == now:
        return
    require_above(agent, by)
    gone = delete(AgentMailbox).where(AgentMailbox.agent_id == agent.id, AgentMailbox.mailbox_id.in_(now - wanted))
    session.execute(gone)
    session.add_all(AgentMailbox(agent_id=agent.id, mailbox_id=one) for one in sorted(wanted - now))
    facts: dict[str, object] = {"mailboxes": sorted(wanted)}
    audit.record(session, "agent.mailboxes", by=by, on=("agent", agent.id), facts=facts)


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


def reset_second_step(session: Session, agent: Agent, *, by: Reader) -> None:
    """For somebody who lost phone and sheet: the password is enough again. Every login ends. Raises BeyondOwn."""
    require_above(agent, by)
    second_factor.remove_everything(session, agent, by=by)
    sign_out(session, agent)
    jobs.wake_screens(session)


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


def _has_another_in_charge(session: Session, agent: Agent) -> bool:
    """Whether somebody else could put this agent into a team."""
    others = session.scalars(select(Agent).where(Agent.id != agent.id, Agent.is_disabled.is_(False)))
    return any(other.may(Permission.PEOPLE) for other in others)


def _require_another_admin(session: Session, agent: Agent) -> None:
    hold(session, "the last admin")  # two who demote each other at once would leave nobody
    others = select(Agent.id).where(Agent.role == Role.ADMIN, Agent.is_disabled.is_(False), Agent.id != agent.id)
    if agent.is_admin and not agent.is_disabled and session.scalar(others.limit(1)) is None:
        raise LastAdmin(f"{agent.email} is the only admin: make another agent an admin first")
