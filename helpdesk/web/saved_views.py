"""Saved views: a search is kept under a name, put in order, shared, and forgotten again."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import saved_views
from helpdesk.desk.lengths import TooLong
from helpdesk.models.saved_view import SavedView
from helpdesk.web import settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("saved_views", __name__)


@bp.post("/saved-views")
def create() -> ResponseReturnValue:
    """Back to the search, where it has its name now; a refused one shows why."""
    words, is_shared = request.form.get("q", ""), "shared" in request.form
    try:
        saved_views.save(db(), request.form.get("name", ""), words, by=agent(), is_shared=is_shared)
    except saved_views.ViewRefused as refused:
        return redirect(url_for("search.show", q=words, refused=refused.why), code=303)
    return redirect(url_for("search.show", q=words.strip()), code=303)


@bp.get("/settings/views")
def index() -> ResponseReturnValue:
    """All that this agent has in their views: their own to put in order, what others share as it is."""
    return _page()


@bp.post("/saved-views/<int:view_id>/name")
def change(view_id: int) -> ResponseReturnValue:
    view = _changeable(view_id)
    try:
        saved_views.change(db(), view, request.form.get("name", ""), is_shared="shared" in request.form, by=agent())
    except saved_views.ViewRefused:
        return _page(beside("name", _("Give the view a name.")))
    except TooLong as error:
        return _page(too_long(error))
    return settings.saved(".index")


@bp.post("/saved-views/<int:view_id>/place")
def move(view_id: int) -> ResponseReturnValue:
    saved_views.move(db(), _changeable(view_id), is_up="up" in request.form, by=agent())
    return settings.back_to(".index")


@bp.post("/saved-views/<int:view_id>/removal")
def remove(view_id: int) -> ResponseReturnValue:
    view = _changeable(view_id)
    words = view.words
    saved_views.remove(db(), view, by=agent())
    if "stay" in request.form:
        return settings.saved(".index")
    return redirect(url_for("search.show", q=words), code=303)


def _changeable(view_id: int) -> SavedView:
    view = saved_views.find(db(), view_id, by=agent())
    if view is None:
        raise NotVisible("view", view_id)
    return view


def _page(wrong: str = "") -> ResponseReturnValue:
    views = saved_views.of_agent(db(), agent())
    return settings.page(
        "saved_views/index.html",
        "saved_views.index",
        422 if wrong else 200,
        wrong=wrong,
        own=[one for one in views if one.agent_id == agent().id],
        others=[
            (one, saved_views.find(db(), one.id, by=agent()) is not None)
            for one in views
            if one.agent_id != agent().id
        ],
    )
