"""Published statistics as they are shown: the file's own numbers as tiles, charts and words, nothing beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_decimal

from helpdesk.models.statistic import Cadence
from helpdesk.privacy.statistics import categories, periods
from helpdesk.privacy.statistics.document import Json
from helpdesk.privacy.statistics.periods import Period
from helpdesk.privacy.statistics.plan import MILLION
from helpdesk.web import charts, filters
from helpdesk.web.charts import Chart, Datum, Words
from helpdesk.web.filters import language_name
from helpdesk.web.language import _, locale, number

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_SHOWN: Final = 24  # releases in the line through time


@dataclass(frozen=True, slots=True)
class Tile:
    """A number at the head of the page; `value` is empty where it is smaller than the noise."""

    name: str
    value: str
    interval: str
    icon: str


@dataclass(frozen=True, slots=True)
class Line:
    """One release in the list of them all."""

    period: str
    name: str
    tickets: str
    customers: str
    median: str


def tiles(release: Json) -> list[Tile]:
    by_metric = numbers(release)
    made = []
    for metric, name, icon in (
        ("tickets", _("Tickets"), "inbox"),
        ("customers", _("Customers helped"), "users"),
    ):
        if metric in by_metric:
            made.append(_tile(name, icon, by_metric[metric]["counts"][0], charts.say_whole))
    if "first_reply" in by_metric:
        made.append(_tile(_("First reply, median"), "clock", by_metric["first_reply"]["median_minutes"], say_minutes))
    return made


def in_a_line(release: Json) -> str:
    """The head of the page as a text: for who reads it in a feed."""
    said = [
        f"{tile.value} ({tile.interval})" if tile.value else _("smaller than the noise") for tile in tiles(release)
    ]
    return " · ".join(f"{tile.name}: {one}" for tile, one in zip(tiles(release), said, strict=True))


def most_tickets(release: Json) -> int | None:
    """Of one customer's month so many are counted; None: this release does not count tickets."""
    tickets = numbers(release).get("tickets")
    return None if tickets is None else int(tickets["most_of_one"])


def breakdowns(release: Json) -> list[tuple[str, Chart]]:
    """The charts of a release, with the macro that draws each."""
    made = []
    for one in release["numbers"]:
        draws = _CHARTS.get(one["metric"])
        if draws is not None and _is_known(one):
            made.append(draws(one))
    return made


def totals(release: Json) -> tuple[str, Chart]:
    """Tickets and customers beside each other, each with its interval."""
    by_metric = numbers(release)
    data = [
        _datum(by_metric[metric]["counts"][0], metric_word(metric))
        for metric in ("tickets", "customers")
        if metric in by_metric
    ]
    words = Words(title=_("Tickets and customers"), name=_("What"), value=_("How many"))
    return "ranked", charts.ranked(words, data, is_sorted=False)


def hidden(release: Json) -> list[str]:
    """Which metrics have nothing to show, because every count of theirs is smaller than the noise."""
    return [metric_word(one["metric"]) for one in release["numbers"] if not _is_known(one)]


def through_time(releases: Sequence[Json], *, cadence: str) -> Chart | None:
    """Tickets through time, of the releases whose periods are as long as the last one's."""
    rows = [one for one in releases if one["cadence"] == cadence and "tickets" in numbers(one)][:_SHOWN]
    if sum(_is_known(numbers(one)["tickets"]) for one in rows) < 2:
        return None
    data = [
        _datum(numbers(one)["tickets"]["counts"][0], _short_name(one)) for one in reversed(rows)
    ]  # the oldest first
    words = Words(
        title=_("Tickets through time"), name=_("Period"), value=_("Tickets"),
        says=_("The band is where the true number lies, 95 times of 100."),
    )  # fmt: skip
    return charts.timeline(words, data)


def lines(releases: Sequence[Json]) -> list[Line]:
    return [_line(one) for one in releases]


def numbers(release: Json) -> dict[str, Json]:
    return {one["metric"]: one for one in release["numbers"]}


def is_below_the_noise(release: Json) -> bool:
    """Whether nothing at all of a release is large enough to be shown."""
    return not any(_is_known(one) for one in release["numbers"])


def name(release: Json) -> str:
    """What a release's period is called in the reader's language."""
    return name_of(periods.at(Cadence(release["cadence"]), date.fromisoformat(release["begins"])))


