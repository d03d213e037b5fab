"""Each text between its nearest neighbours, found in pieces so that memory stays small."""

from collections.abc import Callable
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.preprocessing import normalize

from helpdesk.themes.features import Sparse, Vectors

NEIGHBOURS: Final = 15
_AT_ONCE: Final = 1_000
_ROUNDS: Final = 2


def graph(vectors: Vectors, check: Callable[[], None]) -> Sparse:
    """Who is near whom, and how near; the same in both directions."""
    number = len(vectors)
    near = min(NEIGHBOURS, number - 1)
    if near < 1:
        return sp.csr_matrix((number, number))
    small = vectors.astype(np.float32)
    who = np.empty((number, near), dtype=np.int64)
    how = np.empty((number, near), dtype=np.float64)
    for start in range(0, number, _AT_ONCE):
        check()
        rows = slice(start, min(start + _AT_ONCE, number))
        likeness = small[rows] @ small.T
        likeness[np.arange(likeness.shape[0]), np.arange(rows.start, rows.stop)] = -1
        who[rows] = np.argpartition(-likeness, near - 1, 1)[:, :near]
        how[rows] = np.take_along_axis(likeness, who[rows], 1)
    ends = (np.repeat(np.arange(number), near), who.ravel())
    edges = sp.csr_matrix((np.maximum(how, 0).ravel(), ends), shape=(number, number))
    return ((edges + edges.T) / 2).tocsr()


def smoothed(vectors: Vectors, edges: Sparse) -> Vectors:
    """Each vector moved towards those around it: what is said in other words comes together."""
    pull = normalize(edges + sp.eye(len(vectors)), norm="l1")
    for _ in range(_ROUNDS):
        vectors = pull @ vectors
    return np.asarray(normalize(vectors))


def spread(labels: NDArray[np.int64], number: int) -> Sparse:
    """Which document is in which theme, as a table of ones."""
    places = (np.arange(len(labels)), labels)
    return sp.csr_matrix((np.ones(len(labels)), places), shape=(len(labels), number))
