"""Which messages clearly are of their theme: what could as well be of another is honestly of none."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from helpdesk.themes.features import Sparse
from helpdesk.themes.grouping import Labels
from helpdesk.themes.neighbours import spread

_CLEARLY: Final = 0.15
_AT_ONCE: Final = 10_000
_NOTHING: Final = 1e-6


def fits(profiles: Sparse, labels: Labels, number: int) -> NDArray[np.bool_]:
    """Whether the words of each message are clearly nearer to those of its theme than to those of any other.

    How near it is to its own theme is told by the others there: a stray is not near for having made the theme itself.
    Clearly is a distance from the border between two themes, so that two much alike can be told apart.
    """
    if number < 2:
        return np.ones(len(labels), dtype=np.bool_)
    known = np.flatnonzero(labels >= 0)
    sums = np.asarray((spread(labels[known], number).T @ profiles[known]).todense())
    lengths = np.maximum(np.linalg.norm(sums, axis=1), _NOTHING)
    themes = sums / lengths[:, None]
    apart = np.sqrt(np.maximum(2 - 2 * themes @ themes.T, _NOTHING))
    found = np.zeros(len(labels), dtype=np.bool_)
    for start in range(0, len(known), _AT_ONCE):
        rows = known[start : start + _AT_ONCE]
        likeness, own = np.asarray(profiles[rows] @ themes.T), labels[rows]
        at, length = np.arange(len(rows)), lengths[own]
        there = likeness[at, own] * length
        itself = np.asarray(profiles[rows].multiply(profiles[rows]).sum(1)).ravel()
        without = (there - itself) / np.sqrt(np.maximum(length**2 - 2 * there + itself, _NOTHING))
        likeness[at, own] = -np.inf
        found[rows] = ((without[:, None] - likeness) / apart[own]).min(1) >= _CLEARLY
    return found
