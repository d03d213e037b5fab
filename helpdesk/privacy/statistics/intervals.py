"""How far the noise may have moved a number: intervals, the floor below which nothing is shown, and the median."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CONFIDENCE: Final = 0.95
_NORMAL: Final = 1.959964  # two-sided, for the sum of many draws


@dataclass(frozen=True, slots=True)
class Number:
    """What is shown: a value with its interval; None: smaller than the noise, so nothing can be said."""

    value: int
    low: int
    high: int | None  # None: without an end


def half_width(scale: float) -> int:
    """The discrete Laplace noise of this scale lies within plus or minus so many in 95 of 100 draws."""
    alpha = math.exp(-1 / scale)
    beyond = (1 - CONFIDENCE) * (1 + alpha) / 2  # P(|X| >= k) is 2 alpha^k / (1 + alpha)
    return max(1, math.ceil(math.log(beyond) / math.log(alpha)) - 1)


def half_width_of_sum(scale: float, draws: int) -> int:
    """The same for the sum of several draws."""
    alpha = math.exp(-1 / scale)
    variance = 2 * alpha / (1 - alpha) ** 2
    return half_width(scale) if draws == 1 else math.ceil(_NORMAL * math.sqrt(draws * variance))


def shown(noisy: int, scale: float, draws: int = 1) -> Number | None:
    """A number with its interval, never below nought; None below the noise floor."""
    half = half_width_of_sum(scale, draws)
    if noisy < half:
        return None
    return Number(noisy, max(0, noisy - half), noisy + half)


def median(edges: Sequence[int], noisy: Sequence[int], scale: float) -> Number | None:
    """The median in minutes of a histogram whose last bin has no end, with the interval that the noise leaves.

    It is where as many are below as above. Their difference at an edge is a sum of all bins, each with its noise:
    the interval ends where that difference is more than the noise can explain, and has no end where that may be in
    the last bin.
    """
    half = half_width_of_sum(scale, len(noisy))
    if sum(noisy) < half:
        return None
    middle = _where(edges, noisy, 0)
    if middle is None:
        return None
    return Number(middle, _where(edges, noisy, -half) or 0, _where(edges, noisy, half))


def _where(edges: Sequence[int], noisy: Sequence[int], wanted: int) -> int | None:
    """The minute at which (below - above) reaches what is wanted: evenly through a bin, on a logarithmic scale.

    None: in the last bin, which has no minutes.
    """
    total = sum(noisy)
    before = -total
    for at, edge in enumerate(edges):
        after = before + 2 * noisy[at]
        if after >= wanted:
            if after == before or at == 0:
                begins = 0 if at == 0 else edges[at - 1]
                part = (wanted - before) / (after - before) if after > before else 0.0
                return round(begins + (edge - begins) * min(1.0, max(0.0, part)))
            part = min(1.0, max(0.0, (wanted - before) / (after - before)))
            return round(edges[at - 1] * math.pow(edge / edges[at - 1], part))
        before = after
    return None
