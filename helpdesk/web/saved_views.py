"""Saved views: a search is kept under a name, and forgotten again."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import saved_views
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible

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


@bp.post("/saved-views/<int:view_id>/removal")
def remove(view_id: int) -> ResponseReturnValue:
    view = saved_views.find(db(), view_id, by=agent())
    if view is None:
        raise NotVisible("view", view_id)
    words = view.words
    saved_views.remove(db(), view, by=agent())
    return redirect(url_for("search.show", q=words), code=303)
