"""Signing in and out."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import passwords, sign_in
from helpdesk.models.agent import Agent
from helpdesk.web.auth import agent, browser, db, own_path, public, runtime, without_database
from helpdesk.web.language import _

bp = Blueprint("sign_in", __name__)

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Form:
    email: str = ""
    next: str = ""
    wrong: str = ""
    said: str = ""


@bp.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    if g.agent is not None:
        return redirect(_next())
    said = _("Your password is set. Sign in with it now.") if request.args.get("said") == "password" else ""
    return _shown(Form(email=request.args.get("email", ""), next=request.args.get("next", ""), said=said))


@bp.post("/sign-in")
@public
@without_database
def create() -> ResponseReturnValue:
    """Check a password outside of any transaction: hashing takes longer than one may."""
    try:
        found = _checked(request.form.get("email", ""), request.form.get("password", ""))
    except sign_in.TooManyAttempts:
        return _again(_("Too many attempts. Wait a few minutes, then try again."), 429)
    if found is None:
        return _again(_("Email or password is wrong."), 401)
    return redirect(_next(), code=303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    sign_in.end(db(), g.login)
    browser().drop()
    answer = make_response(redirect(url_for(".show"), code=303))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.post("/theme")
def choose_theme() -> ResponseReturnValue:
    theme = request.form.get("theme", "")
    if theme in THEMES:
        agent().theme = theme
    return redirect(own_path(request.referrer or "/"), code=303)


def _checked(email: str, password: str) -> Agent | None:
    """The agent with this address and password, signed in; None where they do not fit."""
    here = runtime()
    keys = sign_in.brakes(here.vault, email, request.remote_addr or "")
    with here.db.reading() as session:
        sign_in.require_patience(session, keys)
        found = passwords.by_email(session, email)
    is_right = passwords.matches(found.password_hash if found else None, password)
    with here.db.transaction() as session:
        if found is None or not is_right:
            sign_in.count_failure(session, keys, found)
            return None
        sign_in.forgive(session, keys)
        sign_in.start(session, found, browser().renew(), browser=_browser_name())
    return found


def _again(wrong: str, code: int) -> ResponseReturnValue:
    form = Form(email=request.form.get("email", ""), next=request.form.get("next", ""), wrong=wrong)
    return _shown(form, code)


def _shown(form: Form, code: int = 200) -> Response:
    return make_response(render_template("sign_in/show.html", form=form), code)


def _next() -> str:
    return own_path(request.values.get("next", "/"))


def _browser_name() -> str:
    """A coarse name, by which an agent knows the login again: no version, nothing to recognise anybody by."""
    words = request.user_agent.string
    names = {"Firefox": "Firefox", "Edg": "Edge", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac": "macOS"}
    name = next((word for part, word in names.items() if part in words), "?")
    return f"{name}, {next((word for part, word in systems.items() if part in words), 'Linux')}"
