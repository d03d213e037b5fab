"""Why a reading is allowed: ordinary handling, else a live grant; as rules in SQL and for single tickets."""

from collections.abc import Collection, Hashable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Exists, Row, Select, and_, bindparam, exists, false, or_, select
from sqlalchemy.orm import Session, aliased, object_session

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.access_grant import Scope as GrantScope
from helpdesk.models.agent import Agent, AgentMailbox, TeamMember
from helpdesk.models.base import Moment
from helpdesk.models.message import Direction, Message
from helpdesk.models.role import Permission, Scope
from helpdesk.models.ticket import Channel, Place, Status, Ticket
from helpdesk.privacy.policy import Mode, Policy, current
from helpdesk.storage.db import is_reading
from helpdesk.storage.once import learnt, once
from helpdesk.storage.one_of import numbers, one_of
from helpdesk.storage.prepared import prepared

ORDINARY: Final = "ordinary handling"
_IS_THERE: Final = Ticket.place != Place.PURGED  # else there is nothing to read
_MOST_KNOWN: Final = 500  # conditions that were put together: by plain values alone, and of no moment


def teams_of(agent: Agent) -> Select[int]:
    return _teams_of(agent.id)


def in_scope(agent: Agent) -> ColumnElement[bool]:
    """The tickets that this agent's role sees, as a condition on Ticket."""
    return _in_scope(agent.id, agent.scope)


def _teams_of(agent_id: int) -> Select[int]:
    return select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)


