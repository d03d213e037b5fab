"""The check of the access review: who may what was looked at this quarter, and somebody signed for it."""

from sqlalchemy import func, select

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.inspection import AccessReview
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves


@proves("access-reviewed", kept_by=("helpdesk.desk.access_reviews.begin", "helpdesk.desk.access_reviews.sign"))
def every_access_is_confirmed_each_quarter(asked: Asked) -> Evidence:
    """No review that was begun is still unsigned after its time."""
    session, now = asked.session, clock.now()
    late = session.scalar(select(func.count()).where(AccessReview.signed_at.is_(None), AccessReview.due_at < now))
    signed, last = session.execute(
        select(func.count(), func.max(AccessReview.signed_at)).where(AccessReview.signed_at.is_not(None))
    ).one()
    if late:
        return broken(N_("Reviews of who may what that nobody signed in time: %(late)s."), late=late)
    if last is None:
        return kept(N_("The first review of who may what is under way."), signed=0)
    day = last.date().isoformat()
    return kept(N_("Reviews of who may what, signed off: %(signed)s; the last on %(last)s."), signed=signed, last=day)
