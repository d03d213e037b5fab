"""The same theme keeps its number: themes are matched by the messages that two runs share."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

_ALIKE: Final = 0.2
_MOSTLY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Matched:
    number_of: dict[int, int]
    """The lasting number of each label of this run."""
    split_from: dict[int, int]
    merged: dict[int, int]
    next_number: int


def matched(now: Sequence[int], before: Sequence[int | None], *, first_free: int) -> Matched:
    """Match the labels of this run with those the same messages had in the last; -1 is no theme."""
    shared: Counter[tuple[int, int]] = Counter()
    mine: Counter[int] = Counter()
    theirs: Counter[int] = Counter()
    for new, old in zip(now, before, strict=True):
        if old is None:
            continue
        mine[new] += new >= 0
        theirs[old] += old >= 0
        if new >= 0 and old >= 0:
            shared[new, old] += 1
    labels, olds = sorted({label for label in now if label >= 0}), sorted(old for old in theirs if old >= 0)
    number_of = _pairs(labels, olds, shared, mine, theirs)
    taken = set(number_of.values())
    split_from: dict[int, int] = {}
    following = first_free
    for label in labels:
        if label in number_of:
            continue
        number_of[label], following = following, following + 1
        source = max(olds, key=lambda old: (shared[label, old], -old), default=None)
        if source is not None and shared[label, source] > _MOSTLY * max(1, mine[label]):
            split_from[number_of[label]] = source
    went: dict[int, int] = {}
    for old in olds:
        into = max(labels, key=lambda label: (shared[label, old], -label), default=None)
        if old not in taken and into is not None and shared[into, old] > _MOSTLY * theirs[old]:
            went[old] = number_of[into]
    return Matched(number_of, split_from, went, following)


def _pairs(
    labels: Sequence[int],
    olds: Sequence[int],
    shared: Counter[tuple[int, int]],
    mine: Counter[int],
    theirs: Counter[int],
) -> dict[int, int]:
    if not labels or not olds:
        return {}
    alike = np.zeros((len(labels), len(olds)))
    for row, label in enumerate(labels):
        for column, old in enumerate(olds):
            common = shared[label, old]
            alike[row, column] = common / max(1, mine[label] + theirs[old] - common)
    rows, columns = linear_sum_assignment(-alike)
    return {labels[r]: olds[c] for r, c in zip(rows, columns, strict=True) if alike[r, c] >= _ALIKE}
