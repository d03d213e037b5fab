"""The inbox: views, and each team's open tickets."""

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import counters, list_orders
from helpdesk.desk.inbox import Part, View
from helpdesk.models.role import Permission, Scope
from helpdesk.web import frame, lists
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.paging import Listed, as_asked, listed

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
    return _list(as_asked(Listed(View(view))))


@bp.get("/teams/<int:team_id>/inbox")
def of_team(team_id: int) -> ResponseReturnValue:
    if team_id not in {team.id for team in counters.teams(db(), agent())}:
        raise NotVisible("team", team_id)
    return _list(as_asked(Listed(part=Part(team_id=team_id))))


@bp.get("/mailboxes/<int:mailbox_id>/inbox")
def of_mailbox(mailbox_id: int) -> ResponseReturnValue:
    if mailbox_id not in {mailbox.id for mailbox in counters.mailboxes(db(), agent())}:
        raise NotVisible("mailbox", mailbox_id)
    return _list(as_asked(Listed(part=Part(mailbox_id=mailbox_id))))


@bp.post("/list-order")
def keep_order() -> ResponseReturnValue:
    """Turn the list around that the address names, or back: it stays so."""
    here = listed()
    is_turned = request.form.get("turned") == "1"
    list_orders.turn(db(), here.slug, by=agent(), is_turned=is_turned)
    return redirect(replace(here, after=None, is_turned=is_turned, was_turned=is_turned).url, 303)


@bp.get("/counters")
def count() -> ResponseReturnValue:
    """The views alone, for a page that is already open."""
    around = frame.around(db(), agent())
    return {link.slug: link.count for link in (*around.views, *around.teams, *around.mailboxes)}


def _list(here: Listed) -> ResponseReturnValue:
    if is_partial():
        return render_template("inbox/rows.html", page=lists.of(db(), agent(), here))
    around = frame.around(db(), agent(), here.slug)
    return render_template("inbox/show.html", desk=around, page=lists.of(db(), agent(), here, around))


def is_partial() -> bool:
    """Whether a script asks for a part of the page only."""
    return request.headers.get("HX-Request-Type") == "partial"
