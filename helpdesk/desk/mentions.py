"""Mentions: `@name` in a note tells a colleague who may read the ticket; else it is a word like others."""

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.desk import followers, notices
from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.notice import NoticeKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.privacy.basis import has_grants

MOST_OFFERED: Final = 8
_MOST_CANDIDATES: Final = 500


def offered(session: Session, ticket: Ticket, letters: str, *, by: Agent) -> list[str]:
    """Names that begin so, or have a word that does, of those who may read the ticket. Raises AccessDenied."""
    access.require(session, ticket, by=by)
    begun = letters.strip().casefold()
    fitting = [one for one in _candidates(session, ticket) if one.id != by.id and _begins(one.name, begun)]
    found: list[str] = []
    for agent in fitting:
        if len(found) < MOST_OFFERED and _may_read(session, ticket, agent):
            found.append(agent.name)
    return found


def tell(session: Session, ticket: Ticket, text: str, *, by: Agent) -> set[int]:
    """Those named in a note, and may read it, follow the ticket from now and are told; returns who."""
    if "@" not in text:
        return set()
    meant = [one for one in named(text, _candidates(session, ticket)) if _may_read(session, ticket, one)]
    for agent in meant:
        if agent.id != by.id:
            followers.add(session, ticket, agent, by=by)
            notices.inform(session, agent, ticket, NoticeKind.MENTION)
    return {agent.id for agent in meant}


def named(text: str, among: Iterable[Agent]) -> list[Agent]:
    """Whose name stands behind an @: the whole of it, or its first word where only one has that."""
    people = list(among)
    firsts = [_folded(one.name).split(" ")[0] for one in people]
    said = _folded(text)
    whole = [one for one in people if _is_said(_folded(one.name), said)]
    for one in sorted(whole, key=lambda agent: -len(agent.name)):
        said = re.sub(_pattern(_folded(one.name)), " ", said)  # else its first word would stand for another
    only = [(one, first) for one, first in zip(people, firsts, strict=True) if firsts.count(first) == 1]
    short = [one for one, first in only if _is_said(first, said)]
    return [one for one in people if one in whole or one in short]


def _candidates(session: Session, ticket: Ticket) -> list[Agent]:
    """Who could have a basis: the ticket's team, and whom somebody gave a permission."""
    members = select(TeamMember.agent_id).where(TeamMember.team_id == ticket.team_id)
    chosen = select(Agent).where(Agent.is_disabled.is_(False), or_(Agent.id.in_(members), has_grants()))
    return list(session.scalars(chosen.order_by(Agent.name).limit(_MOST_CANDIDATES)))


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
