"""Reports of themes: made on demand with live progress, read, compared, taken away as a file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from babel.dates import format_date
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import theme_page, theme_reports, theme_scope
from helpdesk.desk.theme_digests import ThemeMail
from helpdesk.desk.theme_page import ReportPage, Row
from helpdesk.desk.theme_reports import DaysOutOfReach, NothingToAnalyse
from helpdesk.desk.theme_scope import NoSuchScope, Scope
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.tag import Tag
from helpdesk.models.theme_report import ReportState, ThemeReport
from helpdesk.models.ticket import Channel
from helpdesk.privacy import audit, settings, theme_telling
from helpdesk.web import charts, csv_file, frame, theme_words
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.charts import Chart, Datum, Sparkline, Words
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, locale, zone
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("themes", __name__)

_OLD_ONES: Final = 20


@bp.get("/themes")
def index() -> ResponseReturnValue:
    """The newest of the series of everything, or of one scope that is asked for; without one, the newest there is."""
    may_look()
    return _page(_newest())


@bp.get("/themes/<int:report_id>")
def show(report_id: int) -> ResponseReturnValue:
    """A report, compared with the last one of its series, or another that is asked for."""
    may_look()
    report, other = find(report_id), request.args.get("with", type=whole)
    against = None if other is None else find(other)
    if against is not None and against.scope != report.scope:
        raise NotVisible("theme_report", against.id)
    return _page(report, against=against)


@bp.get("/themes/<int:report_id>.csv")
def download(report_id: int) -> Response:
    may_look()
    if not agent().may(Permission.EXPORT):
        abort(404)
    fresh()
    page = theme_page.of_report(db(), find(report_id))
    _leave_event("theme_report.export", page.report)
    return csv_file.answer(_lines(page), name=f"themes-{page.report.since}-{page.report.until}.csv")


@bp.post("/themes")
def ask() -> ResponseReturnValue:
    """Have a report made."""
    may_look()
    try:
        scope = theme_scope.chosen(
            db(),
            mailboxes=_numbers("mailbox"),
            teams=_numbers("team"),
            tags=_numbers("tag"),
            channel=request.form.get("channel", ""),
        )
        theme_reports.ask(db(), scope, by=agent(), zone=zone(), since=_day("since"), until=_day("until"))
    except NoSuchScope:
        wrong = _("Please choose mailboxes, teams, tags and a channel that are there.")
        return _page(_newest(), wrong=beside("channel", wrong))
    except DaysOutOfReach:
        first = format_date(theme_reports.EARLIEST, "long", locale=locale())
        wrong = _("Please choose days from %(first)s to today.", first=first)
        return _page(_newest(), wrong=beside("until", wrong))
    except (NothingToAnalyse, ValueError):
        return _page(_newest(), wrong=beside("until", _("Please choose two days in their order.")))
    return redirect(url_for(".index"), 303)


@bp.get("/themes/<int:report_id>/progress")
def progress(report_id: int) -> ResponseReturnValue:
    """How far it is; the piece of the page asks for itself until it is done."""
    may_look()
    report = theme_reports.find(db(), report_id)
    if report is None:
        raise NotVisible("theme_report", report_id)
    words = {"step": theme_words.step_word(report.step), "trouble": theme_words.trouble}
    return render_template("themes/progress.html", report=report, **words)


@bp.post("/themes/<int:report_id>/stop")
def stop(report_id: int) -> ResponseReturnValue:
    may_look()
    report = theme_reports.find(db(), report_id)
    if report is None:
        raise NotVisible("theme_report", report_id)
    theme_reports.stop(db(), report, by=agent())
    return redirect(url_for(".index"), 303)


@bp.post("/themes/digest")
def choose_digest() -> ResponseReturnValue:
    """Whether an email with the numbers comes after each report."""
    may_look()
    settings.change_own(db(), ThemeMail(is_wanted="is_wanted" in request.form), by=agent())
    return redirect(url_for(".index"), 303)


def may_look() -> None:
    if not agent().may(Permission.THEMES):
        abort(404)


def find(report_id: int) -> ThemeReport:
    """A report that is done; of any other nothing is known here."""
    report = theme_reports.find(db(), report_id)
    if report is None or report.state is not ReportState.DONE:
        raise NotVisible("theme_report", report_id)
    return report


def spark(row: Row, weeks: Sequence[date]) -> Sparkline:
    """A theme's weeks: the last four are filled where the test says that it moved; hollow is as by chance."""
    data = []
    for place, (week, count) in enumerate(zip(weeks, row.weekly, strict=True)):
        is_recent = place >= len(weeks) - theme_telling.RECENT
        low, high = row.band if is_recent and row.band else (None, None)
        data.append(
            Datum(
                name=week.isoformat(), value=count, low=low, high=high, note=_("not told"),
                is_sure=is_recent and row.has_moved,
            )
        )  # fmt: skip
    return charts.sparkline(row.name or _("Theme %(number)s", number=row.number), data, say=theme_words.a_week)


