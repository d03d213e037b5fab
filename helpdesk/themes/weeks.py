"""The weeks that messages came in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from helpdesk.themes import trends
from helpdesk.themes.grouping import Labels
from helpdesk.themes.values import Document

_OLDEST: Final = 104


def numbers_of_weeks(days: Sequence[date]) -> Labels:
    """The week of each day, from nought; what is older than two years before the newest counts as that old."""
    weeks = np.array([(day.toordinal() - 1) // 7 for day in days], dtype=np.int64)
    weeks = np.maximum(weeks, weeks.max() - _OLDEST)
    return np.asarray(weeks - weeks.min())


def day_of(document: Document) -> date:
    return document.at or date.min


def weeks_until(days: Sequence[date]) -> list[date]:
    """The first days of the weeks of the window, which ends with the newest message."""
    newest = max(days, default=date.min)
    if newest < date.min + timedelta(weeks=trends.WINDOW):
        return [newest]
    monday = newest - timedelta(days=newest.weekday())
    return [monday - timedelta(weeks=back) for back in reversed(range(trends.WINDOW))]


def by_week(documents: Sequence[Document], labels: Sequence[int], weeks: Sequence[date]) -> dict[int, list[int]]:
    """How many messages of each label came in each week."""
    counts = {label: [0] * len(weeks) for label in labels}
    for document, label in zip(documents, labels, strict=True):
        week = (day_of(document) - weeks[0]).days // 7
        if 0 <= week < len(weeks):
            counts[label][week] += 1
    return counts
