"""Notices: what an agent should know of, behind the bell."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import notices
from helpdesk.desk.notices import Told
from helpdesk.privacy import settings as kept
from helpdesk.web import frame
from helpdesk.web.auth import agent, db

bp = Blueprint("notices", __name__)


@bp.get("/notices")
def index() -> ResponseReturnValue:
    return render_template(
        "notices/index.html",
        desk=frame.around(db(), agent(), "notices"),
        notices=notices.latest(db(), agent()),
        by_mail=notices.wants_mail(db(), agent()),
    )


@bp.post("/notices/seen")
def see() -> ResponseReturnValue:
    notices.see_all(db(), agent())
    return redirect(url_for(".index"), code=303)


@bp.post("/notices/mail")
def choose_mail() -> ResponseReturnValue:
    kept.change_own(db(), Told(by_mail="by_mail" in request.form), by=agent())
    return redirect(url_for(".index"), code=303)
