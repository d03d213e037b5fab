"""Texts that belong together: groups of near ones, refined by their words; how many, the words decide too."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from sklearn.cluster import AgglomerativeClustering, KMeans

from helpdesk.themes.features import Sparse, Vectors
from helpdesk.themes.neighbours import spread

Labels = NDArray[np.int64]

_REFINED: Final = 10
_DOUBT: Final = 0.1  # added to each count: a word not seen yet is not impossible
_CONCENTRATION: Final = 0.02  # few words make up a theme
_FIRST_TRIES: Final = (8, 16, 32, 64, 128, 256)
_LEAST_A_THEME: Final = 8


def grouped(vectors: Vectors, table: Sparse, number: int) -> Labels:
    """The texts in so many groups (fewer, where there are not so many)."""
    number = min(number, len(np.unique(vectors.round(6), axis=0)))
    found = KMeans(number, n_init=1, max_iter=50, random_state=0).fit_predict(vectors)
    return _numbered(refined(table, found.astype(np.int64)))


def grouped_by_themselves(vectors: Vectors, table: Sparse, check: Callable[[], None]) -> Labels:
    """As many groups as explain the words best: the number is looked for between the tries that do."""
    most = max(1, len(vectors) // _LEAST_A_THEME)
    tried: dict[int, tuple[float, Labels]] = {}

    def look(number: int) -> float:
        if number not in tried:
            check()
            labels = grouped(vectors, table, number)
            tried[number] = (evidence(table, labels), labels)
        return tried[number][0]

    steps = [number for number in _FIRST_TRIES if number < most] + [most] * (most < _FIRST_TRIES[-1])
    best = max(steps, key=look)
    for factor in (1.41, 1.19):
        around = {max(1, round(best / factor)), best, min(most, round(best * factor))}
        best = max(sorted(around), key=look)
    return tried[best][1]


def refined(table: Sparse, labels: Labels) -> Labels:
    """Each text where its words are likeliest, until nothing moves (naive Bayes)."""
    number = int(labels.max()) + 1
    has_words = np.asarray(table.sum(1)).ravel() > 0
    for _ in range(_REFINED):
        better: Labels = np.where(has_words, likeliest(table, odds(table, labels, number)), labels)
        if (better == labels).all():
            break
        labels = better
    return np.asarray(labels, dtype=np.int64)


def odds(table: Sparse, labels: Labels, number: int) -> Vectors:
    """How likely each word is in each group, as logarithms."""
    words = np.asarray((spread(labels, number).T @ table).todense())
    chance = (words + _DOUBT) / (words.sum(1, keepdims=True) + _DOUBT * words.shape[1])
    return np.asarray(np.log(chance))


def likeliest(table: Sparse, chances: Vectors) -> Labels:
    return np.asarray(np.asarray(table @ chances.T).argmax(1), dtype=np.int64)


def evidence(table: Sparse, labels: Labels) -> float:
    """How well this division explains the words: Dirichlet-multinomial likelihood, with a price for each group."""
    number = int(labels.max()) + 1
    there = table.copy()
    there.data[:] = 1.0
    words = np.asarray((spread(labels, number).T @ there).todense())
    kinds, total = words.shape[1], words.sum(1)
    explained = (gammaln(words + _CONCENTRATION) - gammaln(_CONCENTRATION)).sum()
    explained -= (gammaln(total + kinds * _CONCENTRATION) - gammaln(kinds * _CONCENTRATION)).sum()
    return float(explained + gammaln(np.bincount(labels, minlength=number) + 1).sum())


def merged(centres: Vectors, number: int) -> list[int]:
    """Groups of groups: at most so many."""
    if len(centres) <= number:
        return list(range(len(centres)))
    return [int(label) for label in AgglomerativeClustering(number, linkage="ward").fit_predict(centres)]


def _numbered(labels: Labels) -> Labels:
    """Numbers without gaps."""
    return np.asarray(np.unique(labels, return_inverse=True)[1].astype(np.int64))
