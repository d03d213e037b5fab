"""Charts drawn by the server: values in, measured pieces out; templates/charts/ writes SVG with a table each."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from babel.numbers import format_percent

from helpdesk.web.language import _, locale, number

Say = Callable[[float], str]

HEIGHT: Final = 180  # of a plot, in pixels; its width is the page's, so places across are in per cent
_NOTHING: Final = "\N{EN DASH}"
_STEPS: Final = (1, 2, 2.5, 5, 10)
_MOST_LABELS: Final = 7  # below a plot on a phone
_MOST_NARROW: Final = 50  # letters of all labels together, below a plot on a phone
_MOST_WRITTEN: Final = 84  # letters of all labels together, below a plot on a wide page
_SPARK: Final = (96, 24, 3)  # width, height, and the room for a point at the edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One named value (None: not known, `note` says why), its interval, and another one to compare it with."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    other: float | None = None
    note: str = ""
    url: str = ""
    is_sure: bool = True  # on a line: a point that is filled; else it is hollow


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a chart is called: its title, what its names are, and what its values are."""

    title: str
    name: str
    value: str
    other: str = ""
    says: str = ""  # in a sentence, for who does not see it


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One value as it is drawn: `across` and `wide` in per cent, the rest in pixels (of a ranked bar: per cent)."""

    name: str
    said: str
    told: str  # the whole of it, as a hint
    across: float = 0
    wide: float = 0
    top: float = 0
    tall: float = 0
    low: float | None = None
    high: float | None = None
    other: float | None = None
    other_said: str = ""
    is_known: bool = True
    is_sure: bool = True
    is_labelled: bool = True  # on a narrow page too
    is_written: bool = True  # below the plot at all
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    said: str


@dataclass(frozen=True, slots=True)
class Table:
    """The same values to be read; a column is there when something stands in it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Chart:
    words: Words
    marks: Sequence[Mark]
    table: Table
    ticks: Sequence[Tick] = ()
    line: str = ""  # paths in a field of 1000 by HEIGHT, stretched to the plot
    band: str = ""
    height: int = HEIGHT

    @property
    def has_other(self) -> bool:
        return any(mark.other is not None for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Sparkline:
    title: str
    width: int
    height: int
    line: str
    band: str
    points: Sequence[Mark]
    table: Table


def say_whole(value: float) -> str:
    return number(round(value))


def say_share(value: float) -> str:
    """A share of one, as the reader's language writes per cent."""
    return str(format_percent(value, locale=locale()))


def ranked(words: Words, data: Sequence[Datum], *, say: Say = say_whole, is_sorted: bool = True) -> Chart:
    """Horizontal bars, the longest first (unless their order says something); what is not known comes last."""
    order = sorted(data, key=lambda one: -math.inf if one.value is None else one.value, reverse=True)
    shown = order if is_sorted else list(data)
    most = max((top for one in shown for top in (one.value, one.high, one.other) if top), default=0) or 1
    marks = [
        Mark(
            wide=_percent(one.value, most), low=_percent_or_none(one.low, most),
            high=_percent_or_none(one.high, most), other=_percent_or_none(one.other, most),
            **_told(one, words, say),
        )
        for one in shown
    ]  # fmt: skip
    return Chart(words, marks, _table(words, shown, say))


def columns(words: Words, data: Sequence[Datum], *, say: Say = say_whole) -> Chart:
    """Upright columns in the order given, each with its interval: a histogram, or one value for each weekday."""
    most, ticks = _axis([top for one in data for top in (one.value, one.high, one.other) if top], say)
    slot = 100 / max(1, len(data))
    marks = [
        Mark(
            across=at * slot + slot * 0.14, wide=slot * 0.72, top=_down(one.value or 0, most),
            tall=HEIGHT - _down(one.value or 0, most), low=_down_or_none(one.low, most),
            high=_down_or_none(one.high, most), other=_down_or_none(one.other, most),
            is_labelled=_is_labelled(at, data), is_written=_is_written(at, data), **_told(one, words, say),
        )
        for at, one in enumerate(data)
    ]  # fmt: skip
    return Chart(words, marks, _table(words, data, say), ticks)


def timeline(words: Words, data: Sequence[Datum], *, say: Say = say_whole) -> Chart:
    """A line through time with a band of what it may be; it breaks where nothing is known."""
    most, ticks = _axis([top for one in data for top in (one.value, one.high) if top], say)
    places = [(at + 0.5) * 100 / len(data) for at in range(len(data))]
    marks = [
        Mark(
            across=place, top=_down(one.value or 0, most), low=_down_or_none(one.low, most),
            high=_down_or_none(one.high, most), is_labelled=_is_labelled(at, data),
            is_written=_is_written(at, data), **_told(one, words, say),
        )
        for at, (place, one) in enumerate(zip(places, data, strict=True))
    ]  # fmt: skip
    runs = _runs(marks)
    line = "".join(_path([(mark.across * 10, mark.top) for mark in run]) for run in runs)
    band = "".join(_band(run) for run in runs)
    return Chart(words, marks, _table(words, data, say), ticks, line, band)


def sparkline(title: str, data: Sequence[Datum], *, say: Say = say_whole) -> Sparkline:
    """A word-sized line; a point is filled where its value is sure, hollow where it is not."""
    width, height, room = _SPARK
    words = Words(title=title, name=_("When"), value=title)
    most = max((top for one in data for top in (one.value, one.high) if top), default=0) or 1

    def down(value: float) -> float:
        return round(height - room - value / most * (height - 2 * room), 1)

    step = (width - 2 * room) / max(1, len(data) - 1)
    points = [
        Mark(
            across=round(room + at * step, 1),
            top=down(one.value or 0),
            low=None if one.low is None else down(one.low),
            high=None if one.high is None else down(one.high),
            **_told(one, words, say),
        )
        for at, one in enumerate(data)
    ]
    line = "".join(_path([(mark.across, mark.top) for mark in run]) for run in _runs(points))
    known = [mark for mark in points if mark.is_known]
    return Sparkline(title, width, height, line, _band(points, 1), known, _table(words, data, say))


def _told(one: Datum, words: Words, say: Say) -> dict[str, Any]:
    """What every kind of mark says."""
    said = one.note if one.value is None else say(one.value)
    other = "" if one.other is None else say(one.other)
    told = f"{one.name}: {said}"
    if one.value is not None and one.low is not None and one.high is not None:
        told += f" ({span(one.low, one.high, say)})"
    if other:
        told += f" · {words.other}: {other}"
    return {
        "name": one.name, "said": said, "told": told, "other_said": other, "url": one.url,
        "is_known": one.value is not None, "is_sure": one.is_sure,
    }  # fmt: skip


def span(low: float, high: float, say: Say = say_whole) -> str:
    """An interval in words: a dash is easily taken for a minus."""
    return _("%(low)s to %(high)s", low=say(low), high=say(high))


def _table(words: Words, data: Sequence[Datum], say: Say) -> Table:
    has_interval = any(one.low is not None for one in data)
    has_other = any(one.other is not None for one in data)
    head = [words.name, words.value, *([_("95% interval")] * has_interval), *([words.other] * has_other)]
    rows = [
        [
            one.name,
            one.note if one.value is None else say(one.value),
            *([_interval(one, say)] * has_interval),
            *([_NOTHING if one.other is None else say(one.other)] * has_other),
        ]
        for one in data
    ]
    return Table(head, rows)


def _interval(one: Datum, say: Say) -> str:
    return _NOTHING if one.value is None or one.low is None or one.high is None else span(one.low, one.high, say)


def _axis(tops: Sequence[float], say: Say) -> tuple[float, list[Tick]]:
    """A round number above everything, and the lines below it; no two of them are written alike."""
    top = max(tops, default=0) or 1
    raw = top / 4
    power = 10 ** math.floor(math.log10(raw))
    step = next(nice * power for nice in _STEPS if nice * power >= raw * 0.999)
    most = step * math.ceil(top / step * 0.999)
    ticks: dict[str, Tick] = {}
    for count in range(round(most / step) + 1):
        said = say(count * step)
        ticks.setdefault(said, Tick(_down(count * step, most), said))
    return most, list(ticks.values())


def _down(value: float, most: float) -> float:
    return round(HEIGHT * (1 - max(0.0, min(1.0, value / most))), 2)


def _down_or_none(value: float | None, most: float) -> float | None:
    return None if value is None else _down(value, most)


def _percent(value: float | None, most: float) -> float:
    return round(100 * max(0.0, min(1.0, (value or 0) / most)), 2)


def _percent_or_none(value: float | None, most: float) -> float | None:
    return None if value is None else _percent(value, most)


def _is_labelled(at: int, data: Sequence[Datum]) -> bool:
    """Whether a label is there on a narrow page too: as many as there is room for, the last one among them."""
    return (len(data) - 1 - at) % _narrow(data) == 0


def _is_written(at: int, data: Sequence[Datum]) -> bool:
    """Whether a label has room on a wide page; those of a narrow page are always among them."""
    every, narrow = math.ceil(_letters(data) / _MOST_WRITTEN), _narrow(data)
    while every > 1 and narrow % every:  # so that what is there on a narrow page is there on a wide one
        every += 1
    return (len(data) - 1 - at) % every == 0


def _narrow(data: Sequence[Datum]) -> int:
    """Of how many labels one has room on a narrow page."""
    return max(math.ceil(len(data) / _MOST_LABELS), math.ceil(_letters(data) / _MOST_NARROW))


def _letters(data: Sequence[Datum]) -> int:
    return sum(len(one.name) + 1 for one in data)


def _runs(marks: Sequence[Mark]) -> list[list[Mark]]:
    runs: list[list[Mark]] = [[]]
    for mark in marks:
        if mark.is_known:
            runs[-1].append(mark)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _band(run: Sequence[Mark], wide: int = 10) -> str:
    known = [mark for mark in run if mark.low is not None and mark.high is not None]
    if len(known) < 2:
        return ""
    there = [(mark.across * wide, mark.high or 0.0) for mark in known]
    back = [(mark.across * wide, mark.low or 0.0) for mark in reversed(known)]
    return _path([*there, *back]) + "Z"
