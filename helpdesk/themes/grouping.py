"""Texts that belong together: groups of near ones, refined by their words; how many, the words decide too."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import gammaln
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from helpdesk.themes.features import Sparse, Vectors, Words
from helpdesk.themes.neighbours import spread

Labels = NDArray[np.int64]

_REFINED: Final = 10
_STARTS: Final = 10  # where k-means happens to begin decides much: what it mostly comes to counts
_LOOKS: Final = 3  # the same, where only the number of groups is looked for
_WORTH: Final = 5_000_000  # texts times groups times beginnings: more of them take too long
_CONCENTRATION: Final = 0.02  # few words make up a theme
_FIRST_TRIES: Final = (8, 16, 32, 64, 128, 256)
_LEAST_A_THEME: Final = 8
_ALIKE: Final = 0.3


def grouped(vectors: Vectors, words: Words, number: int) -> Labels:
    """The texts in so many groups (fewer, where there are not so many): what most of some beginnings come to."""
    starts = max(1, min(_STARTS, _WORTH // (len(vectors) * number)))
    tried = [_from(start, vectors, words, number) for start in range(starts)]
    return tried[0] if starts == 1 else _from(0, _agreement(tried, number), words, number)


def _from(start: int, vectors: Vectors, words: Words, number: int) -> Labels:
    number = min(number, len(np.unique(vectors.round(6), axis=0)))
    found = KMeans(number, n_init=1, max_iter=50, random_state=start).fit_predict(vectors)
    return numbered(refined(words, numbered(found.astype(np.int64))))


def _agreement(tried: Sequence[Labels], number: int) -> Vectors:
    """Each text by the groups it was put in from other beginnings: near are those that mostly went together."""
    together = sp.hstack([spread(labels, int(labels.max()) + 1) for labels in tried]).tocsr()
    sizes = np.maximum(np.asarray(together.sum(0)).ravel(), 1)
    size = min(number, min(together.shape) - 1)
    if size < 1:
        return np.asarray(together.todense())
    left, strength, _ = randomized_svd(together @ sp.diags(sizes**-0.5), size, n_iter=6, random_state=0)
    return np.asarray(normalize(left * strength))


def grouped_by_themselves(vectors: Vectors, words: Words, check: Callable[[], None]) -> Labels:
    """As many groups as explain the words best: the number is looked for between the tries that do."""
    most = max(1, len(vectors) // _LEAST_A_THEME)
    tried: dict[int, float] = {}
    telling = words.telling

    def look(number: int) -> float:
        if number not in tried:
            check()
            starts = range(max(1, min(_LOOKS, _WORTH // (len(vectors) * number * _LOOKS))))
            tried[number] = max(evidence(telling, _from(start, vectors, words, number)) for start in starts)
        return tried[number]

    steps = [number for number in _FIRST_TRIES if number < most] + [most] * (most < _FIRST_TRIES[-1])
    best = max(steps, key=look)
    for factor in (1.41, 1.19):
        around = {max(1, round(best / factor)), best, min(most, round(best * factor))}
        best = max(sorted(around), key=look)
    check()
    return grouped(vectors, words, best)


def refined(words: Words, labels: Labels) -> Labels:
    """Each text where its words are likeliest, until nothing moves (naive Bayes)."""
    table, number = words.weighed, int(labels.max()) + 1
    has_words = np.asarray(table.sum(1)).ravel() > 0
    for _ in range(_REFINED):
        better: Labels = np.where(has_words, likeliest(table, odds(table, labels, number, words.doubt)), labels)
        if (better == labels).all():
            break
        labels = better
    return np.asarray(labels, dtype=np.int64)


def odds(table: Sparse, labels: Labels, number: int, doubt: float = 0.1) -> Vectors:
    """How likely each word is in each group, as logarithms."""
    words = np.asarray((spread(labels, number).T @ table).todense())
    chance = (words + doubt) / (words.sum(1, keepdims=True) + doubt * words.shape[1])
    return np.asarray(np.log(chance))


def likeliest(table: Sparse, chances: Vectors) -> Labels:
    return np.asarray(np.asarray(table @ chances.T).argmax(1), dtype=np.int64)


def evidence(table: Sparse, labels: Labels) -> float:
    """How well this division explains the words: Dirichlet-multinomial likelihood, with a price for each group."""
    number = int(labels.max()) + 1
    words = np.asarray((spread(labels, number).T @ table).todense())
    return float(explained(words, np.bincount(labels, minlength=number)).sum())


def explained(words: Vectors, sizes: NDArray[Any]) -> Vectors:
    """The same of each group alone, of which it is the sum."""
    kinds, total = words.shape[1], words.sum(1)
    if not kinds:
        return np.asarray(gammaln(sizes + 1))
    likely = (gammaln(words + _CONCENTRATION) - gammaln(_CONCENTRATION)).sum(1)
    likely -= gammaln(total + kinds * _CONCENTRATION) - gammaln(kinds * _CONCENTRATION)
    return np.asarray(likely + gammaln(sizes + 1))


def merged(centres: Vectors, sizes: NDArray[Any], number: int, least: int) -> list[int]:
    """Groups of groups: at most so many, and one of fewer than `least` messages with what is most like it."""
    groups = np.arange(len(centres))
    if len(centres) > number:
        groups = AgglomerativeClustering(number, linkage="ward").fit_predict(centres)
    while len(there := np.unique(groups)) > 1:
        messages = np.array([sizes[groups == group].sum() for group in there])
        smallest = int(messages.argmin())
        if messages[smallest] >= least:
            break
        middles = normalize(np.stack([(centres * sizes[:, None])[groups == group].sum(0) for group in there]))
        likeness = middles @ middles[smallest]
        likeness[smallest] = -np.inf
        if likeness.max() < _ALIKE:
            sizes = np.where(groups == there[smallest], least, sizes)  # like none: it stays alone
            continue
        groups = np.where(groups == there[smallest], there[likeness.argmax()], groups)
    return [int(group) for group in numbered(groups)]


def numbered(labels: Labels) -> Labels:
    """Numbers without gaps."""
    return np.asarray(np.unique(labels, return_inverse=True)[1].astype(np.int64))