def name_of(period: Period) -> str:
    begins = period.begins_on
    if period.cadence is Cadence.MONTHLY:
        return str(format_skeleton("yMMMM", begins, locale=locale()))
    if period.cadence is Cadence.QUARTERLY:
        return _("Quarter %(number)s of %(year)s", number=(begins.month + 2) // 3, year=begins.year)
    if period.cadence is Cadence.DAILY:
        return str(format_date(begins, "long", locale=locale()))
    return _day_span(begins, period.last_day)


def say_minutes(minutes: float) -> str:
    """A duration as people say it: 45 min, 3.5 h, 2 d."""
    if minutes < _HOUR:
        return _("%(number)s min", number=number(round(minutes)))
    if minutes < 2 * _DAY:
        return _("%(number)s h", number=_short(minutes / _HOUR))
    return _("%(number)s d", number=_short(minutes / _DAY))


def say_epsilon(millionths: int) -> str:
    """A part of the budget, as it is written."""
    return str(format_decimal(round(millionths / MILLION, 3), locale=locale()))


def metric_word(metric: str) -> str:
    words = {
        "tickets": _("Tickets"),
        "customers": _("Customers helped"),
        "channel": _("How they reached us"),
        "tag": _("What it was about"),
        "first_reply": _("First reply within"),
        "weekday": _("On which day"),
        "hour": _("At which hour"),
        "language": _("In which language"),
        "resolution": _("Solved within"),
        "reopened": _("Opened again after they were closed"),
        "theme": _("Which themes they wrote about"),
    }
    return words[metric]


def cadence_word(cadence: str) -> str:
    words = {
        "quarterly": _("every quarter"),
        "monthly": _("every month"),
        "weekly": _("four times a month"),
        "daily": _("every day"),
    }
    return words[cadence]


def _is_known(one: Json) -> bool:
    return any(cell["value"] is not None for cell in one["counts"])


def _short(value: float) -> str:
    return str(format_decimal(round(value, 1 if value < 10 else 0), locale=locale()))


def _tile(title: str, icon: str, cell: Json | None, say: Callable[[float], str]) -> Tile:
    if cell is None or cell["value"] is None:
        return Tile(title, "", "", icon)
    low, high = cell["low"], cell["high"]
    interval = _("%(low)s or more", low=say(low)) if high is None else charts.span(low, high, say)
    return Tile(title, say(cell["value"]), interval, icon)


def _line(release: Json) -> Line:
    found = numbers(release)
    cells = {metric: found[metric]["counts"][0] if metric in found else None for metric in ("tickets", "customers")}
    median = found.get("first_reply", {}).get("median_minutes")
    return Line(
        release["period"], name(release), _cell(cells["tickets"]), _cell(cells["customers"]),
        _cell(median, say_minutes),
    )  # fmt: skip


def _cell(cell: Mapping[str, Any] | None, say: Callable[[float], str] = charts.say_whole) -> str:
    return "" if cell is None or cell["value"] is None else say(cell["value"])


def _datum(cell: Json, title: str) -> Datum:
    if cell["value"] is None:
        return Datum(name=title, value=None, note=_("at most %(number)s", number=number(cell["high"])))
    return Datum(name=title, value=cell["value"], low=cell["low"], high=cell["high"])


def _short_name(release: Json) -> str:
    begins = date.fromisoformat(release["begins"])
    if release["cadence"] == "quarterly":
        return f"{begins.year}-Q{(begins.month + 2) // 3}"
    skeleton = "yMM" if release["cadence"] == "monthly" else "MMMd"
    return str(format_skeleton(skeleton, begins, locale=locale()))


def _day_span(begins: date, ends: date) -> str:
    first = filters.in_order(begins, "MMMd")
    last = filters.in_order(ends, "yMMMd")
    return _("%(low)s to %(high)s", low=first, high=last)


def _ranked(one: Json, title: str, names: Mapping[str, str], *, is_sorted: bool = True) -> tuple[str, Chart]:
    data = [_datum(cell, names.get(cell["of"], cell["of"])) for cell in one["counts"]]
    return "ranked", charts.ranked(_words(one, title), data, is_sorted=is_sorted)


def _columns(one: Json, title: str, say: Callable[[str], str]) -> tuple[str, Chart]:
    """What is below the noise is drawn as high as it may be, or it would be taken for nought."""
    data = [replace(_datum(cell, say(cell["of"])), high=cell["high"]) for cell in one["counts"]]
    return "columns", charts.columns(_words(one, title), data)


def _words(one: Json, title: str) -> Words:
    total = one["sum"]
    once, twice = (
        _("Each customer counts once a month, with one ticket drawn by lot."),
        _("Each customer counts in two periods of a month at the most, with one ticket drawn by lot."),
    )
    says = once if one["most_of_one"] == 1 else twice
    if total is not None and total["value"] is not None:
        says += " " + _("Of about %(number)s.", number=number(total["value"]))
    return Words(title=title, name=_("What"), value=_("Customers"), says=says)


def _bin(of: str) -> str:
    return _("later") if of == categories.LATER else say_minutes(int(of))


def _channels(one: Json) -> tuple[str, Chart]:
    words = {"email": _("Email"), "feedback": _("Feedback"), "agent": _("Opened by staff")}
    return _ranked(one, _("How they reached us"), words)


def _tags(one: Json) -> tuple[str, Chart]:
    return _ranked(one, _("What it was about"), {categories.NONE: _("None of these tags")})


def _themes(one: Json) -> tuple[str, Chart]:
    return _ranked(one, _("Which themes they wrote about"), {categories.NONE: _("None of these themes")})


def _languages(one: Json) -> tuple[str, Chart]:
    words = {code: language_name(code) for code in categories.LANGUAGES}
    return _ranked(one, _("In which language"), words | {categories.OTHER: _("Other, or not known")})


def _reopened(one: Json) -> tuple[str, Chart]:
    words = {"yes": _("Opened again"), "no": _("Not opened again")}
    return _ranked(one, _("Opened again after they were closed"), words)


def _weekdays(one: Json) -> tuple[str, Chart]:
    names = get_day_names("abbreviated", locale=locale())
    by_word = {word: str(names[at]) for at, word in enumerate(categories.WEEKDAYS)}
    return _columns(one, _("On which day"), lambda of: by_word[of])


_CHARTS: Final[Mapping[str, Callable[[Json], tuple[str, Chart]]]] = {
    "channel": _channels,
    "tag": _tags,
    "theme": _themes,
    "language": _languages,
    "reopened": _reopened,
    "weekday": _weekdays,
    "hour": lambda one: _columns(one, _("At which hour"), str),
    "first_reply": lambda one: _columns(one, _("First reply within"), _bin),
    "resolution": lambda one: _columns(one, _("Solved within"), _bin),
}
