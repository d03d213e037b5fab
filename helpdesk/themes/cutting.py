"""Messages cut in two, or in many, by where they lie: the same cut each time, and soon made."""

from typing import Final

import numpy as np

from helpdesk.themes.features import Vectors
from helpdesk.themes.grouping import Labels, numbered

_ROUNDS: Final = 15
_NOTHING: Final = 1e-12


def in_two(near: Vectors) -> Labels:
    """The two parts these lie in: cut across where they lie widest, then each with the centre it is nearer to."""
    away = near - near.mean(0)
    along = away[np.abs(away).sum(1).argmax()]
    for _ in range(_ROUNDS):
        along = away.T @ (away @ along)
        along = along / max(float(np.linalg.norm(along)), _NOTHING)
    halves: Labels = (away @ along > 0).astype(np.int64)
    for _ in range(_ROUNDS):
        if not halves.any() or halves.all():
            break
        centres = [near[halves == half].mean(0) for half in (0, 1)]
        first, second = (near @ centre - centre @ centre / 2 for centre in centres)
        better: Labels = (second > first).astype(np.int64)
        if (better == halves).all():
            break
        halves = better
    return halves


def in_many(near: Vectors, number: int, least: int) -> Labels:
    """About so many parts: the widest is cut in two again and again, and then each goes to the nearest centre."""
    parts: Labels = np.zeros(len(near), dtype=np.int64)
    widths = [_width(near, least)]
    while len(widths) < number and max(widths) > 0:
        widest = int(np.argmax(widths))
        rows = np.flatnonzero(parts == widest)
        halves = in_two(near[rows])
        if halves.all() or not halves.any():
            break
        parts[rows[halves == 1]] = len(widths)
        widths[widest] = _width(near[rows[halves == 0]], least)
        widths.append(_width(near[rows[halves == 1]], least))
    for _ in range(_ROUNDS):
        centres = np.stack([near[parts == part].mean(0) for part in range(int(parts.max()) + 1)])
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), _NOTHING)
        better = numbered((near @ centres.T).argmax(1))
        if (better == parts).all():
            break
        parts = better
    return parts


def _width(near: Vectors, least: int) -> float:
    """How far they lie from each other; nought for those too few to be cut."""
    return float(((near - near.mean(0)) ** 2).sum()) if len(near) >= 2 * least else 0.0
