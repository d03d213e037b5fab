"""The check of the access review: who may what was looked at this quarter, and somebody signed for it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.audit import AuditEvent
from helpdesk.models.inspection import AccessReview
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

_APART: Final = timedelta(days=100)  # a quarter, and the nights in which it may not have begun


@proves("access-reviewed", kept_by=("helpdesk.desk.access_reviews.begin", "helpdesk.desk.access_reviews.sign"))
def every_access_is_confirmed_each_quarter(asked: Asked) -> Evidence:
    """A review began within a quarter, and none that was begun is still unsigned after its time."""
    session, now = asked.session, clock.now()
    late = session.scalar(select(func.count()).where(AccessReview.signed_at.is_(None), AccessReview.due_at < now))
    signed, last = session.execute(
        select(func.count(), func.max(AccessReview.signed_at)).where(AccessReview.signed_at.is_not(None))
    ).one()
    if late:
        return broken(N_("Reviews of who may what that nobody signed in time: %(late)s."), late=late)
    begun = session.scalar(select(func.max(AccessReview.begun_at))) or session.scalar(select(func.min(AuditEvent.at)))
    if begun is not None and begun < now - _APART:
        days = (now - begun).days
        return broken(N_("Days in which no review of who may what was begun: %(days)s."), days=days)
    if last is None:
        return kept(N_("The first review of who may what is under way."), signed=0)
    day = last.date().isoformat()
    return kept(N_("Reviews of who may what, signed off: %(signed)s; the last on %(last)s."), signed=signed, last=day)
