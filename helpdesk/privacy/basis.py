"""Why a reading is allowed: ordinary handling, else a live grant; as rules in SQL and for single tickets."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.access_grant import Scope as GrantScope
from helpdesk.models.agent import Agent, AgentMailbox, TeamMember
from helpdesk.models.role import Permission, Scope
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy.policy import Mode, Policy, current

ORDINARY: Final = "ordinary handling"


def teams_of(agent: Agent) -> Select[int]:
    return select(TeamMember.team_id).where(TeamMember.agent_id == agent.id)


def in_scope(agent: Agent) -> ColumnElement[bool]:
    """The tickets that this agent's role sees, as a condition on Ticket."""
    match agent.scope:
        case Scope.ALL:
            return Ticket.id.is_not(None)
        case Scope.TEAM:
            return Ticket.team_id.in_(teams_of(agent))
        case Scope.MAILBOX:
            mailboxes = select(AgentMailbox.mailbox_id).where(AgentMailbox.agent_id == agent.id)
            return Ticket.mailbox_id.in_(mailboxes)
        case Scope.MINE:
            return and_(Ticket.team_id.in_(teams_of(agent)), Ticket.assignee_id == agent.id)
        case _:
            return false()


def readable(session: Session, agent: Agent) -> ColumnElement[bool]:
    """The tickets this agent has a basis to read now, as a condition on Ticket."""
    if agent.is_disabled:
        return false()
    return or_(_ordinary(agent, current(session)), covered(agent))


def covered(agent: Agent) -> ColumnElement[bool]:
    """The tickets that a live grant to this agent covers, as a condition on Ticket."""
    if agent.is_disabled:
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
    if agent.is_disabled:
        return None
    ordinary = select(Ticket.id).where(Ticket.id == ticket.id, _ordinary(agent, current(session)))
    if session.scalar(ordinary) is not None:
        return ORDINARY
    grant_id = session.scalar(
        _live(agent)
        .with_only_columns(AccessGrant.id)
        .where(
            or_(
                and_(AccessGrant.scope == GrantScope.TICKET, AccessGrant.scope_id == ticket.id),
                and_(AccessGrant.scope == GrantScope.CUSTOMER, AccessGrant.scope_id == ticket.customer_id),
                and_(AccessGrant.scope == GrantScope.TEAM, AccessGrant.scope_id == ticket.team_id),
                AccessGrant.scope == GrantScope.DESK,
            )
        )
        .order_by(AccessGrant.expires_at.desc())
        .limit(1)
    )
    return None if grant_id is None else f"grant {grant_id}"


def bases_to_read(session: Session, tickets: Sequence[Ticket], agent: Agent) -> dict[int, str]:
    """The basis for each of these tickets that has one, by ticket id: one query, and one more a granted ticket."""
    if not tickets or agent.is_disabled:
        return {}
    ids = [ticket.id for ticket in tickets]
    ordinary = set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), _ordinary(agent, current(session)))))
    bases = dict.fromkeys(ordinary, ORDINARY)
    if len(bases) < len(ids) and session.scalar(_live(agent).with_only_columns(AccessGrant.id).limit(1)) is not None:
        for ticket in tickets:
            basis = None if ticket.id in bases else basis_to_read(session, ticket, agent)
            if basis is not None:
                bases[ticket.id] = basis
    return bases


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
    earlier tickets with the same team while one of them is open.
    """
    if policy.access.mode is Mode.STRICT or not agent.may(Permission.HANDLE):
        return false()
    of_the_team = and_(Ticket.team_id.in_(teams_of(agent)), in_scope(agent))
    if policy.access.mode is Mode.TEAM:
        return of_the_team
    sibling = aliased(Ticket)
    is_being_helped = (
        select(sibling.id)
        .where(
            sibling.customer_id == Ticket.customer_id,
            sibling.team_id == Ticket.team_id,
            sibling.status != Status.CLOSED,
        )
        .exists()
    )
    is_recent = Ticket.closed_at > clock.now() - policy.after_closing
    return and_(of_the_team, or_(Ticket.status != Status.CLOSED, is_recent, is_being_helped))
