"""Which messages clearly are of their theme: what could as well be of another is honestly of none."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from helpdesk.themes.features import Sparse
from helpdesk.themes.grouping import Labels
from helpdesk.themes.neighbours import spread

_CLEARLY: Final = 0.2
_AT_ONCE: Final = 10_000


def fits(profiles: Sparse, labels: Labels, number: int) -> NDArray[np.bool_]:
    """Whether the words of each message are clearly nearer to those of its theme than to those of any other."""
    if number < 2:
        return np.ones(len(labels), dtype=np.bool_)
    known = np.flatnonzero(labels >= 0)
    themes = normalize(np.asarray((spread(labels[known], number).T @ profiles[known]).todense()))
    found = np.zeros(len(labels), dtype=np.bool_)
    for start in range(0, len(known), _AT_ONCE):
        rows = known[start : start + _AT_ONCE]
        likeness = np.asarray(profiles[rows] @ themes.T)
        at = np.arange(len(rows))
        own = likeness[at, labels[rows]].copy()
        likeness[at, labels[rows]] = -1
        found[rows] = own - likeness.max(1) >= _CLEARLY
    return found
