"""The noise: OpenDP's discrete Laplace mechanism, loaded where it is drawn and nowhere else."""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from helpdesk.privacy.statistics.plan import MILLION, Query

if TYPE_CHECKING:
    from opendp.mod import Measurement


class TooMuchTold(Exception):
    """OpenDP's own accounting says that a query would tell more than its part of the budget."""


def draw(query: Query, counts: Sequence[int]) -> list[int]:
    """The counts with noise. Raises TooMuchTold rather than draw what the query's part does not pay for."""
    if told(query) > query.epsilon:
        raise TooMuchTold(f"{query.metric.value}: {told(query)} of {query.epsilon} millionths")
    return [int(one) for one in measurement(query)(list(counts))]


def told(query: Query) -> int:
    """What a query tells of one customer's whole month by OpenDP's accounting, in millionths of epsilon."""
    epsilon = float(measurement(query).map(query.contributions))  # type: ignore[no-untyped-call]
    return math.ceil(epsilon * MILLION - 1e-6)


def measurement(query: Query) -> "Measurement":
    """Counts of which one customer's month changes `contributions` at most (in all) → counts with noise."""
    return _measurement(query.scale)


@cache
def _measurement(scale: float) -> "Measurement":
    import opendp.prelude as dp  # noqa: PLC0415  265 MB and seconds: for the nightly work alone

    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int)
    return dp.m.make_laplace(*space, scale)
