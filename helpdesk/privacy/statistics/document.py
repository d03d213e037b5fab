"""The published file: releases with their history, as the page shows them and as they are sent; one text for all."""

import json
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from helpdesk.models.statistic import Metric, StatisticRelease
from helpdesk.privacy.statistics import categories, intervals
from helpdesk.privacy.statistics.intervals import Number
from helpdesk.privacy.statistics.periods import Period
from helpdesk.privacy.statistics.plan import METHOD

SCHEMA: Final = Path(__file__).with_name("statistics.schema.json")
VERSION: Final = 1
_EDGES: Final = {
    Metric.FIRST_REPLY: categories.FIRST_REPLY_WITHIN,
    Metric.RESOLUTION: categories.RESOLVED_WITHIN,
}

Json = dict[str, Any]
_texts: WeakKeyDictionary[Engine | Connection, tuple[tuple[Any, ...], str]] = WeakKeyDictionary()


class DocumentUnfit(Exception):
    """The file would hold something that its schema does not name."""


def whole(session: Session) -> Json:
    """Everything that was ever published, the newest first."""
    return {
        "version": VERSION,
        "method": {"noise": "discrete_laplace", "version": METHOD, "confidence_percent": 95},
        "releases": releases(session),
    }


def text(session: Session) -> str:
    """The file, byte for byte as it is published and sent; made once for each release, for it grows for years."""
    newest = select(StatisticRelease.id, StatisticRelease.released_at).order_by(StatisticRelease.id.desc()).limit(1)
    at = tuple(session.execute(newest).one_or_none() or ())
    kept = _texts.get(session.get_bind())
    if kept is None or kept[0] != at:
        kept = _texts[session.get_bind()] = (at, json.dumps(whole(session), indent=1, ensure_ascii=False) + "\n")
    return kept[1]


def releases(session: Session, most: int | None = None) -> list[Json]:
    """What was published, the newest first: all of it, or so many periods."""
    rows = select(StatisticRelease).order_by(
        StatisticRelease.ends_on.desc(), StatisticRelease.begins_on.desc(), StatisticRelease.id
    )
    if most is not None:
        newest = (func.max(StatisticRelease.ends_on).desc(), func.max(StatisticRelease.begins_on).desc())
        periods = select(StatisticRelease.period).group_by(StatisticRelease.period).order_by(*newest).limit(most)
        rows = rows.where(StatisticRelease.period.in_(periods))
    found = groupby(session.scalars(rows), key=lambda row: row.period)
    return [release_of(list(numbers)) for _period, numbers in found]


def release_named(session: Session, period: str) -> Json | None:
    """The release of a period; None: there is none."""
    rows = select(StatisticRelease).where(StatisticRelease.period == period).order_by(StatisticRelease.id)
    found = session.scalars(rows).all()
    return release_of(found) if found else None


def check(document: Json) -> None:
    """Raises DocumentUnfit where a document says more or less than the schema allows."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415  where it is needed

    wrong = next(iter(Draft202012Validator(schema()).iter_errors(document)), None)
    if wrong is not None:
        place = "/".join(map(str, wrong.absolute_path)) or "the file"
        raise DocumentUnfit(f"{place}: {wrong.message}")


@cache
def schema() -> Json:
    return dict(json.loads(SCHEMA.read_text(encoding="utf-8")))


def release_of(rows: Sequence[StatisticRelease]) -> Json:
    """One release as it stands in the file."""
    first = rows[0]
    period = Period(first.cadence, first.begins_on, first.ends_on)
    return {
        "period": first.period,
        "cadence": first.cadence.value,
        "begins": first.begins_on.isoformat(),
        "ends": period.last_day.isoformat(),
        "released": first.released_at.date().isoformat(),
        "unit": f"one_{first.unit.value}_month",
        "numbers": [_number(row) for row in rows],
    }


def _number(row: StatisticRelease) -> Json:
    """A metric: its cost, how far noise may move it, its counts, their sum, and the median where there is one."""
    noisy: list[int] = json.loads(row.noisy)
    names: list[str] = json.loads(row.categories)
    edges = _EDGES.get(row.metric)
    is_total = len(names) == 1
    return {
        "metric": row.metric.value,
        "epsilon_millionths": row.epsilon,
        "most_of_one": row.contributions,
        "plus_or_minus": intervals.half_width(row.scale),
        "counts": [
            {"of": name, **_cell(intervals.shown(one, row.scale), row.scale)}
            for name, one in zip(names, noisy, strict=True)
        ],
        "sum": None if is_total else _cell(intervals.shown(sum(noisy), row.scale, len(noisy)), row.scale, len(noisy)),
        "median_minutes": None if edges is None else _median(intervals.median(edges, noisy, row.scale)),
    }


def _cell(number: Number | None, scale: float, draws: int = 1) -> Json:
    """A number, or nothing but how much it may be at the most: what is below the noise floor is not shown."""
    if number is None:
        return {"value": None, "low": 0, "high": 2 * intervals.half_width_of_sum(scale, draws) - 1}
    return {"value": number.value, "low": number.low, "high": number.high}


def _median(number: Number | None) -> Json | None:
    return None if number is None else {"value": number.value, "low": number.low, "high": number.high}