def _page(report: ThemeReport | None, *, against: ThemeReport | None = None, wrong: str = "") -> ResponseReturnValue:
    page = None if report is None else theme_page.of_report(db(), report, against=against)
    if report is not None:
        _leave_event("theme_report.look", report)
    made = render_template(
        "themes/index.html",
        desk=frame.around(db(), agent(), "themes"),
        page=page,
        says="" if page is None else theme_words.what_changed(page.rows, has_baseline=len(page.weeks) > 1),
        chart=None if page is None or not page.rows else _ranked(page),
        sparks={} if page is None else {row.number: spark(row, page.weeks) for row in page.rows},
        trend=theme_words.trend_word,
        trouble=theme_words.trouble,
        told=theme_page.told,
        joined=theme_words.joined(),
        scope="" if report is None or report.scope == Scope().text else _about(report.scope),
        running=[(one, theme_words.step_word(one.step)) for one in theme_reports.under_way(db())],
        others=[] if report is None else theme_reports.series(db(), report, most=_OLD_ONES),
        few=theme_words.few,
        method="" if report is None else theme_words.method(report.method),
        old=(old := theme_reports.listed(db(), most=_OLD_ONES)),
        about={text: _about(text) for text in {one.scope for one in old}},
        choices=_choices(),
        may_export=agent().may(Permission.EXPORT),
        is_mailed=settings.of_agent(db(), agent(), ThemeMail).is_wanted,
        wrong=wrong,
    )
    return made, 422 if wrong else 200


def _ranked(page: ReportPage) -> Chart:
    words = Words(title=_("Themes by customers"), name=_("Theme"), value=_("Customers"), other=_("Messages"))
    data = [
        Datum(
            name=row.name or _("Theme %(number)s", number=row.number),
            value=row.customers,
            other=row.messages,
            url=url_for("theme.show", report_id=page.report.id, number=row.number),
        )
        for row in page.rows
    ]
    return charts.ranked(words, data)


def _lines(page: ReportPage) -> Iterator[str]:
    yield csv_file.line(
        ["theme", "name", "terms", "language", "customers", "messages", "trend", "ratio", *page.weeks]
    )
    for row in page.rows:
        ratio = round(row.ratio, 1) if row.ratio is not None and row.has_moved else ""
        yield csv_file.line([
            row.number, row.name, ", ".join(row.terms), row.language, row.customers, row.messages, row.trend, ratio,
            *("" if count is None else f"{round(count, 1):g}" for count in row.weekly),
        ])  # fmt: skip


def _choices() -> dict[str, Any]:
    """What a report can be about."""
    return {
        "mailboxes": db().execute(select(Mailbox.id, Mailbox.address).order_by(Mailbox.address)).all(),
        "teams": db().execute(select(Team.id, Team.name).order_by(Team.name)).all(),
        "tags": db().execute(select(Tag.id, Tag.name).order_by(Tag.name).limit(200)).all(),
        "channels": _channels(),
    }


def _newest() -> ThemeReport | None:
    wanted = request.args.get("scope")
    if wanted is not None:
        return theme_reports.newest(db(), wanted)
    everything = Scope()
    series = theme_reports.newest_of_series(db(), everything)
    return series or theme_reports.newest(db(), everything.text) or theme_reports.newest(db())


def _about(scope_text: str) -> str:
    """What a report is of, in words: what was removed since has no name any more."""
    if scope_text == Scope().text:
        return _("Everything")
    scope = theme_scope.of_text(scope_text)
    names = theme_scope.names(db(), replace(scope, channel=""))
    channel = [_channels()[Channel(scope.channel)]] if scope.channel else []
    return ", ".join([*names, *channel]) or _("something that was removed")


def _channels() -> dict[Channel, str]:
    return {Channel.EMAIL: _("Email"), Channel.FEEDBACK: _("Feedback"), Channel.AGENT: _("Opened by staff")}


def _numbers(name: str) -> list[int]:
    """Of rows that were chosen. Raises NoSuchScope: what is no number would else be left out, and all be meant."""
    try:
        return [whole(given) for given in request.form.getlist(name)]
    except ValueError:
        raise NoSuchScope(f"there is no such {name}") from None


def _day(name: str) -> date | None:
    given = request.form.get(name, "")
    return date.fromisoformat(given) if given else None


def _leave_event(action: str, report: ThemeReport) -> None:
    facts: dict[str, object] = {"scope": report.scope, "languages": sorted(json.loads(report.languages))}
    audit.record(db(), action, by=agent(), on=("theme_report", report.id), facts=facts)
