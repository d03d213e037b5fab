"""The check of requests by mail: a person answers within business days, and it is done within days."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.message import Direction, Message
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

NAME: Final = "privacy-requests-in-time"
ANSWER_DAYS: Final = 5
OUTCOME_DAYS: Final = 30
_LOOKED_BACK: Final = timedelta(days=90)


@proves(
    NAME,
    kept_by=("helpdesk.desk.privacy_requests.flag", "helpdesk.desk.privacy_requests.end"),
    answer_business_days=ANSWER_DAYS,
    outcome_days=OUTCOME_DAYS,
)
def requests_are_answered_in_time(asked: Asked) -> Evidence:
    """No request waits past its clocks: a person's first answer, then the outcome."""
    now = clock.now()
    late = asked.session.scalar(select(func.count(PrivacyRequest.id)).where(is_late(now))) or 0
    is_open = select(func.count(PrivacyRequest.id)).where(PrivacyRequest.ended_at.is_(None))
    done = select(func.count(PrivacyRequest.id)).where(PrivacyRequest.ended_at > now - _LOOKED_BACK)
    figures = {"open": asked.session.scalar(is_open) or 0, "done": asked.session.scalar(done) or 0}
    if late:
        return broken(N_("Requests past their time: %(late)s; open: %(open)s."), late=late, **figures)
    return kept(N_("Requests open: %(open)s, none past its time; ended in the last 90 days: %(done)s."), **figures)


def is_late(now: object) -> ColumnElement[bool]:
    """The requests that wait, and whose first answer or outcome is overdue."""
    unanswered = and_(PrivacyRequest.answer_due_at < now, ~answered())
    return and_(PrivacyRequest.ended_at.is_(None), or_(PrivacyRequest.outcome_due_at < now, unanswered))


def answered() -> ColumnElement[bool]:
    """Whether an agent wrote on the request's ticket after it came."""
    asked, reply = Message.__table__.alias("asked"), Message.__table__.alias("reply")
    return (
        select(reply.c.id)
        .join(asked, asked.c.ticket_id == reply.c.ticket_id)
        .where(
            asked.c.id == PrivacyRequest.message_id,
            reply.c.direction == Direction.SENT,
            reply.c.agent_id.is_not(None),
            reply.c.at >= PrivacyRequest.came_at,
        )
        .correlate(PrivacyRequest)
        .exists()
    )
