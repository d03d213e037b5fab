"""How themes go on from run to run: messages keep theirs, new ones join those like them; themes part on evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from helpdesk.themes.features import Sparse, Vectors, Words
from helpdesk.themes.grouping import Labels, numbered
from helpdesk.themes.neighbours import spread
from helpdesk.themes.parting import Messages, gathered, parted
from helpdesk.themes.piles import Scales
from helpdesk.themes.settling import settled

_ENOUGH: Final = 0.25  # of the messages have a theme from the last run
_VOTES: Final = 2
_SLOW: Final = 30.0  # put together only if much speaks for it: a theme that comes and goes is none
_NEAREST: Final = 3


def goes_on(before: Labels) -> bool:
    """Whether enough is known of the last run to go on from there."""
    return bool((before >= 0).mean() >= _ENOUGH) if len(before) else False


def unchanged(before: Labels) -> Labels:
    """The themes of the last run, where no message came since."""
    return np.asarray(numbered(before) - int(before.min(initial=0) < 0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Last:
    """What is known of each message: its theme in the last run (-1: none), whether it came since, and its week."""

    before: Labels
    is_new: NDArray[np.bool_]
    weeks: Labels
    """From nought, the oldest."""


def continued(near: Vectors, edges: Sparse, words: Words, last: Last, check: Callable[[], None]) -> Labels:
    """The themes of the last run with the messages that came since, each where it fits best.

    A theme that there is news of parts in two where that explains the words of its messages, and when they came,
    better; messages that fit none make one of their own where they say the same; two that one explains much better
    are put together.
    """
    labels = settled(words.weighed, words.doubt, _joined(edges, last.before), last.weeks)
    scales = Scales.of(words, last.weeks)
    messages = Messages(near, words, last.weeks, last.is_new)
    labels = gathered(messages, parted(messages, labels, scales, check), scales, check)
    labels = _together(near, labels, scales, check)
    return numbered(settled(words.weighed, words.doubt, labels, last.weeks))


def _joined(edges: Sparse, before: Labels) -> Labels:
    """What is new goes where most of its neighbours are."""
    labels = unchanged(before)
    is_new = labels < 0
    for _ in range(_VOTES):
        known = np.flatnonzero(labels >= 0)
        votes = np.asarray((edges[:, known] @ spread(labels[known], int(labels.max()) + 1)).todense())
        labels = np.where(is_new & (votes.max(1) > 0), votes.argmax(1), labels)
    return np.asarray(labels, dtype=np.int64)


def _together(near: Vectors, labels: Labels, scales: Scales, check: Callable[[], None]) -> Labels:
    labels = numbered(labels)
    piles = {one: scales.pile(np.flatnonzero(labels == one)) for one in range(int(labels.max()) + 1)}
    weights = {one: scales.weight(pile) for one, pile in piles.items()}
    while len(piles) > 2:
        check()
        gain, one, other = max(
            (scales.weight(piles[a] + piles[b]) - weights[a] - weights[b], a, b)
            for a, b in _neighbours(near, labels, sorted(piles))
        )
        if gain <= _SLOW:
            break
        labels = np.where(labels == other, one, labels)
        piles[one] += piles.pop(other)
        weights[one] = scales.weight(piles[one])
        del weights[other]
    return labels


def _neighbours(near: Vectors, labels: Labels, there: list[int]) -> list[tuple[int, int]]:
    """Each theme with those nearest to it."""
    places = np.searchsorted(there, labels)
    centres = normalize(spread(places.astype(np.int64), len(there)).T @ near)
    likeness = centres @ centres.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :_NEAREST]
    return sorted(
        {(there[min(a, b)], there[max(a, b)]) for a, row in enumerate(nearest) for b in row.tolist() if a != b}
    )
