"""What each page of the desk stands on, asked for together: what is set, the teams, the reader's own views.

Each answer is the one that its room would get on its own. It is of this reading session alone, and fresh; where
something may change (in a transaction), nothing is learnt, and each room asks for itself.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import counters, mailboxes, saved_views
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.base import Id, Moment
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.policy import PolicyVersion
from helpdesk.models.role import Scope
from helpdesk.models.saved_view import SavedView
from helpdesk.models.sending import Sending
from helpdesk.models.setting import Setting
from helpdesk.privacy import audit, indexing, policy
from helpdesk.privacy.readers import id_of, kind_of
from helpdesk.storage.db import is_reading
from helpdesk.storage.decoded import decoded
from helpdesk.storage.once import is_learnt, learnt
from helpdesk.storage.together import Found, Question, Together

AGENT: Final = bindparam("agent_id", type_=Id)
NOW: Final = bindparam("now", type_=Moment())
_UNREACHED: Final = bindparam("unreached", type_=Moment())
_UNTRIED: Final = bindparam("untried", type_=Moment())
_OWN_TEAMS: Final = select(Team).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.agent_id == AGENT)
_IN_FORCE: Final = select(func.max(PolicyVersion.id)).where(PolicyVersion.effective_at <= NOW).scalar_subquery()
_GLIMPSES: Final = audit.GLIMPSES.subquery()

QUESTIONS: Final = {
    "policy": Question(select(PolicyVersion).where(PolicyVersion.id == _IN_FORCE)),
    "settings": Question(select(Setting)),
    "teams": Question(select(Team), order=(func.lower(Team.name),)),
    "own teams": Question(_OWN_TEAMS, order=(Team.name,)),
    "mailboxes": Question(counters.OF_READER, number=Mailbox.id, said=counters.CALLED, is_row=False),
    "views": Question(
        select(SavedView).where(or_(SavedView.agent_id == AGENT, SavedView.is_shared.is_(True))),
        order=saved_views.order(AGENT),
    ),
    "glimpses": Question(select(_GLIMPSES.c.core), said=decoded(_GLIMPSES.c.core), is_row=False),
    "stopped": Question(
        select(Mailbox).where(mailboxes.is_stopped(_UNREACHED, _UNTRIED)), number=Mailbox.id, is_row=False
    ),
    "undoable": Question(
        select(Sending).where(
            Sending.agent_id == AGENT,
            Sending.leaves_at > NOW,
            Sending.is_later.is_(False),
            Sending.taken_back_at.is_(None),
        ),
        order=(Sending.leaves_at.desc(), Sending.message_id.desc()),
    ),
    "renewal": indexing.RENEWAL,
}
_DESK: Final = Together(QUESTIONS)
_PAGE: Final = "desk page"


def learn(session: Session, *, by: Agent) -> None:
    """What any page asks, unless it was learnt before in this reading."""
    if is_reading(session) and not is_learnt(session, _PAGE):
        keep(session, _DESK.ask(session, **values(by)), by)


def values(agent: Agent) -> dict[str, object]:
    """What the questions are asked with."""
    now = clock.now()
    moments = {"since": audit.COALESCED, "unreached": mailboxes.UNREACHED, "untried": mailboxes.UNTRIED}
    ago = {name: now - long for name, long in moments.items()}
    return {**counters.reach(agent), "actor_kind": kind_of(agent), "actor_id": id_of(agent), "now": now, **ago}


def keep(session: Session, found: Mapping[str, Sequence[Found]], agent: Agent) -> None:
    """The answers, for the rooms that ask."""
    policy.learn(session, next(iter(rows(found["policy"])), None))
    teams = rows(found["teams"])
    own = sorted(teams, key=lambda team: team.name) if agent.scope is Scope.ALL else rows(found["own teams"])
    learnt(session, Setting, {row.key: row for row in rows(found["settings"])})
    learnt(session, Team, teams)
    learnt(session, (Team, agent.id), own)
    learnt(session, (Mailbox, agent.id), counters.boxes((one.number, one.said) for one in found["mailboxes"]))
    learnt(session, (SavedView, agent.id), rows(found["views"]))
    learnt(session, (Sending, agent.id), next(iter(rows(found["undoable"])), None))
    glimpses = [json.loads(one.said)["facts"] for one in found["glimpses"]]
    learnt(session, ("list.read", (kind_of(agent), id_of(agent))), glimpses)
    learnt(session, mailboxes.STOPPED, [one.number for one in found["stopped"]])
    indexing.learn(session, is_being_renewed=bool(found["renewal"]))
    learnt(session, _PAGE, answer=True)


def rows(answer: Sequence[Found]) -> list[Any]:
    return [one.row for one in answer]
