"""The inbox: views, and each team's open tickets."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import counters
from helpdesk.desk.inbox import View
from helpdesk.models.role import Permission, Scope
from helpdesk.web import frame, lists
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.paging import Listed, after, is_turned

bp = Blueprint("inbox", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Where somebody's work is: their own tickets, else all; of who sees none, the audit or their permissions."""
    found = counters.counts(db(), agent(), [(View.MINE, None), (View.OPEN, None)])
    if agent().scope is Scope.NONE and not any(found.values()):
        return redirect(url_for("audit.index" if agent().may(Permission.AUDIT) else "grants.index"))
    view = View.MINE if found[View.MINE, None] else View.OPEN
    return redirect(url_for(".show", view=view.value))


@bp.get(f"/inbox/<any({', '.join(View)}):view>")
def show(view: str) -> ResponseReturnValue:
    return _list(Listed(View(view), after=after(), is_turned=is_turned()))


@bp.get("/teams/<int:team_id>/inbox")
def of_team(team_id: int) -> ResponseReturnValue:
    if team_id not in {team.id for team in counters.teams(db(), agent())}:
        raise NotVisible("team", team_id)
    return _list(Listed(View.OPEN, team_id, after=after(), is_turned=is_turned()))


@bp.get("/counters")
def count() -> ResponseReturnValue:
    """The views alone, for a page that is already open."""
    around = frame.around(db(), agent())
    return {link.slug: link.count for link in (*around.views, *around.teams)}


def _list(here: Listed) -> ResponseReturnValue:
    if is_partial():
        return render_template("inbox/rows.html", page=lists.of(db(), agent(), here))
    around = frame.around(db(), agent(), here.slug)
    return render_template("inbox/show.html", desk=around, page=lists.of(db(), agent(), here, around))


def is_partial() -> bool:
    """Whether a script asks for a part of the page only."""
    return request.headers.get("HX-Request-Type") == "partial"
