"""Reading again all that waits, after an upgrade or when something was mended: in pieces, and told how far it is."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import waiting
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.rereading import Rereading
from helpdesk.privacy import audit
from helpdesk.storage import jobs
from helpdesk.storage.db import hold
from helpdesk.storage.jobs import Job

PIECE: Final = 50
PIECE_BYTES: Final = 8_000_000
STUCK: Final = timedelta(seconds=30)  # not moved for so long, nobody works on it


def ask(session: Session, *, by: Agent) -> Rereading | None:
    """Have everything read again that waits and that this agent may look at; None where nothing does.

    One that is under way already is given instead of a second.
    """
    hold(session, "rereading")
    if (running := under_way(session, by=by)) is not None:
        return running
    total, newest = session.execute(
        select(func.count(InboundEmail.id), func.max(InboundEmail.id)).where(_is_meant(by))
    ).one()
    if not total:
        return None
    made = Rereading(agent_id=by.id, total=total, up_to_id=newest)
    session.add(made)
    session.flush()
    audit.record(session, "email.read_all_again", by=by, on=("rereading", made.id), facts={"emails": total})
    jobs.ring(session, Job.READ_ALL_AGAIN, made.id)
    return made


def under_way(session: Session, *, by: Agent) -> Rereading | None:
    """The one this agent asked for and that is not done."""
    chosen = select(Rereading).where(Rereading.agent_id == by.id, Rereading.finished_at.is_(None))
    return session.scalars(chosen.order_by(Rereading.id.desc()).limit(1)).first()


def find(session: Session, rereading_id: int, *, by: Agent) -> Rereading | None:
    """One that this agent asked for; others' are nobody's business."""
    return session.scalar(select(Rereading).where(Rereading.id == rereading_id, Rereading.agent_id == by.id))


def stuck(session: Session) -> Sequence[int]:
    """Those not done that nobody works on: their job was lost, or its worker died."""
    long_ago = clock.now() - STUCK
    return session.scalars(
        select(Rereading.id).where(Rereading.finished_at.is_(None), Rereading.moved_at < long_ago)
    ).all()


def claim(session: Session, rereading: Rereading) -> Sequence[InboundEmail]:
    """Take the next piece: its emails wait to be read from here on, whoever does it. None: it is done."""
    by = session.get_one(Agent, rereading.agent_id)
    chosen = select(InboundEmail).where(
        _is_meant(by), InboundEmail.id > rereading.last_id, InboundEmail.id <= rereading.up_to_id
    )
    piece: list[InboundEmail] = []
    for email in session.scalars(chosen.order_by(InboundEmail.id).limit(PIECE)):
        if piece and sum(one.size for one in piece) + email.size > PIECE_BYTES:
            break
        piece.append(email)
    for email in piece:
        email.outcome, email.decided_at, email.ruling = Outcome.STORED, None, None
        rereading.last_id = email.id
    rereading.moved_at = clock.now()
    if not piece:
        rereading.finished_at, rereading.done = clock.now(), rereading.total
    return piece


def went_on(rereading: Rereading, emails: int) -> None:
    """So many more are read."""
    rereading.done, rereading.moved_at = min(rereading.done + emails, rereading.total), clock.now()


def _is_meant(by: Agent) -> ColumnElement[bool]:
    """Not what a blocked sender wrote, nor what has no more than a header to read."""
    return and_(
        InboundEmail.outcome.in_([Outcome.HELD, Outcome.QUARANTINED]),
        InboundEmail.block_id.is_(None),
        InboundEmail.size > 0,
        waiting.is_visible(by),
    )
