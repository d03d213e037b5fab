"""The check of the trash: what lies there goes within the days that are promised, and all of it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.message import Message
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import retention
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

_GRACE: Final = timedelta(days=2)  # the night in which it goes, and one that was missed


@proves(
    retention.PROMISE,
    kept_by=("helpdesk.privacy.purging.begin", "helpdesk.privacy.purging.end"),
    **{retention.PARAMETER: retention.DEFAULT_DAYS},
)
def the_trash_is_emptied(asked: Asked) -> Evidence:
    """Nothing lies there longer than is promised, but for somebody's open request; nothing is left of what went."""
    promised, days = asked.number(retention.PARAMETER), retention.of(asked.session).trash_days
    if not 0 < days <= promised:
        return broken(
            N_("Days in the trash as it is set: %(days)s, promised: %(promised)s."), days=days, promised=promised
        )
    before = clock.now() - timedelta(days=promised) - _GRACE
    late = _count(asked, Ticket.place == Place.TRASH, Ticket.trashed_at < before, ~retention.is_asked_for())
    said = select(Message.id).where(Message.ticket_id == Ticket.id, Message.erased_at.is_(None)).exists()
    halves = _count(
        asked, Ticket.place == Place.PURGED, (Ticket.trashed_at < before) | Ticket.trashed_at.is_(None) & said
    )
    figures = {
        "in_trash": _count(asked, Ticket.place == Place.TRASH),
        "gone": _count(asked, Ticket.place == Place.PURGED),
    }
    if late or halves:
        return broken(N_("Tickets in the trash for too long: %(late)s, taken away by halves: %(halves)s."),
                      late=late, halves=halves, **figures)  # fmt: skip
    return kept(N_("Tickets in the trash: %(in_trash)s, none for too long; gone for good: %(gone)s."), **figures)


def _count(asked: Asked, *conditions: ColumnElement[bool]) -> int:
    return asked.session.scalar(select(func.count(Ticket.id)).where(*conditions)) or 0
