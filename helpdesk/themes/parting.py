"""Themes part where that explains better what their messages say, and when they came."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from helpdesk.themes import fitting
from helpdesk.themes.cutting import in_many, in_two
from helpdesk.themes.features import Vectors, Words, profiles
from helpdesk.themes.grouping import Labels, numbered
from helpdesk.themes.piles import Scales
from helpdesk.themes.settling import settled, settled_in_two

_NEWS: Final = 0.03  # of a theme's messages came since the last run, or it stays whole
_LEAST: Final = 8  # messages of a theme that came out of others
_EAGER: Final = 20.0  # parted rather than not (logarithm of a likelihood): of two mixed, neither is seen to move
_EAGER_EACH: Final = 0.1  # and no more than this a message: a small theme is no two for nothing
_PARTS: Final = 2  # times in one run
_A_PART: Final = 25  # messages, of those that fit no theme

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Messages:
    """What is known of each message: where it lies, its words, its week from nought, and whether it is new."""

    near: Vectors
    words: Words
    weeks: Labels
    is_new: NDArray[np.bool_]


def parted(messages: Messages, labels: Labels, scales: Scales, check: Check) -> Labels:
    """Each theme that there is news of cut in two, where the two explain its messages better, or hardly worse."""
    labels = labels.copy()
    waiting = [(label, 0) for label in range(int(labels.max()) + 1)]
    following = len(waiting)
    while waiting:
        check()
        label, times = waiting.pop(0)
        rows = np.flatnonzero(labels == label)
        if len(rows) < 2 * _LEAST or messages.is_new[rows].mean() < _NEWS:
            continue
        gain, own = max(_halves(messages, rows, scales), key=lambda one: one[0], default=(-np.inf, rows))
        if gain > -min(_EAGER, _EAGER_EACH * len(rows)):
            labels[own] = following
            if times < _PARTS:
                waiting += [(label, times + 1), (following, times + 1)]
            following += 1
    return numbered(labels)


def _halves(messages: Messages, rows: Labels, scales: Scales) -> list[tuple[float, Labels]]:
    """How good it is to part these messages, and which ones go: cut by where they lie, and by when they came."""
    begun = [in_two(messages.near[rows])]
    if scales.usual is not None:
        begun.append(scales.is_recent[rows].astype(np.int64))
    weighed, kinds = messages.words.weighed[rows], messages.words.table.shape[1]
    table = weighed[:, np.unique(weighed.indices)].toarray()
    found = []
    for start in begun:
        halves = settled_in_two(table, kinds, messages.words.doubt, start, messages.weeks[rows])
        if _LEAST <= halves.sum() <= len(halves) - _LEAST:
            own = rows[halves == 1]
            found.append((scales.gain(own, rows[halves == 0]), own))
    return found


def gathered(messages: Messages, labels: Labels, scales: Scales, check: Check) -> Labels:
    """What fits none of the themes, looked at by itself: who says the same there makes a theme of its own.

    What came of late is looked at first: a subject that comes up is lost among the strays of all weeks.
    """
    if scales.usual is not None:
        labels = _gathered(messages, labels, scales, scales.is_recent, check)
    return _gathered(messages, labels, scales, np.ones(len(labels), dtype=np.bool_), check)


def _gathered(messages: Messages, labels: Labels, scales: Scales, among: NDArray[np.bool_], check: Check) -> Labels:
    words, number = messages.words, int(labels.max()) + 1
    rest = np.flatnonzero(~fitting.fits(profiles(words), labels, number) & among)
    if len(rest) < 2 * _LEAST:
        return labels
    check()
    parts = in_many(messages.near[rest], max(2, round(len(rest) / _A_PART)), _LEAST)
    parts = numbered(settled(words.weighed[rest], words.doubt, parts, messages.weeks[rest]))
    labels, found = labels.copy(), [rest[parts == part] for part in range(int(parts.max()) + 1)]
    for rows in sorted(found, key=lambda rows: (-len(rows), int(rows[0]))):
        check()
        if len(rows) >= _LEAST and scales.gain_of_moving(rows, labels) > -min(_EAGER, _EAGER_EACH * len(rows)):
            labels[rows], number = number, number + 1
    return numbered(labels)
