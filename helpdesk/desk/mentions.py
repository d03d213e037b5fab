"""Mentions: `@name` in a note tells a colleague; one who may not read the ticket hears of its number alone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import followers, notices
from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.notice import NoticeKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy.basis import has_grants

MOST_OFFERED: Final = 8
_MOST_CANDIDATES: Final = 500
_LETTERS_OF_OTHERS: Final = 2  # a list of the whole house helps nobody


@dataclass(frozen=True, slots=True)
class Offered:
    """Names to choose from: of those who may read the ticket, and of those who would have to ask first."""

    readers: Sequence[str]
    others: Sequence[str]


def offered(session: Session, ticket: Ticket, letters: str, *, by: Agent) -> Offered:
    """Names that begin so, or have a word that does; who may read the ticket comes first. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    begun = letters.strip().casefold()
    readers: list[str] = []
    others: list[str] = []
    near = _candidates(session, ticket)
    for agent in _fitting(near, begun, by=by):
        if len(readers) < MOST_OFFERED:
            (readers if _may_read(session, ticket, agent) else others).append(agent.name)
    if len(begun) >= _LETTERS_OF_OTHERS:
        others += [one.name for one in _fitting(_rest(session, near), begun, by=by)]
    return Offered(readers, others[: MOST_OFFERED - len(readers)])


def tell(session: Session, ticket: Ticket, text: str, *, by: Agent) -> set[int]:
    """Those named in a note follow the ticket from now and are told, if they may read it; returns who may.

    Who may not is called: they get its number and can ask, and the conversation says that they were.
    """
    if "@" not in text:
        return set()
    near = _candidates(session, ticket)
    readers: set[int] = set()
    for agent in named(text, near, in_full=_rest(session, near)):
        if _may_read(session, ticket, agent):
            readers.add(agent.id)
            if agent.id != by.id:
                followers.add(session, ticket, agent, by=by)
                notices.inform(session, agent, ticket, NoticeKind.MENTION)
        elif agent.id != by.id:
            _call(session, ticket, agent, by=by)
    return readers


def named(text: str, among: Iterable[Agent], *, in_full: Iterable[Agent] = ()) -> list[Agent]:
    """Whose name stands behind an @: the whole of it, or its first word where only one among them has that.

    Those who are further away are meant by the whole of their name alone.
    """
    near = list(among)
    people = [*near, *in_full]
    said = _folded(text)
    whole = [one for one in people if _is_said(_folded(one.name), said)]
    for one in sorted(whole, key=lambda agent: -len(agent.name)):
        said = re.sub(_pattern(_folded(one.name)), " ", said)  # else its first word would stand for another
    firsts = [_folded(one.name).split(" ")[0] for one in near]
    only = [(one, first) for one, first in zip(near, firsts, strict=True) if firsts.count(first) == 1]
    short = [one for one, first in only if _is_said(first, said)]
    return [one for one in people if one in whole or one in short]


def _call(session: Session, ticket: Ticket, agent: Agent, *, by: Agent) -> None:
    notices.call(session, agent, ticket)
    facts: dict[str, object] = {"agent": agent.id}
    audit.record(session, "ticket.call", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)


def _candidates(session: Session, ticket: Ticket) -> Sequence[Agent]:
    """Who could have a basis: the ticket's team, and whom somebody gave a permission."""
    members = select(TeamMember.agent_id).where(TeamMember.team_id == ticket.team_id)
    chosen = select(Agent).where(Agent.is_disabled.is_(False), or_(Agent.id.in_(members), has_grants()))
    return session.scalars(chosen.order_by(Agent.name).limit(_MOST_CANDIDATES)).all()


def _rest(session: Session, near: Sequence[Agent]) -> Sequence[Agent]:
    """All other colleagues."""
    chosen = select(Agent).where(Agent.is_disabled.is_(False), Agent.id.not_in([one.id for one in near]))
    return session.scalars(chosen.order_by(Agent.name).limit(_MOST_CANDIDATES)).all()


def _fitting(people: Iterable[Agent], letters: str, *, by: Agent) -> list[Agent]:
    return [one for one in people if one.id != by.id and _begins(one.name, letters)]


def _may_read(session: Session, ticket: Ticket, agent: Agent) -> bool:
    return bool(access.readable_ids(session, [ticket.id], by=agent))


def _begins(name: str, letters: str) -> bool:
    folded = _folded(name)
    return folded.startswith(letters) or any(word.startswith(letters) for word in folded.split(" "))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_said(name: str, text: str) -> bool:
    return bool(name) and re.search(_pattern(name), text) is not None


def _pattern(name: str) -> str:
    return rf"(?<![\w@.])@{re.escape(name)}(?!\w)"
