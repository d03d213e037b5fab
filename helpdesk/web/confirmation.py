"""Proving once more to be there, before what weighs: asked for, checked, and then what was meant goes on."""

from dataclasses import dataclass, field
from typing import Final

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from helpdesk.desk import passwords, second_factor, sign_in, single_sign_on
from helpdesk.desk.sign_in import Login
from helpdesk.models.agent import Agent
from helpdesk.web import auth
from helpdesk.web.auth import own_path, runtime, while_setting_up, without_database
from helpdesk.web.language import _

bp = Blueprint("confirmation", __name__)

_KEPT: Final = "kept."
_NOT_KEPT: Final = ("csrf_token", "password", "secret", "again", "code")


@dataclass(frozen=True, slots=True)
class Meant:
    """What waits for the proof: a page to see, or a form to send."""

    path: str
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    is_form: bool = False


def ask(_error: auth.ConfirmationNeeded) -> Response:
    """To a page: by way of the question. To a form: the question at once, with what was typed kept in it."""
    if request.method == "GET" or request.headers.get("HX-Request"):
        return auth.go_by_way_of("confirmation.show")
    return _shown(sent(), code=401)


def ask_to_set_up(_error: auth.SetUpNeeded) -> Response:
    return auth.go_by_way_of("security.show")


@bp.get("/confirmation")
@while_setting_up
def show() -> ResponseReturnValue:
    waits = Meant(own_path(request.args.get("next", "/")))
    if auth.login().is_fresh:
        return redirect(waits.path)
    return _shown(waits)


@bp.post("/confirmation")
@while_setting_up
@without_database
def create() -> ResponseReturnValue:
    """Check a password or a code outside of any transaction, as signing in does."""
    who = auth.who_asks()
    waits = meant()
    try:
        how = _proved(who)
    except sign_in.TooManyAttempts:
        return _shown(waits, _("Too many attempts. Wait a few minutes, then try again."), 429)
    if how is None:
        return _shown(waits, _("That is not right."), 401)
    return go_on(waits)


def go_on(waits: Meant) -> ResponseReturnValue:
    """To the page; or a page whose one button sends the form that was kept."""
    if not waits.is_form:
        return redirect(waits.path, code=303)
    return render_template("confirmation/go_on.html", meant=waits)


def again(wrong: str) -> ResponseReturnValue:
    """Ask once more, for the same."""
    return _shown(meant(), wrong, 401)


def meant() -> Meant:
    kept = request.form.items(multi=True)
    fields = tuple((name.removeprefix(_KEPT), text) for name, text in kept if name.startswith(_KEPT))
    return Meant(own_path(request.form.get("next", "/")), fields, is_form="is_form" in request.form)


def _proved(who: Login) -> str | None:
    """How the agent proved to be there, written down; None when they did not. Raises TooManyAttempts."""
    here = runtime()
    keys = sign_in.brakes(here.vault, who.agent.email, request.remote_addr or "")
    with here.db.reading() as session:
        sign_in.require_patience(session, keys)
        password_hash = who.agent.password_hash
    password, code = request.form.get("password", ""), request.form.get("code", "")
    is_password = bool(password) and passwords.matches(password_hash, password)
    with auth.transaction() as session:
        how = "password" if is_password else second_factor.accept(session, here.vault, who.agent, code)
        if how is None:
            sign_in.count_failure(session, keys, who.agent)
            return None
        sign_in.forgive(session, keys)
        sign_in.confirm(session, who, how=how)
    return how


def sent() -> Meant:
    """The form that was sent, without what may not be shown again."""
    given = request.form.items(multi=True)
    typed = tuple((name, text) for name, text in given if not any(word in name for word in _NOT_KEPT))
    return Meant(request.path, typed, is_form=True)


def _shown(waits: Meant, wrong: str = "", code: int = 200) -> Response:
    """The question; the agent is looked up anew, since a row is dead after the rollback of what was refused."""
    with runtime().db.reading() as session:
        who = session.get_one(Agent, g.agent_id)
        ways = second_factor.ways(session, who)
        back = own_path(request.referrer or "/")
        single = single_sign_on.of(session)
        shown = render_template(
            "confirmation/show.html", meant=waits, who=who, ways=ways, single=single, wrong=wrong, back=back
        )
    return make_response(shown, code)
