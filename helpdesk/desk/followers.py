"""Followers: who hears of a ticket besides the agent whose it is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import notices
from helpdesk.models.agent import Agent
from helpdesk.models.follower import Follower
from helpdesk.models.notice import NoticeKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit

_UNFOLLOWED: Final = "tickets that nobody follows"


def follow(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Hear of what happens on a ticket; twice is once. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    add(session, ticket, by, by=by)


def add(session: Session, ticket: Ticket, agent: Agent, *, by: Agent) -> None:
    if session.get(Follower, (ticket.id, agent.id)) is None:
        session.add(Follower(ticket_id=ticket.id, agent_id=agent.id))
        _tell(session, ticket, "ticket.follow", agent, by=by)


def unfollow(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Hear of it no more: who may read it no longer can still stop."""
    row = session.get(Follower, (ticket.id, by.id))
    if row is not None:
        session.delete(row)
        _tell(session, ticket, "ticket.unfollow", by, by=by)


def go_along(session: Session, source: Ticket, target: Ticket, *, by: Agent) -> Mapping[str, str]:
    """Who follows a ticket follows the one it was merged into, where they may read that; gives since when."""
    there = select(Follower.agent_id).where(Follower.ticket_id == target.id)
    on_it = select(Follower.agent_id).where(Follower.ticket_id == source.id, Follower.agent_id.not_in(there))
    since: dict[str, str] = {}
    for agent in session.scalars(select(Agent).where(Agent.id.in_(on_it), Agent.is_disabled.is_(False))).all():
        if access.readable_ids(session, [target.id], by=agent):
            add(session, target, agent, by=by)
            session.flush()
            since[str(agent.id)] = session.get_one(Follower, (target.id, agent.id)).since.isoformat()
    return since


def leave_again(session: Session, target: Ticket, since: Mapping[str, str], *, by: Agent) -> None:
    """The merge is undone: who went along with it follows there no more, unless they said so themselves since."""
    for agent_id, at in since.items():
        row = session.get(Follower, (target.id, int(agent_id)))
        if row is not None and row.since == datetime.fromisoformat(at):
            session.delete(row)
            _tell(session, target, "ticket.unfollow", session.get_one(Agent, row.agent_id), by=by)


def of_ticket(session: Session, ticket: Ticket) -> Sequence[Agent]:
    chosen = select(Agent).join(Follower, Follower.agent_id == Agent.id).where(Follower.ticket_id == ticket.id)
    return session.scalars(chosen.where(Agent.is_disabled.is_(False)).order_by(Agent.name)).all()


def expect(session: Session, ticket_ids: Collection[int]) -> None:
    """Look up at once which of these tickets anybody follows: `hear_of` asks no more for the others."""
    followed = select(Follower.ticket_id).where(Follower.ticket_id.in_(ticket_ids)).distinct()
    there = set(session.scalars(followed)) if ticket_ids else set()
    session.info[_UNFOLLOWED] = frozenset(ticket_ids) - there


def hear_of(session: Session, ticket: Ticket, *, by: Agent | None = None, besides: Collection[int] = ()) -> None:
    """Somebody wrote on it: its followers and its agent are told, but not whoever wrote."""
    if ticket.assignee_id is None and ticket.id in session.info.get(_UNFOLLOWED, ()):
        return
    on_it = select(Follower.agent_id).where(Follower.ticket_id == ticket.id)
    left_out = {*besides, by.id} if by else set(besides)
    theirs = or_(Agent.id.in_(on_it), Agent.id == ticket.assignee_id)
    for agent in session.scalars(select(Agent).where(theirs, Agent.id.not_in(left_out))).all():
        notices.inform(session, agent, ticket, NoticeKind.NEWS)


def _tell(session: Session, ticket: Ticket, action: str, agent: Agent, *, by: Agent) -> None:
    facts: dict[str, object] = {"agent": agent.id}
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