@lru_cache(maxsize=_MOST_KNOWN)
def _in_scope(agent_id: int, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.ALL:
            return Ticket.id.is_not(None)
        case Scope.TEAM:
            return Ticket.team_id.in_(_teams_of(agent_id))
        case Scope.MAILBOX:
            mailboxes = select(AgentMailbox.mailbox_id).where(AgentMailbox.agent_id == agent_id)
            return Ticket.mailbox_id.in_(mailboxes)
        case Scope.MINE:
            return and_(Ticket.team_id.in_(_teams_of(agent_id)), Ticket.assignee_id == agent_id)
        case Scope.MINE_OR_FREE:
            is_theirs = or_(Ticket.assignee_id == agent_id, Ticket.assignee_id.is_(None))
            return and_(Ticket.team_id.in_(_teams_of(agent_id)), is_theirs)
        case _:
            return false()


def readable(session: Session, agent: Agent) -> ColumnElement[bool]:
    """The tickets this agent has a basis to read now, as a condition on Ticket."""
    if agent.is_disabled:
        return false()
    return and_(or_(_ordinary(agent, current(session)), covered(agent)), _IS_THERE)


def covered(agent: Agent) -> ColumnElement[bool]:
    """The tickets that a live grant to this agent covers, as a condition on Ticket."""
    if agent.is_disabled or not _may_have_grants(agent):
        return false()
    live = _live(agent)
    return or_(
        Ticket.id.in_(live.where(AccessGrant.scope == GrantScope.TICKET)),
        Ticket.customer_id.in_(live.where(AccessGrant.scope == GrantScope.CUSTOMER)),
        Ticket.team_id.in_(live.where(AccessGrant.scope == GrantScope.TEAM)),
        live.where(AccessGrant.scope == GrantScope.DESK).exists(),
    )


def basis_to_read(session: Session, ticket: Ticket, agent: Agent) -> str | None:
    """The basis on which this agent may read this ticket now, None where there is none.

    Ordinary handling comes first; else the live grant that ends last, as "grant 12".
    """
    asked = once(session, ("basis", ticket.id, agent.id), lambda: bases_to_read(session, [ticket], agent))
    return asked.get(ticket.id)


def grant_over(session: Session, ticket: Ticket, agent: Agent) -> str | None:
    """The live grant to this agent for this very ticket, or for its customer: what goes along where it is merged."""
    if agent.is_disabled or not _may_have_grants(agent):
        return None
    return _granted(session, [ticket], agent, among=(GrantScope.TICKET, GrantScope.CUSTOMER)).get(ticket.id)


def bases_to_read(
    session: Session, tickets: Sequence[Ticket], agent: Agent, *, among: ColumnElement[bool] | None = None
) -> dict[int, str]:
    """The basis for each of these tickets that has one, by ticket id: one query, and one more where grants count.

    `among` is a further condition on Ticket: what it leaves out has none.
    """
    if not tickets or agent.is_disabled:
        return {}
    rules = current(session)
    # a condition that is kept is one object
    by = agent.id, agent.scope, agent.may(Permission.HANDLE)
    key = ("bases", *by, rules.access.mode, rules.after_closing, among)
    asked = prepared(key, lambda: _asked(_ordinary(agent, rules), among))
    rows = session.execute(asked, {"tickets": [ticket.id for ticket in tickets]})
    is_ordinary = {ticket_id: bool(is_so) for ticket_id, is_so in rows}
    bases = {ticket_id: ORDINARY for ticket_id, is_so in is_ordinary.items() if is_so}
    others = [ticket for ticket in tickets if ticket.id in is_ordinary and ticket.id not in bases]
    return bases | _granted(session, others, agent)


def _asked(is_ordinary: ColumnElement[bool], among: ColumnElement[bool] | None) -> Select[int, bool]:
    asked = select(Ticket.id, is_ordinary.label("is_ordinary")).where(
        one_of(Ticket.id, numbers("tickets")), _IS_THERE
    )
    return asked if among is None else asked.where(among)


def _granted(
    session: Session, tickets: Sequence[Ticket], agent: Agent, *, among: Collection[GrantScope] = tuple(GrantScope)
) -> dict[int, str]:
    """Of each ticket the live grant that ends last."""
    if not tickets:
        return {}
    scopes = {
        GrantScope.TICKET: {ticket.id for ticket in tickets},
        GrantScope.CUSTOMER: {ticket.customer_id for ticket in tickets},
        GrantScope.TEAM: {ticket.team_id for ticket in tickets},
    }
    of_these = [and_(AccessGrant.scope == scope, AccessGrant.scope_id.in_(ids)) for scope, ids in scopes.items()]
    chosen = (
        _live(agent)
        .with_only_columns(AccessGrant.id, AccessGrant.scope, AccessGrant.scope_id)
        .where(or_(AccessGrant.scope == GrantScope.DESK, *of_these), AccessGrant.scope.in_(among))
        .order_by(AccessGrant.expires_at.desc())
    )
    if not is_reading(session):  # what is written on the strength of one is written before it ends, or not at all
        chosen = chosen.with_for_update(read=True)
    grants = session.execute(chosen).all()
    found = {ticket.id: next((one.id for one in grants if _reaches(one, ticket)), None) for ticket in tickets}
    return {ticket_id: f"grant {grant_id}" for ticket_id, grant_id in found.items() if grant_id is not None}


def _reaches(grant: Row[int, GrantScope, int | None], ticket: Ticket) -> bool:
    of = {
        GrantScope.TICKET: ticket.id,
        GrantScope.CUSTOMER: ticket.customer_id,
        GrantScope.TEAM: ticket.team_id,
        GrantScope.DESK: grant.scope_id,
    }
    return bool(of[grant.scope] == grant.scope_id)


def has_grants() -> Exists:
    """Whether an agent has a live grant at all, as a condition on Agent; good for a statement that is kept."""
    now = bindparam("now", callable_=clock.now, type_=Moment(), unique=True)
    return exists().where(
        AccessGrant.agent_id == Agent.id,
        AccessGrant.state == GrantState.ACTIVE,
        AccessGrant.starts_at <= now,
        AccessGrant.expires_at > now,
    )


def learn_grants(session: Session, agent: Agent, *, has_some: bool) -> None:
    """Whether there are any came with who is signed in: a page asks it of each of its lists and counters."""
    learnt(session, (AccessGrant, agent.id), has_some)


def standing(agent: Agent) -> Hashable | None:
    """All that the conditions for what an agent sees are made of, while no grant with its moments is among them.

    Who has the same standing gets the same statement; which teams they are in, each statement asks anew.
    """
    if _may_have_grants(agent):
        return None
    return agent.id, agent.role, agent.scope, agent.is_disabled, frozenset(filter(agent.may, Permission))


def _may_have_grants(agent: Agent) -> bool:
    """No only where a reading session knows so: most agents have none, and their lists need not look for any."""
    session = object_session(agent)
    if session is None or not is_reading(session):
        return True
    return once(session, (AccessGrant, agent.id), lambda: _has_grants(session, agent))


def _has_grants(session: Session, agent: Agent) -> bool:
    return session.scalar(select(Agent.id).where(Agent.id == agent.id, has_grants())) is not None


def _live(agent: Agent) -> Select[int | None]:
    now = clock.now()
    return select(AccessGrant.scope_id).where(
        AccessGrant.agent_id == agent.id,
        AccessGrant.state == GrantState.ACTIVE,
        AccessGrant.starts_at <= now,
        AccessGrant.expires_at > now,
    )


def _ordinary(agent: Agent, policy: Policy) -> ColumnElement[bool]:
    """Ordinary handling, as the policy's mode says.

    `recent`: a ticket of the agent's team while it is open and some days after closing, and a customer's
    earlier tickets with the same team while one of them is open on the desk. One that we began, or took up again
    after it was closed, opens none until the customer writes on it: else a click of ours would open what they wrote
    before.
    """
    if policy.access.mode is Mode.STRICT or not agent.may(Permission.HANDLE):
        return false()
    return _ordinary_for(agent.id, agent.scope, policy.access.mode, policy.after_closing)


@lru_cache(maxsize=_MOST_KNOWN)
def _ordinary_for(agent_id: int, scope: Scope, mode: Mode, after_closing: timedelta) -> ColumnElement[bool]:
    of_the_team = and_(Ticket.team_id.in_(_teams_of(agent_id)), _in_scope(agent_id, scope))
    if mode is Mode.TEAM:
        return of_the_team
    sibling = aliased(Ticket)
    answered = (
        select(Message.id).where(Message.ticket_id == sibling.id, Message.direction == Direction.RECEIVED).exists()
    )
    is_being_helped = (
        select(sibling.id)
        .where(
            sibling.customer_id == Ticket.customer_id,
            sibling.team_id == Ticket.team_id,
            sibling.status != Status.CLOSED,
            sibling.place == Place.DESK,  # nobody helps with what lies in spam or the trash
            sibling.taken_up_at.is_(None),  # by a click of our own: nobody makes a basis for themselves
            # what is left on the feedback page proves nobody: anybody can type any address there
            or_(sibling.channel == Channel.EMAIL, and_(sibling.channel == Channel.AGENT, answered)),
        )
        .exists()
    )
    since = bindparam("since", callable_=lambda: clock.now() - after_closing, type_=Moment(), unique=True)
    is_recent = Ticket.closed_at > since
    return and_(of_the_team, or_(Ticket.status != Status.CLOSED, is_recent, is_being_helped))
