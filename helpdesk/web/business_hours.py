"""Business hours: chosen for the desk, and for each team that works by others."""

from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

from babel.dates import get_day_names
from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from helpdesk import business_calendar, clock
from helpdesk.business_calendar import Calendar
from helpdesk.desk import business_hours
from helpdesk.desk.business_hours import HoursRefused, WorkingHours
from helpdesk.languages import N_
from helpdesk.models.agent import Team
from helpdesk.models.role import Permission
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, locale
from helpdesk.web.sent_back import beside

DAYS_AHEAD: Final = 366
MOST_SHOWN: Final = 16
_WRONG: Final = {
    "time_zone": N_("There is no time zone “%(what)s”."),
    "no_hours": N_("A week needs at least one hour in which somebody works."),
    "week": N_("“%(what)s” can't be kept: write 9:00-12:30, 13:00-17:00, each time later than the one before."),
    "own_days": N_("“%(what)s” is no day: write 2026-12-24, then what you call it."),
    "own_hours": N_("The hours of “%(what)s” can't be kept: write 9:00-12:30, each time later than the one before."),
    "twice": N_("“%(what)s” stands there twice."),
    "many_days": N_("There is room for %(what)s days."),
    "country": N_("The holidays of “%(what)s” are not known."),
    "region": N_("The country has other regions: %(what)s"),
}

bp = Blueprint("business_hours", __name__)


@dataclass(frozen=True, slots=True)
class TeamRow:
    team: Team
    has_own: bool


@bp.get("/settings/business-hours")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _standing(None)


@bp.post("/settings/business-hours")
def choose() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _choose(None)


@bp.get("/settings/business-hours/teams/<int:team_id>")
def of_team(team_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _standing(_team(team_id))


@bp.post("/settings/business-hours/teams/<int:team_id>")
def choose_for_team(team_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _choose(_team(team_id))


@bp.post("/settings/business-hours/teams/<int:team_id>/own/removal")
def as_the_desk(team_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    business_hours.as_the_desk(db(), _team(team_id), by=agent())
    return settings.saved(".index")


def _standing(team: Team | None, wrong: str = "") -> ResponseReturnValue:
    own = business_hours.chosen(db(), team.id) if team else None
    return _page(team, own or business_hours.chosen(db(), None) or WorkingHours(), wrong)


def _choose(team: Team | None) -> ResponseReturnValue:
    if wrong := as_seen.changed(lambda: _standing(team)):
        return _standing(team, wrong)
    hours = WorkingHours(
        time_zone=request.form.get("time_zone", ""),
        week=tuple(request.form.get(f"day{number}", "") for number in range(7)),
        country=request.form.get("country", ""),
        region=request.form.get("region", ""),
        own_days=tuple(request.form.get("own_days", "").splitlines()),
    )
    try:
        business_hours.choose(db(), hours, team, by=agent())
    except HoursRefused as error:
        return _page(team, hours, beside(_field(error, hours), _(_WRONG[error.why], what=error.what)))
    if team is None:
        return settings.saved(".index")
    return redirect(url_for(".of_team", team_id=team.id, saved=1), code=303)


def _field(error: HoursRefused, hours: WorkingHours) -> str:
    """Which field of the form is refused: of the week the day that says it."""
    if error.why in {"own_hours", "twice", "many_days"}:
        return "own_days"
    if error.why not in {"no_hours", "week"}:
        return error.why
    return next(
        (f"day{number}" for number, line in enumerate(hours.week) if error.what and error.what in line), "day0"
    )


def _page(team: Team | None, hours: WorkingHours, wrong: str = "") -> ResponseReturnValue:
    names, places = get_day_names("wide", locale=locale()), business_calendar.places()
    territories = locale().territories
    zone = current_app.extensions["runtime"].config.desk.time_zone
    return settings.page(
        "business_hours/index.html",
        "business_hours.index",
        422 if wrong else 200,
        wrong=wrong,
        team=team,
        hours=hours,
        days=[(number, names[number], line) for number, line in enumerate(hours.week)],
        zones=sorted(available_timezones()),
        zone=zone,
        countries=sorted(((territories.get(one, one), one) for one in places), key=lambda pair: pair[0].casefold()),
        regions=places.get(hours.country, ()),
        calendar=None if wrong else _as_it_is(business_hours.calendar(hours, zone)),
        teams=[] if team else _teams(),
    )


def _as_it_is(calendar: Calendar) -> dict[str, object]:
    """Whether somebody works now, and the days to come on which nobody does: what was chosen, in effect."""
    now = clock.now()
    ahead = calendar.closed_days(now.astimezone(calendar.zone).date(), DAYS_AHEAD)
    return {"is_open": calendar.is_open(now), "closed": ahead[:MOST_SHOWN]}


def _teams() -> list[TeamRow]:
    teams = db().scalars(select(Team).order_by(func.lower(Team.name))).all()
    return [TeamRow(team, business_hours.chosen(db(), team.id) is not None) for team in teams]


def _team(team_id: int) -> Team:
    team = db().get(Team, team_id)
    if team is None:
        raise NotVisible("team", team_id)
    return team
