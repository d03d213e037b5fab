"""The page of reports: any period, by team, mailbox, tag or agent, as charts with tables, on paper and as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from babel.dates import format_date, format_skeleton, get_day_names
from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import reports
from helpdesk.desk.reports import LONGEST, Asked, Group, Line, Report, Times
from helpdesk.models.agent import Agent, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.tag import Tag
from helpdesk.privacy import audit
from helpdesk.web import charts, csv_file, frame, published
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.charts import Chart, Datum, Words
from helpdesk.web.language import _, locale, number, zone
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("reports", __name__)

_DAYS_SHOWN: Final = 45  # one by one; a longer period by weeks
_MONTH: Final = 30
_NOTHING: Final = "\N{EN DASH}"


class PeriodRefused(Exception):
    """Not two days in their order, no further apart than a report can be long."""


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    value: str
    more: str
    icon: str


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    url: str
    line: Line


@bp.get("/reports")
def index() -> ResponseReturnValue:
    _may_look()
    try:
        asked = _asked()
    except PeriodRefused:
        wrong = _("Please choose two days in their order, today at the latest and a year apart at the most.")
        return _page(_last(_MONTH), wrong=beside("until", wrong))
    return _page(asked)


@bp.get("/reports.csv")
def download() -> Response:
    """The same numbers as a file: by day, or by what the report is taken apart by."""
    _may_look()
    if not agent().may(Permission.EXPORT):
        abort(404)
    fresh()
    try:
        asked = _asked()
    except PeriodRefused:
        abort(404)
    _leave_event("report.export", asked)
    found = reports.report(db(), asked, by=agent(), zone=zone())
    is_by_day = request.args.get("what") == "days"
    lines = _day_lines(found) if is_by_day else _group_lines(found, asked)
    return csv_file.answer(lines, name=f"report-{asked.begins}-{asked.ends}.csv")


def _page(asked: Asked, *, wrong: str = "") -> ResponseReturnValue:
    _leave_event("report.look", asked)
    found = reports.report(db(), asked, by=agent(), zone=zone())
    names = _names(asked, found)
    made = render_template(
        "reports/index.html",
        desk=frame.around(db(), agent(), "reports"),
        asked=asked,
        wrong=wrong,
        groups=_groups(),
        tiles=_tiles(found, asked),
        charts=_charts(found),
        rows=[Row(_named(names, line), _only(asked, line), line) for line in found.lines],
        only=names.get(asked.only, f"#{asked.only}") if asked.only is not None else "",
        presets=_presets(asked),
        is_own=not agent().may(Permission.REPORTS),
        is_sampled=found.is_sampled,
        may_export=agent().may(Permission.EXPORT),
        here={**_given(asked), "only": asked.only},
        all_of_them=url_for(".index", **_given(asked)),
        say=lambda took: _say(took, asked),
    )
    return made, 422 if wrong else 200


def _may_look() -> None:
    if not agent().may(Permission.REPORTS) and not agent().may(Permission.HANDLE):
        abort(404)


def _leave_event(action: str, asked: Asked) -> None:
    """Reports tell how colleagues work, so that looking at one is an event."""
    facts: dict[str, object] = {
        "begins": asked.begins.isoformat(),
        "ends": asked.ends.isoformat(),
        "by": asked.group.value,
        "only": asked.only,
    }
    audit.record(db(), action, by=agent(), on=("report", None), facts=facts)


def _asked() -> Asked:
    """What the address asks for; nothing: the last thirty days. Raises PeriodRefused."""
    given = request.args
    usual = _last(_MONTH)
    try:
        begins = date.fromisoformat(given["since"]) if given.get("since") else usual.begins
        ends = date.fromisoformat(given["until"]) if given.get("until") else usual.ends
    except ValueError:
        raise PeriodRefused from None
    if not date(1990, 1, 1) <= begins <= ends <= usual.ends or (ends - begins).days >= LONGEST:
        raise PeriodRefused
    word = given.get("by", "")
    group = Group(word) if word in set(Group) else Group.TEAM
    is_of_it = given.get("of", group.value) == group.value  # the form may ask for another kind than it showed
    only = given.get("only", type=whole) if is_of_it else None
    return Asked(begins, ends, group, only, given.get("time") != "clock")


def _last(days: int) -> Asked:
    today = clock.now().astimezone(zone()).date()
    return Asked(today - timedelta(days=days - 1), today)


def _given(asked: Asked, **changed: object) -> dict[str, Any]:
    """The address's arguments for a report."""
    given = {"since": asked.begins, "until": asked.ends, "by": asked.group.value}
    return {**given, **({} if asked.in_hours else {"time": "clock"}), **changed}


def _only(asked: Asked, line: Line) -> str:
    return "" if line.id is None else url_for(".index", **_given(asked, only=line.id))


def _presets(asked: Asked) -> list[tuple[str, str]]:
    today = clock.now().astimezone(zone()).date()
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    spans = (
        (_("7 days"), today - timedelta(days=6), today),
        (_("30 days"), today - timedelta(days=29), today),
        (_("This month"), first, today),
        (_("Last month"), before.replace(day=1), before),
        (_("12 months"), today - timedelta(days=364), today),
    )
    return [
        (name, url_for(".index", **_given(asked, since=begins, until=ends, only=asked.only)))
        for name, begins, ends in spans
    ]


def _groups() -> dict[Group, str]:
    return {Group.TEAM: _("Team"), Group.MAILBOX: _("Mailbox"), Group.TAG: _("Tag"), Group.AGENT: _("Agent")}


