"""Texts as vectors: words and pieces of words, and what words mean in this desk's own mail."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd

from helpdesk.themes.words import Token, are_short, small_words, spoken, telling

Vectors = NDArray[np.float64]
Sparse = Any  # scipy.sparse has no types

_DIMENSIONS: Final = 100
_SPELLING: Final = 0.35  # what words look like counts a third of what they mean
_RAREST: Final = 2
_RAREST_PIECE: Final = 3
_COMMONEST_PIECES: Final = 30_000
_SMOOTHED: Final = 0.75
_SMALL: Final = 0.6
_DOUBT: Final = 0.1
_DOUBT_OF_SHORT: Final = 0.3


@dataclass(frozen=True, slots=True)
class Words:
    """What texts are told apart by: how often each word stands in each, and how much it counts."""

    looks: list[list[str]]
    table: Sparse
    weights: NDArray[np.float64]
    doubt: float
    """Added to each count of a word in a group: one not seen yet is not impossible."""

    @property
    def weighed(self) -> Sparse:
        return (self.table @ sp.diags(self.weights)).tocsr()

    @property
    def telling(self) -> Sparse:
        """Only the words that say something alone, and whether they stand there."""
        table = self.table[:, np.flatnonzero(self.weights == 1.0)]
        table.data[:] = 1.0
        return table


def words_of(texts: Sequence[Sequence[Token]]) -> Words:
    """The telling words; of short texts also the small ones, which count for less."""
    looks = [telling(text) for text in texts]
    if not are_short(texts):
        places = vocabulary(looks)
        return Words(looks, counts(looks, places), np.ones(len(places)), _DOUBT)
    every = [spoken(text) for text in texts]
    places, small = vocabulary(every), small_words(texts)
    weights = np.array([_SMALL if word in small else 1.0 for word in places])
    return Words(looks, counts(every, places), weights, _DOUBT_OF_SHORT)


def vocabulary(documents: Sequence[Sequence[str]], least: int = _RAREST) -> dict[str, int]:
    """The words that stand in so many documents, in alphabetical order."""
    count = Counter(word for words in documents for word in set(words))
    return {word: place for place, word in enumerate(sorted(word for word, times in count.items() if times >= least))}


def counts(documents: Sequence[Sequence[str]], places: dict[str, int]) -> Sparse:
    """How often each word stands in each document."""
    rows, columns = [], []
    for row, words in enumerate(documents):
        for word in words:
            if word in places:
                rows.append(row)
                columns.append(places[word])
    shape = (len(documents), len(places))
    table = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    table.sum_duplicates()
    return table


def vectors(words: Words) -> Vectors:
    """One vector a document, of length one or nought."""
    weighted = profiles(words)
    pieces = CountVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=_RAREST_PIECE, max_features=_COMMONEST_PIECES, dtype=np.float64
    )
    parts = [normalize(weighted @ _meanings(words.table))]
    try:
        spelling = pieces.fit_transform([" ".join(looks) for looks in words.looks])
    except ValueError:  # too few texts for any piece to stand in three of them
        spelling = None
    if spelling is not None:
        looks = _reduced(sp.hstack([weighted, _weighted(spelling)]).tocsr())
        parts.append(_SPELLING * normalize(looks))
    return np.asarray(normalize(np.hstack(parts)))


def profiles(words: Words) -> Sparse:
    """The words of each document by how much they tell, rows of length one."""
    return normalize(_weighted(words.table) @ sp.diags(words.weights))


def _weighted(table: Sparse) -> Sparse:
    """TF-IDF with damped counts, rows of length one."""
    documents = table.shape[0]
    spread = np.asarray((table > 0).sum(0)).ravel()
    damped = table.copy()
    damped.data = 1 + np.log(damped.data)
    return normalize(damped @ sp.diags(np.log((1 + documents) / (1 + spread)) + 1))


def _meanings(table: Sparse) -> Vectors:
    """A vector a word, from the words it stands with: positive pointwise mutual information, reduced."""
    there = table.copy()
    there.data[:] = 1.0
    together = (there.T @ there).tocoo()
    alone = np.asarray(together.sum(1)).ravel()
    damped = alone**_SMOOTHED
    expected = alone[together.row] * damped[together.col] / damped.sum()
    surprise = np.log(together.data / np.maximum(expected, 1e-12))
    kept = surprise > 0
    positive = sp.csr_matrix((surprise[kept], (together.row[kept], together.col[kept])), shape=together.shape)
    size = min(_DIMENSIONS, min(positive.shape) - 1)
    if size < 1:
        return np.eye(table.shape[1])
    left, strength, _ = randomized_svd(positive, size, n_iter=4, random_state=0)
    return np.asarray(left * np.sqrt(strength))


def _reduced(table: Sparse) -> Vectors:
    size = min(_DIMENSIONS, min(table.shape) - 1)
    if size < 1:
        return np.asarray(table.todense())
    left, strength, _ = randomized_svd(table, size, n_iter=4, random_state=0)
    return np.asarray(left * strength)
