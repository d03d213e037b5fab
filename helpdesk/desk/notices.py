"""Telling an agent: a notice in the desk, and by mail too if they want it (a number and a link, no content)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import inbox
from helpdesk.models.agent import Agent
from helpdesk.models.notice import Notice, NoticeKind
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import settings

MOST_SHOWN: Final = 100
COUNTED_UP_TO: Final = 99


@dataclass(frozen=True, slots=True)
class Told:
    """How an agent wants to hear of it."""

    key: ClassVar = "notices"
    by_mail: bool = True


def tell(session: Session, agent: Agent, ticket: Ticket, kind: NoticeKind) -> Notice | None:
    """A notice for an agent; None where there is one of this kind about this ticket that they have not seen."""
    same = select(Notice.id).where(
        Notice.agent_id == agent.id,
        Notice.ticket_id == ticket.id,
        Notice.kind == kind,
        Notice.seen_at.is_(None),
    )
    if agent.is_disabled or session.scalar(same.limit(1)) is not None:
        return None
    notice = Notice(agent_id=agent.id, ticket_id=ticket.id, kind=kind)
    session.add(notice)
    session.flush()
    return notice


def wants_mail(session: Session, agent: Agent) -> bool:
    return settings.of_agent(session, agent, Told).by_mail


def unseen(session: Session, agent: Agent) -> int:
    """How many, up to a hundred; what is about a ticket no longer visible counts as nothing."""
    return session.scalar(select(func.count()).select_from(counted(by=agent).subquery())) or 0


def counted(*, by: Agent) -> Select[int]:
    """What their number is made of."""
    return _of(by).where(Notice.seen_at.is_(None)).limit(COUNTED_UP_TO + 1)


def latest(session: Session, agent: Agent) -> Sequence[Notice]:
    """Those of tickets that the agent may still know of, the newest first."""
    chosen = _of(agent).order_by(Notice.id.desc()).limit(MOST_SHOWN)
    return session.scalars(select(Notice).where(Notice.id.in_(chosen)).order_by(Notice.id.desc())).all()


def see_all(session: Session, agent: Agent) -> None:
    session.execute(
        update(Notice).where(Notice.agent_id == agent.id, Notice.seen_at.is_(None)).values(seen_at=clock.now())
    )


def _of(agent: Agent) -> Select[int]:
    about = select(Notice.id).join(Ticket, Ticket.id == Notice.ticket_id)
    return about.where(Notice.agent_id == agent.id, inbox.is_visible(agent))
