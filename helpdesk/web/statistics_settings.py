"""The settings of the usage statistics: what is published at which cost, the ledger, the tags, and the sending."""

from dataclasses import dataclass, replace

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock
from helpdesk.models.role import Permission
from helpdesk.models.statistic import Metric, StatisticBudget, Unit
from helpdesk.privacy import settings as values
from helpdesk.privacy.statistics import cadence, categories, document, ledger, plan, preview, releases, sending
from helpdesk.privacy.statistics.plan import MILLION, PRESETS, Plan, Usage
from helpdesk.privacy.statistics.releases import Due
from helpdesk.web import as_seen, published, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.charts import Chart
from helpdesk.web.language import _, zone
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("statistics_settings", __name__)

_MONTHS_SHOWN = 12
_LETTERS_SHOWN = 100_000  # of the file, which grows for years


@dataclass(frozen=True, slots=True)
class Extra:
    """One more number that can be switched on, and how much noisier it makes the others."""

    metric: Metric
    cost: int  # in per cent
    is_on: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the ledger."""

    name: str
    spent: float
    allowed: float
    plan: Plan


@bp.get("/settings/statistics")
def index() -> ResponseReturnValue:
    settings.must(Permission.STATISTICS)
    return _page()


@bp.post("/settings/statistics")
def choose() -> ResponseReturnValue:
    """Whether, how strictly, of whom, and what beside the five; for a month that has begun its plan stays."""
    settings.must(Permission.STATISTICS)
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    usage = values.of(db(), Usage)
    epsilon = request.form.get("epsilon", type=whole)
    unit = request.form.get("unit", "")
    if epsilon is None or epsilon not in PRESETS.values() or unit not in set(Unit):
        return _page(_("Please choose one of what is offered."))
    extras = tuple(metric.value for metric in plan.EXTRAS if metric.value in request.form.getlist("extras"))
    is_on = "is_on" in request.form
    since = usage.since if is_on and usage.is_on else f"{clock.now().astimezone(zone()):%Y-%m}" if is_on else ""
    changed = replace(usage, is_on=is_on, since=since, epsilon=epsilon, unit=unit, extras=extras)
    values.change(db(), changed, by=agent())
    return settings.saved(".index")


@bp.post("/settings/statistics/tags")
def add_tag() -> ResponseReturnValue:
    settings.must(Permission.STATISTICS)
    try:
        categories.add_tag(db(), request.form.get("name", ""), by=agent())
    except categories.TagUnfit:
        wrong = _("A tag on the public list has 40 letters at the most, and no address or long number in it.")
        return _page(beside("name", wrong))
    except categories.TooManyTags:
        return _page(beside("name", _("The list is full: 40 tags are the most.")))
    return settings.saved(".index")


@bp.post("/settings/statistics/tags/removal")
def remove_tag() -> ResponseReturnValue:
    settings.must(Permission.STATISTICS)
    categories.remove_tag(db(), request.form.get("name", ""), by=agent())
    return settings.saved(".index")


@bp.post("/settings/statistics/themes")
def add_theme() -> ResponseReturnValue:
    settings.must(Permission.STATISTICS)
    name, phrases = request.form.get("name", ""), request.form.get("words", "")
    try:
        categories.add_theme(db(), name, phrases, by=agent())
    except categories.TagUnfit:
        wrong = _("A name on the public list has 40 letters at the most, and no address or long number in it.")
        return _page(beside("name", wrong))
    except categories.WordsUnfit:
        wrong = _("A theme needs one to 30 words or phrases, a line each, of 40 letters at the most.")
        return _page(beside("words", wrong))
    except categories.TooManyTags:
        return _page(beside("name", _("The list is full: 20 themes are the most.")))
    return settings.saved(".index")


@bp.post("/settings/statistics/themes/removal")
def remove_theme() -> ResponseReturnValue:
    settings.must(Permission.STATISTICS)
    categories.remove_theme(db(), request.form.get("name", ""), by=agent())
    return settings.saved(".index")


@bp.post("/settings/statistics/sending")
def send() -> ResponseReturnValue:
    """Where the published file is sent after each release; empty: nowhere."""
    settings.must(Permission.STATISTICS)
    try:
        address = sending.checked(request.form.get("address", ""))
    except sending.AddressUnfit:
        return _page(beside("address", _("The address must begin with https:// and hold no password.")))
    values.change(db(), replace(values.of(db(), Usage), send_to=address), by=agent())
    return settings.saved(".index")


def _typed() -> dict[str, str]:
    """What was typed into the form that was refused: it stands there still. `name` is a field of two of them."""
    form = (request.endpoint or "").removeprefix(f"{bp.name}.")
    return {f"{form}.{field}": value for field, value in request.form.items() if field != "csrf_token"}


def _page(wrong: str = "") -> ResponseReturnValue:
    usage = values.of(db(), Usage)
    shown = usage if usage.since else replace(usage, since=f"{clock.now().astimezone(zone()):%Y-%m}")
    file = document.text(db())
    due = releases.following(db(), replace(shown, is_on=True), zone())
    return settings.page(
        "statistics_settings/index.html",
        "statistics_settings.index",
        422 if wrong else 200,
        wrong=wrong,
        typed=_typed() if wrong else {},
        usage=usage,
        due=due,
        due_name=published.name_of(due.period) if due else "",
        is_made_up=releases.newest(db()) is None,
        next=_drawn(due) if due else [],
        expected=preview.expected(db(), due) if due else [],
        seen=cadence.published_a_month(db(), before=due.period.begins_on) if due else None,
        presets=PRESETS,
        extras=_extras(usage),
        tags=categories.tags(db()),
        themes=categories.themes(db()),
        candidates=categories.could_be_added(db())[:60],
        months=_months(),
        faults=ledger.faults(db()),
        sent=sending.latest(db()),
        file=file[:_LETTERS_SHOWN],
        is_file_cut=len(file) > _LETTERS_SHOWN,
    )


def _drawn(due: Due) -> list[tuple[str, Chart]]:
    """What the next release may look like."""
    made = preview.simulated(db(), due)
    return [published.totals(made), *published.breakdowns(made)]


def _extras(usage: Usage) -> list[Extra]:
    chosen = plan.extras(usage)
    return [Extra(metric, plan.cost(usage, metric), metric in chosen) for metric in plan.EXTRAS]


def _months() -> list[Month]:
    rows = db().scalars(select(StatisticBudget).order_by(StatisticBudget.month.desc()).limit(_MONTHS_SHOWN))
    return [Month(row.month, row.spent / MILLION, row.allowed / MILLION, ledger.read(row)) for row in rows]
