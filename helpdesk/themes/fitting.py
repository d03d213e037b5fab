"""Which messages clearly are of their theme: what could as well be of another is honestly of none."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from helpdesk.themes import trends
from helpdesk.themes.features import Sparse, Vectors
from helpdesk.themes.grouping import Labels
from helpdesk.themes.neighbours import spread

_CLEARLY: Final = 0.15
_STRICTER: Final = 2.0  # by as much more, where none came of what is usual
_KNOWN: Final = 2  # weeks, to know what is usual
_LEAST: Final = 8  # messages: fewer that say the same are no theme in a series
_AT_ONCE: Final = 10_000
_NOTHING: Final = 1e-6


def fits(profiles: Sparse, labels: Labels, number: int, weeks: Labels | None = None) -> NDArray[np.bool_]:
    """Whether the words of each message are clearly nearer to those of its theme than to those of any other.

    Told the `weeks`, it asks for more by as much as is missing of what usually comes: strays keep no theme alive. And
    what is left of a theme is in none, where that is hardly anything.
    """
    margins = _margins(profiles, labels, number)
    found = margins >= _CLEARLY
    if weeks is None or not len(labels):
        return found
    found = _without_remains(found, labels, number)
    last = int(weeks.max())
    counted = np.zeros((number, last + 1))
    np.add.at(counted, (labels[found], weeks[found]), 1)
    volume = np.maximum(counted.sum(0), 1)
    for week in range(_KNOWN, last + 1):  # the late ones like the others, or that itself would look like a trend
        before = slice(max(0, week - trends.RECENT), week)
        usual = counted[:, before].sum(1) * volume[week] / volume[before].sum()
        missing = np.where(usual > 0, 1 - counted[:, week] / np.maximum(usual, _NOTHING), 0).clip(0)
        rows = np.flatnonzero(found & (weeks == week))
        strays = rows[margins[rows] < _CLEARLY * (1 + _STRICTER * missing[labels[rows]])]
        found[strays] = False
        np.subtract.at(counted, (labels[strays], weeks[strays]), 1)
    return _without_remains(found, labels, number)


def _without_remains(found: NDArray[np.bool_], labels: Labels, number: int) -> NDArray[np.bool_]:
    left = np.bincount(labels[found], minlength=number)
    return np.asarray(found & (left[labels] >= _LEAST))


def _margins(profiles: Sparse, labels: Labels, number: int) -> Vectors:
    """How far each message lies on its theme's side of the border to the nearest other; those of none are far off.

    How near it is to its own theme is told by the others there: a stray is not near for having made the theme itself.
    Clearly is a distance from the border between two themes, so that two much alike can be told apart.
    """
    found = np.full(len(labels), -np.inf)
    if number < 2:
        return np.where(labels >= 0, np.inf, found)
    known = np.flatnonzero(labels >= 0)
    sums = np.asarray((spread(labels[known], number).T @ profiles[known]).todense())
    lengths = np.maximum(np.linalg.norm(sums, axis=1), _NOTHING)
    themes = sums / lengths[:, None]
    apart = np.sqrt(np.maximum(2 - 2 * themes @ themes.T, _NOTHING))
    for start in range(0, len(known), _AT_ONCE):
        rows = known[start : start + _AT_ONCE]
        likeness, own = np.asarray(profiles[rows] @ themes.T), labels[rows]
        at, length = np.arange(len(rows)), lengths[own]
        there = likeness[at, own] * length
        itself = np.asarray(profiles[rows].multiply(profiles[rows]).sum(1)).ravel()
        without = (there - itself) / np.sqrt(np.maximum(length**2 - 2 * there + itself, _NOTHING))
        likeness[at, own] = -np.inf
        found[rows] = ((without[:, None] - likeness) / apart[own]).min(1)
    return found
