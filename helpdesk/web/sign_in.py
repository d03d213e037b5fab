"""Signing in and out."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import passkeys, passwords, second_factor, sign_in, single_sign_on
from helpdesk.models.agent import Agent
from helpdesk.web.auth import agent, browser, db, own_path, public, runtime, while_setting_up, without_database
from helpdesk.web.language import _

bp = Blueprint("sign_in", __name__)

THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Form:
    email: str = ""
    next: str = ""
    wrong: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Whose password was right, and whether that is all."""

    agent: Agent
    owes_second_step: bool


@bp.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    if g.agent is not None:
        return redirect(_next())
    about = request.args.get("said", "")
    said = _("Your password is set. Sign in with it now.") if about == "password" else ""
    wrong = {
        "passkey": _("The passkey did not work. Try again, or take another way."),
        "single": _("That let nobody in. An admin finds the reason in the log of the desk."),
    }.get(about, "")
    return _shown(Form(request.args.get("email", ""), request.args.get("next", ""), wrong, said))


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
    if found.owes_second_step:
        return redirect(url_for(".second_step", next=_next()), code=303)
    return redirect(_next(), code=303)


@bp.get("/sign-in/second-step")
@public
def second_step() -> ResponseReturnValue:
    """For a browser that gave the right password; everybody else begins at the beginning."""
    half = sign_in.half_way(db(), browser().secret)
    if half is None:
        return redirect(url_for(".show", next=_next()))
    return _step_shown(second_factor.ways(db(), half.agent))


@bp.post("/sign-in/second-step")
@public
def take_second_step() -> ResponseReturnValue:
    half = sign_in.half_way(db(), browser().secret)
    if half is None:
        return redirect(url_for(".show", next=_next()), code=303)
    keys = sign_in.brakes(runtime().vault, half.agent.email, request.remote_addr or "")
    ways = second_factor.ways(db(), half.agent)
    try:
        sign_in.require_patience(db(), keys)
    except sign_in.TooManyAttempts:
        return _step_shown(ways, _("Too many attempts. Wait a few minutes, then try again."), 429)
    how = second_factor.accept(db(), runtime().vault, half.agent, request.form.get("code", "")[:100])
    if how is None:
        sign_in.count_failure(db(), keys, half.agent)
        return _step_shown(ways, _("This code does not fit, or was used already."), 401)
    sign_in.forgive(db(), keys)
    sign_in.finish(db(), half, browser().renew(), how=how)
    return redirect(_next(), code=303)


@bp.post("/sign-out")
@while_setting_up
def sign_out() -> ResponseReturnValue:
    sign_in.end(db(), g.login)
    browser().drop()
    answer = make_response(redirect(url_for(".show"), code=303))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.post("/theme")
@while_setting_up
def choose_theme() -> ResponseReturnValue:
    theme = request.form.get("theme", "")
    if theme in THEMES:
        agent().theme = theme
    return redirect(own_path(request.referrer or "/"), code=303)


def _checked(email: str, password: str) -> Entered | None:
    """The agent with this address and password, signed in or half-way; None where they do not fit."""
    here = runtime()
    keys = sign_in.brakes(here.vault, email, request.remote_addr or "")
    with here.db.reading() as session:
        sign_in.require_patience(session, keys)
        found = passwords.by_email(session, email)
    is_right = passwords.matches(found.password_hash if found else None, password)
    with here.db.transaction() as session:
        if found is None or not is_right or not passwords.is_still(session, found):
            sign_in.count_failure(session, keys, found)
            return None
        owes = second_factor.ways(session, found).any
        if not owes:  # else guessing codes after a right password would begin anew each time
            sign_in.forgive(session, keys)
        sign_in.start(session, found, browser().renew(), browser=browser_name(), awaits_second_step=owes)
    return Entered(found, owes_second_step=owes)


def _again(wrong: str, code: int) -> ResponseReturnValue:
    form = Form(email=request.form.get("email", ""), next=request.form.get("next", ""), wrong=wrong)
    return _shown(form, code)


def _step_shown(ways: second_factor.Ways, wrong: str = "", code: int = 200) -> Response:
    page = render_template("sign_in/second_step.html", ways=ways, wrong=wrong, next=_next())
    return make_response(page, code)


def _shown(form: Form, code: int = 200) -> Response:
    with runtime().db.reading() as session:
        single = single_sign_on.of(session)
    works = passkeys.work_at(runtime().config.host, urlsplit(request.host_url).hostname or "")
    return make_response(render_template("sign_in/show.html", form=form, single=single, passkeys_work=works), code)


def _next() -> str:
    return own_path(request.values.get("next", "/"))


def browser_name() -> str:
    """A coarse name, by which an agent knows the login again: no version, nothing to recognise anybody by."""
    words = request.user_agent.string
    names = {"Firefox": "Firefox", "Edg": "Edge", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac": "macOS"}
    name = next((word for part, word in names.items() if part in words), "?")
    return f"{name}, {next((word for part, word in systems.items() if part in words), 'Linux')}"
