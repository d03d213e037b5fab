"""What chance allows a theme: the band its last four weeks are held against, as the test of trends does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from helpdesk.privacy.theme_telling import RECENT

# weeks, as in themes/trends.py, which brings scipy and so stays out of the web
BEFORE: Final = 8
_SIDE: Final = 0.025  # on each side: nineteen times in twenty it is within


@dataclass(frozen=True, slots=True)
class Counted:
    """A theme's messages of each week, and how many times the expected ones the last four weeks were."""

    language: str
    weekly: Sequence[int]
    ratio: float | None


def usual(themes: Sequence[Counted]) -> dict[str, float]:
    """Per language, how many messages of four weeks the test expected for each one of the eight before."""
    found: dict[str, float] = {}
    for one in sorted(themes, key=lambda one: -sum(one.weekly)):
        recent, before = _halves(one.weekly)
        if one.language not in found and one.ratio and recent and before:
            found[one.language] = recent / (before * one.ratio)
    return found


def band(theme: Counted, usual_ratio: float) -> tuple[float, float]:
    """Messages a week, on the average of the last four, if nothing changed: exact, given the sum of both halves."""
    recent, before = _halves(theme.weekly)
    share = usual_ratio / (1 + usual_ratio)
    low, high = _quantile(recent + before, share, _SIDE), _quantile(recent + before, share, 1 - _SIDE)
    return low / RECENT, high / RECENT


def _halves(weekly: Sequence[int]) -> tuple[int, int]:
    return sum(weekly[-RECENT:]), sum(weekly[-RECENT - BEFORE : -RECENT])


def _quantile(number: int, share: float, below: float) -> int:
    """The least count of a binomial that at least this part of the chance is at or below."""
    total, ways = 0.0, math.lgamma(number + 1)
    for count in range(number + 1):
        rest = number - count
        total += math.exp(
            ways - math.lgamma(count + 1) - math.lgamma(rest + 1)
            + count * math.log(share) + rest * math.log1p(-share)
        )  # fmt: skip
        if total >= below:
            return count
    return number
