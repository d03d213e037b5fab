"""Which themes grow and which shrink: tested, so that chance is not taken for news."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy.stats import binom, binomtest

from helpdesk.themes.values import Change, Trend

RECENT: Final = 4
BEFORE: Final = 8
WINDOW: Final = RECENT + BEFORE
_LEAST_BASELINE: Final = 3
_RATIO: Final = 1.5
_FALSE_ALARMS: Final = 0.05
_HARDLY: Final = 0.05  # of what was expected: as good as nothing
_ENOUGH_TO_AGREE: Final = 5
_COUNTED: Final = 10
_AS_USUAL: Final = 0.7  # of the themes move as all do, it is supposed
_RATIOS: Final = np.geomspace(0.05, 20, 400)


def changes(weekly: Mapping[int, Sequence[int]], volume: Sequence[int]) -> dict[int, Change]:
    """The tested change of each theme over weeks that end now; `volume` counts all messages of each week.

    Nothing is claimed below three weeks before the recent four.
    """
    began = next((week for week, messages in enumerate(volume) if messages), len(volume))
    baseline = slice(max(began, len(volume) - WINDOW), max(0, len(volume) - RECENT))
    if baseline.stop - baseline.start < _LEAST_BASELINE:
        return {label: Change() for label in weekly}
    recent = {label: sum(counts[-RECENT:]) for label, counts in weekly.items()}
    before = {label: sum(counts[baseline]) for label, counts in weekly.items()}
    usual = _usual_ratio(recent, before, sum(volume[-RECENT:]), sum(volume[baseline]))
    chances = {label: _chance(recent[label], before[label], usual / (1 + usual)) for label in weekly}
    limit = _limit(list(chances.values()))
    return {
        label: _change(recent[label], before[label], usual, chances[label], is_tested=chances[label] <= limit)
        for label in weekly
    }


def _usual_ratio(recent: Mapping[int, int], before: Mapping[int, int], all_recent: int, all_before: int) -> float:
    """How much more there is now than before, where most themes agree; the others may have any ratio.

    A few that explode do not shrink the others, nor do many that move in one direction move what is usual.
    """
    counted = [label for label in recent if recent[label] + before[label] >= _COUNTED]
    if len(counted) < _ENOUGH_TO_AGREE:
        return max(all_recent, 1) / max(all_before, 1)
    late = np.array([recent[label] for label in counted])
    both = late + np.array([before[label] for label in counted])
    as_usual = binom.pmf(late[:, None], both[:, None], (_RATIOS / (1 + _RATIOS))[None, :])
    likely = np.log(_AS_USUAL * as_usual + (1 - _AS_USUAL) / (both[:, None] + 1)).sum(0)
    return float(_RATIOS[likely.argmax()])


def _chance(recent: int, before: int, share: float) -> float:
    """How likely so uneven a split is where nothing changed: exact, conditional on the sum."""
    if recent + before == 0:
        return 1.0
    return float(binomtest(recent, recent + before, share).pvalue)


def _limit(chances: Sequence[float]) -> float:
    """Benjamini and Hochberg: among what is claimed at most one in twenty is chance."""
    limit = 0.0
    for rank, chance in enumerate(sorted(chances), start=1):
        if chance <= _FALSE_ALARMS * rank / len(chances):
            limit = chance
    return limit


def _change(recent: int, before: int, usual: float, chance: float, *, is_tested: bool) -> Change:
    expected = before * usual
    ratio = recent / expected if expected else None
    if not is_tested or chance >= 1.0:
        return Change(Trend.STEADY, ratio, chance)
    if before <= _HARDLY * recent / usual:
        return Change(Trend.NEW, ratio, chance)
    if recent <= _HARDLY * expected:
        return Change(Trend.GONE, ratio, chance)
    if ratio is not None and ratio >= _RATIO:
        return Change(Trend.GROWING, ratio, chance)
    if ratio is not None and ratio <= 1 / _RATIO:
        return Change(Trend.SHRINKING, ratio, chance)
    return Change(Trend.STEADY, ratio, chance)
