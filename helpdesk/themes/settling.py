"""Each message where its words are and its week."""

from typing import Final

import numpy as np

from helpdesk.themes.features import Sparse, Vectors
from helpdesk.themes.grouping import Labels, odds

_ROUNDS: Final = 10
_HARDLY: Final = 0.5  # messages a week of a theme that was not written about
_FADES: Final = (0.5, 0.25)  # how much the weeks beside a week say of it


def settled(table: Sparse, doubt: float, labels: Labels, weeks: Labels) -> Labels:
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


def settled_in_two(table: Vectors, kinds: int, doubt: float, halves: Labels, weeks: Labels) -> Labels:
    """The same of few messages and two themes, with a table of only the words that stand in them; `kinds` of all."""
    has_words, last = table.sum(1) > 0, int(weeks.max())
    for _ in range(_ROUNDS):
        if not halves.any() or halves.all():
            break
        words = np.stack([1.0 - halves, halves]) @ table
        chances = np.log((words + doubt) / (words.sum(1, keepdims=True) + doubt * kinds))
        likely = table @ chances.T + _habits(halves, weeks, 2, last)[weeks]
        better: Labels = np.where(has_words, likely.argmax(1), halves)
        if (better == halves).all():
            break
        halves = better
    return halves
