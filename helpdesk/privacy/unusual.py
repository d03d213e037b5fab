"""Unusual reading: somebody reads far more than they themselves usually do. A flag, not a verdict."""

import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.audit import AuditEvent
from helpdesk.models.inspection import ReadingFlag
from helpdesk.privacy import audit

TIMES: Final = 5  # the usual volume
LEAST: Final = 50  # readings a day; below that nothing is unusual
BACK: Final = timedelta(days=28)
_FEWEST_DAYS: Final = 5  # of somebody with fewer, what colleagues usually read stands for it
_COUNTED: Final = ("ticket.read", "message.read", "attachment.read", "raw_email.read")


def look(session: Session) -> list[ReadingFlag]:
    """Flag whoever read unusually much today, once a person and day."""
    today = clock.now().astimezone(UTC).date()
    now = _counted(session, today, today + timedelta(days=1), least=LEAST)
    flagged = set(session.scalars(select(ReadingFlag.agent_id).where(ReadingFlag.day == today)))
    raised = []
    for agent_id in sorted(now.keys() - flagged):
        usual = _usual(session, agent_id, today)
        if now[agent_id] > TIMES * usual:
            flag = ReadingFlag(agent_id=agent_id, day=today, readings=now[agent_id], usual=usual)
            session.add(flag)
            session.flush()
            facts: dict[str, object] = {"readings": now[agent_id], "usual": usual, "flag": flag.id}
            audit.record(session, "reading.flag", by=None, on=("agent", agent_id), facts=facts)
            raised.append(flag)
    return raised


def unseen(session: Session) -> Sequence[ReadingFlag]:
    """Flags that nobody has looked at, the newest first."""
    chosen = select(ReadingFlag).where(ReadingFlag.looked_at.is_(None)).order_by(ReadingFlag.id.desc())
    return session.scalars(chosen.limit(50)).all()


def note_looked(session: Session, flag: ReadingFlag, *, by: Agent) -> None:
    """Somebody looked at it: not who it is about. The same again changes nothing."""
    if flag.looked_at is not None or flag.agent_id == by.id:
        return
    flag.looked_at, flag.looked_by_id = clock.now(), by.id
    audit.record(session, "reading.look_at_flag", by=by, on=("agent", flag.agent_id), facts={"flag": flag.id})


def _usual(session: Session, agent_id: int, today: date) -> int:
    """The median of the days on which they read; of a newcomer, that of all colleagues' days."""
    rows = _by_day(session, today)
    own = [count for (agent, _day), count in rows.items() if agent == agent_id]
    days = own if len(own) >= _FEWEST_DAYS else list(rows.values())
    return round(statistics.median(days)) if days else LEAST // TIMES


def _by_day(session: Session, today: date) -> Mapping[tuple[int, str], int]:
    day = func.date(AuditEvent.at)
    rows = session.execute(
        select(AuditEvent.actor_id, day, func.count())
        .where(*_readings(today - BACK, today))
        .group_by(AuditEvent.actor_id, day)
    )
    return {(int(agent_id), str(on)): count for agent_id, on, count in rows}


def _counted(session: Session, since: date, until: date, *, least: int) -> dict[int, int]:
    rows = session.execute(
        select(AuditEvent.actor_id, func.count())
        .where(*_readings(since, until))
        .group_by(AuditEvent.actor_id)
        .having(func.count() >= least)
    )
    return {int(agent_id): count for agent_id, count in rows}


def _readings(since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    return (
        AuditEvent.actor_kind == "agent",
        AuditEvent.action.in_(_COUNTED),
        AuditEvent.at >= datetime.combine(since, time(), UTC),
        AuditEvent.at < datetime.combine(until, time(), UTC),
    )
