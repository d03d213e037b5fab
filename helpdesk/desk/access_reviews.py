"""The quarterly access review: each role and live grant is confirmed or ended, and a named person signs it off."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import agents
from helpdesk.languages import N_, Refusal
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.agent import Agent
from helpdesk.models.inspection import AccessReview, ReviewedAccess, Verdict
from helpdesk.models.role import Permission
from helpdesk.privacy import audit, grants
from helpdesk.privacy.readers import Reader

TIME_TO_SIGN: Final = timedelta(days=30)


class ReviewRefused(Refusal):
    """This can't be decided so, or not yet; the message says why."""


def begin(session: Session, *, by: Reader | None = None) -> AccessReview | None:
    """Begin this quarter's review with everybody's role and every live grant; None where it was begun already."""
    quarter = quarter_now()
    if session.scalar(select(AccessReview.id).where(AccessReview.quarter == quarter)) is not None:
        return None
    review = AccessReview(quarter=quarter, due_at=clock.now() + TIME_TO_SIGN)
    session.add(review)
    session.flush()
    people = {agent.id: agent for agent in session.scalars(select(Agent).where(Agent.is_disabled.is_(False)))}
    live = session.scalars(
        select(AccessGrant).where(AccessGrant.state == GrantState.ACTIVE, AccessGrant.expires_at > clock.now())
    ).all()
    for agent in people.values():
        session.add(ReviewedAccess(review_id=review.id, agent_id=agent.id, role=_role(agent)))
    for grant in live:
        if grant.agent_id in people:
            role = _role(people[grant.agent_id])
            session.add(ReviewedAccess(review_id=review.id, agent_id=grant.agent_id, grant_id=grant.id, role=role))
    facts: dict[str, object] = {"quarter": quarter, "roles": len(people), "grants": len(live)}
    audit.record(session, "review.begin", by=by, on=("review", review.id), facts=facts)
    return review


def quarter_now() -> str:
    now = clock.now()
    return f"{now.year}-Q{(now.month + 2) // 3}"


def newest(session: Session) -> AccessReview | None:
    return session.scalar(select(AccessReview).order_by(AccessReview.id.desc()).limit(1))


def items(session: Session, review: AccessReview) -> Sequence[ReviewedAccess]:
    chosen = select(ReviewedAccess).where(ReviewedAccess.review_id == review.id).order_by(ReviewedAccess.id)
    return session.scalars(chosen).all()


def decide(session: Session, item: ReviewedAccess, *, by: Agent, is_confirmed: bool) -> None:
    """Confirm one access, or end it: a grant is over at once, a person is disabled. Decided once is decided.

    Raises ReviewRefused, and LastAdmin where nobody would be left in charge.
    """
    session.refresh(item, with_for_update=True)
    review = session.get_one(AccessReview, item.review_id)
    if review.signed_at is not None or item.verdict is not Verdict.OPEN:
        return
    if not may_decide(item, by):
        raise ReviewRefused(N_("only somebody who may give this access decides about it"))
    if item.agent_id == by.id and _others_may(session, by):
        raise ReviewRefused(N_("somebody else must look at your own access"))
    if not is_confirmed:
        _end(session, item, by=by)
    item.verdict = Verdict.CONFIRMED if is_confirmed else Verdict.ENDED
    item.decided_at, item.decided_by_id = clock.now(), by.id
    facts: dict[str, object] = {"review": item.review_id, "verdict": item.verdict.value, "grant": item.grant_id}
    audit.record(session, "review.decide", by=by, on=("agent", item.agent_id), facts=facts)


def may_decide(item: ReviewedAccess, by: Agent) -> bool:
    """Whether somebody may give such an access, and so may end it."""
    return by.may(Permission.GRANT if item.grant_id else Permission.PEOPLE)


def may_sign(by: Agent) -> bool:
    return by.may(Permission.AUDIT) and (by.may(Permission.PEOPLE) or by.may(Permission.GRANT))


def sign(session: Session, review: AccessReview, *, by: Agent) -> None:
    """Sign it off by name, once nothing is open. Raises ReviewRefused."""
    if review.signed_at is not None:
        return
    if not may_sign(by):
        raise ReviewRefused(N_("only somebody who may audit and decide signs a review off"))
    if left := open_items(session, review):
        raise ReviewRefused(N_("%(left)s of them are not decided yet"), left=left)
    review.signed_at, review.signed_by_id = clock.now(), by.id
    audit.record(session, "review.sign", by=by, on=("review", review.id), facts={"quarter": review.quarter})


def open_items(session: Session, review: AccessReview) -> int:
    undecided = select(func.count()).where(
        ReviewedAccess.review_id == review.id, ReviewedAccess.verdict == Verdict.OPEN
    )
    return session.scalar(undecided) or 0


def _end(session: Session, item: ReviewedAccess, *, by: Agent) -> None:
    if item.grant_id is not None:
        grants.end(session, session.get_one(AccessGrant, item.grant_id), by=by)
    else:
        agents.disable(session, session.get_one(Agent, item.agent_id), by=by)


def _others_may(session: Session, by: Agent) -> bool:
    """Whether anybody else could decide: a desk of one admin reviews itself, and the trail shows it."""
    others = session.scalars(select(Agent).where(Agent.id != by.id, Agent.is_disabled.is_(False)))
    return any(other.may(Permission.PEOPLE) and other.may(Permission.GRANT) for other in others)


def _role(agent: Agent) -> str:
    return agent.own_role.name if agent.own_role is not None else agent.role.value
