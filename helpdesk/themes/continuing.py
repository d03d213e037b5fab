"""How themes go on from run to run: messages keep theirs, new ones join those like them; themes part on evidence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln
from sklearn.cluster import KMeans
from sklearn.preprocessing import normalize

from helpdesk.themes import trends
from helpdesk.themes.features import Sparse, Vectors, Words
from helpdesk.themes.grouping import Labels, explained, numbered, odds
from helpdesk.themes.neighbours import spread

_ENOUGH: Final = 0.25  # of the messages have a theme from the last run
_VOTES: Final = 2
_ROUNDS: Final = 10
_HARDLY: Final = 0.5  # messages a week of a theme that was not written about
_FADES: Final = (0.5, 0.25)  # how much the weeks beside a week say of it
_NEWS: Final = 0.03  # of a theme's messages came since the last run, or it stays whole
_LEAST: Final = 8  # messages of a theme that came out of another
_EAGER: Final = 10.0  # parted rather than not (logarithm of a likelihood): of two mixed, neither is seen to move
_SLOW: Final = 20.0  # and put together again only if much speaks for it: a theme that comes and goes is none
_PARTS: Final = 2  # times in one run
_WEEKS: Final = 4  # fewer say nothing of when a theme was written about
_SPREAD: Final = 4.0  # messages' worth of trust in a theme being written about as often as any other
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
    better; two that one explains much better are put together.
    """
    labels = _settled(words.weighed, words.doubt, _joined(edges, last.before), last.weeks)
    scales = _scales(words, last.weeks)
    labels = _parted(near, words, labels, last, scales, check)
    labels = _together(near, labels, scales, check)
    return numbered(_settled(words.weighed, words.doubt, labels, last.weeks))


def _joined(edges: Sparse, before: Labels) -> Labels:
    """What is new goes where most of its neighbours are."""
    labels = unchanged(before)
    is_new = labels < 0
    for _ in range(_VOTES):
        known = np.flatnonzero(labels >= 0)
        votes = np.asarray((edges[:, known] @ spread(labels[known], int(labels.max()) + 1)).todense())
        labels = np.where(is_new & (votes.max(1) > 0), votes.argmax(1), labels)
    return np.asarray(labels, dtype=np.int64)


def _settled(table: Sparse, doubt: float, labels: Labels, weeks: Labels) -> Labels:
    """Each message where its words are likeliest, and its week: what was not written about lately hardly is now."""
    number = int(labels.max()) + 1
    has_words = np.asarray(table.sum(1)).ravel() > 0
    for _ in range(_ROUNDS):
        known = np.flatnonzero(labels >= 0)
        chances = odds(table[known], labels[known], number, doubt)
        likely = np.asarray(table @ chances.T) + _habits(labels[known], weeks[known], number, int(weeks.max()))[weeks]
        better = np.where(has_words | (labels < 0), likely.argmax(1), labels)
        if (better == labels).all():
            break
        labels = better
    return np.asarray(labels, dtype=np.int64)


def _habits(labels: Labels, weeks: Labels, number: int, last: int) -> Vectors:
    """How likely each theme is in each week, as logarithms: as often as in the weeks around."""
    counted = np.zeros((last + 1, number))
    np.add.at(counted, (weeks, labels), 1)
    around = counted + _HARDLY
    for away, share in enumerate(_FADES, start=1):
        around[away:] += share * counted[:-away]
        around[:-away] += share * counted[away:]
    return np.asarray(np.log(around / around.sum(1, keepdims=True)))


@dataclass(frozen=True, slots=True)
class _Pile:
    """Some messages: how often each word stands in them, how many they are, and how many of them are of late."""

    words: Vectors
    size: float
    recent: float

    def __add__(self, other: "_Pile") -> "_Pile":
        return _Pile(self.words + other.words, self.size + other.size, self.recent + other.recent)


@dataclass(frozen=True, slots=True)
class _Scales:
    table: Sparse
    is_recent: NDArray[np.bool_]
    usual: float | None
    """The share of all messages that is of late; None where there are too few weeks to tell."""

    def pile(self, rows: Labels) -> _Pile:
        words = np.asarray(self.table[rows].sum(0)).ravel()
        return _Pile(words, float(len(rows)), float(self.is_recent[rows].sum()))

    def weight(self, pile: _Pile) -> float:
        """How well it is explained as one theme: by its words, and by being of late as usual or clearly not."""
        by_words = float(explained(pile.words[None, :], np.array([pile.size]))[0])
        if self.usual is None:
            return by_words
        recent, before, usual = pile.recent, pile.size - pile.recent, self.usual
        own = betaln(_SPREAD * usual + recent, _SPREAD * (1 - usual) + before)
        own -= betaln(_SPREAD * usual, _SPREAD * (1 - usual))
        return by_words + float(own - recent * np.log(usual) - before * np.log(1 - usual))


def _scales(words: Words, weeks: Labels) -> _Scales:
    number = int(weeks.max()) + 1
    is_recent = weeks >= max(number - trends.RECENT, (number + 1) // 2)
    share = float(is_recent.mean())
    return _Scales(words.telling, is_recent, share if number >= _WEEKS and 0 < share < 1 else None)


def _parted(
    near: Vectors, words: Words, labels: Labels, last: Last, scales: _Scales, check: Callable[[], None]
) -> Labels:
    labels, table = labels.copy(), words.weighed
    waiting = [(label, 0) for label in range(int(labels.max()) + 1)]
    following = len(waiting)
    while waiting:
        check()
        label, times = waiting.pop(0)
        rows = np.flatnonzero(labels == label)
        if len(rows) < 2 * _LEAST or last.is_new[rows].mean() < _NEWS:
            continue
        begun = [KMeans(2, n_init=1, max_iter=30, random_state=0).fit_predict(near[rows]).astype(np.int64)]
        if scales.usual is not None:
            begun.append(scales.is_recent[rows].astype(np.int64))
        gains = [_gain(rows, halves, scales) for halves in _halves(table[rows], words.doubt, begun, last.weeks[rows])]
        gain, halves = max(gains, key=lambda one: one[0], default=(-np.inf, rows))
        if gain > -_EAGER:
            labels[rows[halves == 1]] = following
            if times < _PARTS:
                waiting += [(label, times + 1), (following, times + 1)]
            following += 1
    return labels


def _halves(table: Sparse, doubt: float, begun: list[Labels], weeks: Labels) -> list[Labels]:
    settled = [_settled(table, doubt, halves, weeks) for halves in begun if halves.any() and not halves.all()]
    return [halves for halves in settled if _LEAST <= halves.sum() <= len(halves) - _LEAST]


def _gain(rows: Labels, halves: Labels, scales: _Scales) -> tuple[float, Labels]:
    """How much better two themes explain these messages than one."""
    one, other = (scales.pile(rows[halves == half]) for half in (0, 1))
    return scales.weight(one) + scales.weight(other) - scales.weight(one + other), halves


def _together(near: Vectors, labels: Labels, scales: _Scales, check: Callable[[], None]) -> Labels:
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