def _names(asked: Asked, found: Report) -> Mapping[int, str]:
    """What is called how; only of those that stand in the report, and of the one that it is about."""
    ids = [one for one in (asked.only, *(line.id for line in found.lines)) if one is not None]
    columns = {
        Group.TEAM: (Team.id, Team.name),
        Group.MAILBOX: (Mailbox.id, Mailbox.address),
        Group.TAG: (Tag.id, Tag.name),
        Group.AGENT: (Agent.id, Agent.name),
    }
    key, title = columns[asked.group]
    return {row: name for row, name in db().execute(select(key, title).where(key.in_(ids)))}  # noqa: C416  rows


def _named(names: Mapping[int, str], line: Line) -> str:
    return _("none") if line.id is None else names.get(line.id, f"#{line.id}")


def _tiles(found: Report, asked: Asked) -> list[Tile]:
    left = found.days[-1].backlog
    return [
        Tile(_("New tickets"), number(found.opened), _("%(closed)s closed", closed=number(found.closed)), "inbox"),
        Tile(_("Not closed at the end"), number(left), _change(left - found.days[0].backlog), "layers"),
        _time_tile(_("First reply, median"), found.first_reply, asked, "reply"),
        _time_tile(_("Solved, median"), found.resolution, asked, "circle-check"),
    ]


def _change(more: int) -> str:
    if not more:
        return _("as many as at the beginning")
    if more > 0:
        return _("%(number)s more since the first day", number=number(more))
    return _("%(number)s fewer since the first day", number=number(-more))


def _time_tile(name: str, times: Times, asked: Asked, icon: str) -> Tile:
    if times.median is None:
        return Tile(name, _NOTHING, _("none so far"), icon)
    nine = _("9 of 10 within %(time)s", time=_say(times.ninetieth, asked))
    return Tile(name, _say(times.median, asked), nine, icon)


def _say(took: timedelta | None, asked: Asked) -> str:
    """A duration; worked hours are never made days, of which nobody knows how long they are."""
    if took is None:
        return _NOTHING
    minutes = took / timedelta(minutes=1)
    if not asked.in_hours or minutes < 60:
        return published.say_minutes(minutes)
    return _("%(number)s h", number=format_decimal(round(minutes / 60, 1 if minutes < 600 else 0), locale=locale()))


def _charts(found: Report) -> list[tuple[str, Chart]]:
    """None where nothing happened and nothing waited: a line says it better than four empty frames."""
    if not any(day.opened or day.closed or day.backlog for day in found.days):
        return []
    weekdays = get_day_names("abbreviated", locale=locale())
    busy = Words(title=_("Busiest hours"), name=_("Hour"), value=_("New tickets"), says=_("When tickets came in."))
    days = Words(title=_("Busiest days"), name=_("Day"), value=_("New tickets"), says=_("When tickets came in."))
    return [
        ("columns", _flow(found)),
        ("timeline", _left(found)),
        ("columns", charts.columns(busy, [Datum(name=str(at), value=one) for at, one in enumerate(found.hours)])),
        ("columns", charts.columns(days, [
            Datum(name=str(weekdays[at]), value=one) for at, one in enumerate(found.weekdays)
        ])),
    ]  # fmt: skip


def _steps(found: Report) -> list[Sequence[reports.Day]]:
    """The days one by one, or by seven where there are many."""
    wide = 1 if len(found.days) <= _DAYS_SHOWN else 7
    return [found.days[at : at + wide] for at in range(0, len(found.days), wide)]


def _flow(found: Report) -> Chart:
    words = Words(title=_("New and closed"), name=_("Day"), value=_("New tickets"), other=_("Closed"))
    data = [
        Datum(name=_short(step[0].day), value=sum(d.opened for d in step), other=sum(d.closed for d in step))
        for step in _steps(found)
    ]
    return charts.columns(words, data)


def _left(found: Report) -> Chart:
    words = Words(
        title=_("Not closed"), name=_("Day"), value=_("Tickets"),
        says=_("At the end of each day. One that was opened again counts as if it had never been closed."),
    )  # fmt: skip
    return charts.timeline(words, [Datum(name=_short(s[-1].day), value=s[-1].backlog) for s in _steps(found)])


def _short(day: date) -> str:
    return str(format_skeleton("MMMd", day, locale=locale()))


def _day_lines(found: Report) -> Iterator[str]:
    yield csv_file.line([_("Day"), _("New tickets"), _("Closed"), _("Not closed")])
    for day in found.days:
        yield csv_file.line([day.day.isoformat(), day.opened, day.closed, day.backlog])


def _group_lines(found: Report, asked: Asked) -> Iterator[str]:
    """Durations are in minutes, so that they can be reckoned with."""
    names = _names(asked, found)
    times = [_("First reply, median"), _("First reply, 9 of 10"), _("Solved, median"), _("Solved, 9 of 10")]
    in_minutes = [_("%(what)s (minutes)", what=time) for time in times]
    yield csv_file.line([_groups()[asked.group], _("New tickets"), _("Closed"), *in_minutes])
    for line in found.lines:
        took = [*asdict(line.first_reply).values()][1:] + [*asdict(line.resolution).values()][1:]
        minutes = ["" if one is None else round(one / timedelta(minutes=1)) for one in took]
        yield csv_file.line([_named(names, line), line.opened, line.closed, *minutes])


@bp.app_template_filter("long_day")
def _long(day: date) -> str:
    return str(format_date(day, "long", locale=locale()))
