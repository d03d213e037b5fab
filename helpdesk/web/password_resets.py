"""A new password: asked for by address, set from a mailed link. The link's secret is also what protects its form."""

import logging

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import agents, password_resets
from helpdesk.web.auth import db, protected_by_its_address, public, runtime
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside

bp = Blueprint("password_resets", __name__)
log = logging.getLogger(__name__)


@bp.get("/password-resets/new")
@public
def new() -> ResponseReturnValue:
    return render_template("password_resets/new.html", asked="asked" in request.args)


@bp.post("/password-resets")
@public
def create() -> ResponseReturnValue:
    """The answer is the same whether there is such an agent or not."""
    try:
        password_resets.ask(db(), runtime().vault, request.form.get("email", ""))
    except password_resets.NoMailbox as error:
        log.warning("a link for a new password could not be sent: %s", error)
    return redirect(url_for(".new", asked=1), code=303)


@bp.get("/password-resets/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    try:
        password_resets.open_link(db(), token)
    except password_resets.LinkExpired:
        return render_template("password_resets/expired.html"), 404
    return render_template("password_resets/show.html", wrong="")


@bp.post("/password-resets/<token>")
@public
@protected_by_its_address
def consume(token: str) -> ResponseReturnValue:
    if request.form.get("password", "") != request.form.get("again"):
        return _again(beside("again", _("The two are not the same.")))
    try:
        password_resets.use(db(), token, request.form["password"])
    except password_resets.LinkExpired:
        return render_template("password_resets/expired.html"), 404
    except agents.PasswordWeak:
        wrong = _("Take a longer one: at least 12 characters, a few words that nobody would guess.")
        return _again(beside("password", wrong))
    return redirect(url_for("sign_in.show", said="password"), code=303)


def _again(wrong: str) -> ResponseReturnValue:
    return render_template("password_resets/show.html", wrong=wrong), 422
