"""Teams: made, named, and filled with people, in the settings."""

from collections.abc import Callable

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import agents, roles, teams
from helpdesk.desk.lengths import TooLong
from helpdesk.models.agent import Team
from helpdesk.models.role import Permission
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("teams", __name__)


@bp.get("/settings/teams")
def index() -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    return _page()


@bp.post("/settings/teams")
def create() -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    return _named(lambda name: teams.make(db(), name, by=agent()))


@bp.post("/settings/teams/<int:team_id>/name")
def rename(team_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    team = db().get(Team, team_id)
    if team is None:
        raise NotVisible("team", team_id)
    return _named(lambda name: teams.rename(db(), team, name, by=agent()))


@bp.post("/settings/teams/<int:team_id>/members")
def choose_members(team_id: int) -> ResponseReturnValue:
    """These agents, and no others; who is in a team reads its tickets, so nobody puts themselves in."""
    settings.must(Permission.PEOPLE)
    fresh()
    team = db().get(Team, team_id)
    if team is None:
        raise NotVisible("team", team_id)
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    try:
        with db().begin_nested():
            agents.fill_team(db(), team, set(request.form.getlist("agent", type=whole)), by=agent())
    except roles.BeyondOwn:
        wrong = _("Who is in a team reads its tickets: a colleague puts you into one.")
        return _page(beside("agent", wrong, value=str(agent().id)))
    return settings.saved(".index")


def _named(step: Callable[[str], object]) -> ResponseReturnValue:
    try:
        step(request.form.get("name", ""))
    except teams.TeamNameless:
        return _page(beside("name", _("A team needs a name.")))
    except teams.TeamKnown:
        return _page(beside("name", _("There is another team of this name.")))
    except TooLong as error:
        return _page(too_long(error))
    return settings.saved(".index")


def _page(wrong: str = "") -> ResponseReturnValue:
    status = 422 if wrong else 200
    people = [one for one in agents.everybody(db()) if not one.is_disabled]
    return settings.page(
        "teams/index.html", "teams.index", status, teams=teams.everything(db()), people=people, wrong=wrong
    )
