"""How well some messages are explained as one theme: by their words, and by when they came."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from helpdesk.themes import trends
from helpdesk.themes.features import Sparse, Vectors, Words
from helpdesk.themes.grouping import Labels, explained

_WEEKS: Final = 4  # fewer say nothing of when a theme was written about
_SPREAD: Final = 4.0  # messages' worth of trust in a theme being written about as often as any other


@dataclass(frozen=True, slots=True)
class Pile:
    """Some messages: how often each word stands in them, how many they are, and how many of them are of late."""

    words: Vectors
    size: float
    recent: float

    def __add__(self, other: "Pile") -> "Pile":
        return Pile(self.words + other.words, self.size + other.size, self.recent + other.recent)

    def __sub__(self, other: "Pile") -> "Pile":
        return Pile(self.words - other.words, self.size - other.size, self.recent - other.recent)


@dataclass(frozen=True, slots=True)
class Scales:
    """What piles are weighed with: the telling words of each message, and which messages are of late."""

    table: Sparse
    is_recent: NDArray[np.bool_]
    usual: float | None
    """The share of all messages that is of late; None where there are too few weeks to tell."""

    @classmethod
    def of(cls, words: Words, weeks: Labels) -> "Scales":
        number = int(weeks.max()) + 1
        is_recent = weeks >= max(number - trends.RECENT, (number + 1) // 2)
        share = float(is_recent.mean())
        return cls(words.telling, is_recent, share if number >= _WEEKS and 0 < share < 1 else None)

    def pile(self, rows: Labels) -> Pile:
        return Pile(np.asarray(self.table[rows].sum(0)).ravel(), float(len(rows)), float(self.is_recent[rows].sum()))

    def weight(self, pile: Pile) -> float:
        """By its words, and by being of late as usual or clearly not; of nothing it is nought."""
        if not pile.size:
            return 0.0
        by_words = float(explained(pile.words[None, :], np.array([pile.size]))[0])
        if self.usual is None:
            return by_words
        recent, before, usual = pile.recent, pile.size - pile.recent, self.usual
        own = betaln(_SPREAD * usual + recent, _SPREAD * (1 - usual) + before)
        own -= betaln(_SPREAD * usual, _SPREAD * (1 - usual))
        return by_words + float(own - recent * np.log(usual) - before * np.log(1 - usual))

    def gain(self, one: Labels, other: Labels) -> float:
        """How much better two themes explain these messages than one."""
        first, second = self.pile(one), self.pile(other)
        return self.weight(first) + self.weight(second) - self.weight(first + second)

    def gain_of_moving(self, rows: Labels, labels: Labels) -> float:
        """How much better these messages are explained as a theme of their own than where they are now."""
        gain = self.weight(self.pile(rows))
        for label in np.unique(labels[rows]).tolist():
            whole = self.pile(np.flatnonzero(labels == label))
            gain += self.weight(whole - self.pile(rows[labels[rows] == label])) - self.weight(whole)
        return gain
