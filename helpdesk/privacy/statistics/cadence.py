"""How often is published: chosen from what was published before, so that the choice itself tells nothing."""

import json
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Cadence, Metric, StatisticRelease
from helpdesk.privacy.statistics import periods

# published tickets a month below which a cadence holds; above them all it is every day
_BELOW: Final = ((100, Cadence.QUARTERLY), (1_500, Cadence.MONTHLY), (15_000, Cadence.WEEKLY))
_LOOKED_BACK: Final = timedelta(days=92)
_MONTH: Final = 30


def of_month(session: Session, month: date) -> Cadence:
    """The cadence of a month, by what was published of the three before it; a quarter begins with its first month."""
    seen = published_a_month(session, before=month)
    if seen is None:
        return Cadence.MONTHLY
    wanted = next((cadence for most, cadence in _BELOW if seen < most), Cadence.DAILY)
    waits = wanted is Cadence.QUARTERLY and not periods.begins_quarter(month)
    return Cadence.MONTHLY if waits else wanted


def published_a_month(session: Session, *, before: date) -> int | None:
    """Tickets a month as published (with their noise) of the last quarter before a day; None: nothing was."""
    rows = session.execute(
        select(StatisticRelease.begins_on, StatisticRelease.ends_on, StatisticRelease.noisy).where(
            StatisticRelease.metric == Metric.TICKETS,
            StatisticRelease.ends_on <= before,
            StatisticRelease.ends_on > before - _LOOKED_BACK,
        )
    ).all()
    days = sum((ends_on - begins_on).days for begins_on, ends_on, _noisy in rows)
    if not days:
        return None
    return max(0, round(sum(sum(json.loads(row.noisy)) for row in rows) * _MONTH / days))
