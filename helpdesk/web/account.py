"""An agent's own account: name, language, look and password."""

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import agents, passwords, sign_in
from helpdesk.desk.lengths import TooLong
from helpdesk.models.agent import Agent
from helpdesk.web import auth, settings
from helpdesk.web.auth import agent, browser, db, runtime, without_database
from helpdesk.web.language import LANGUAGES, _
from helpdesk.web.sent_back import beside, too_long
from helpdesk.web.sign_in import THEMES, browser_name

bp = Blueprint("account", __name__)


@bp.get("/settings/account")
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/settings/account")
def change() -> ResponseReturnValue:
    name, language, theme = (request.form.get(key, "") for key in ("name", "language", "theme"))
    try:
        agents.rename(db(), agent(), name, by=agent())
    except agents.Nameless:
        return _page(beside("name", _("Colleagues and customers need a name to call you by.")))
    except TooLong as error:
        return _page(too_long(error))
    agent().language = language if language in LANGUAGES else None
    agent().theme = theme if theme in THEMES else "system"
    return settings.saved(".show")


@bp.post("/settings/account/password")
@without_database
def change_password() -> ResponseReturnValue:
    """Every other login ends; the old password is checked outside of any transaction."""
    who, here = auth.who_asks(), runtime()
    keys = sign_in.brakes(here.vault, who.agent.email, request.remote_addr or "")
    try:
        with here.db.reading() as session:
            sign_in.require_patience(session, keys)
    except sign_in.TooManyAttempts:
        return _page_apart(_("Too many attempts. Wait a few minutes, then try again."))
    if not passwords.matches(who.agent.password_hash, request.form.get("current", "")):
        with here.db.transaction() as session:
            sign_in.count_failure(session, keys, who.agent)
        return _page_apart(beside("current", _("The password you have now is another one.")))
    if request.form.get("password", "") != request.form.get("again"):
        return _page_apart(beside("again", _("The two are not the same.")))
    return _password_set(request.form["password"], who.agent.id)


def _password_set(password: str, agent_id: int) -> ResponseReturnValue:
    try:
        with auth.transaction() as session:
            one = session.get_one(Agent, agent_id)
            agents.set_password(session, one, password, by=one)
            sign_in.start(session, one, browser().renew(), browser=browser_name())
    except agents.PasswordWeak:
        wrong = _("Take a longer one: at least 12 characters, a few words that nobody would guess.")
        return _page_apart(beside("password", wrong))
    return settings.saved(".show")


def _page_apart(wrong: str) -> ResponseReturnValue:
    """The page for a view that has no session of its own."""
    with runtime().db.reading() as g.session:
        auth.let_in(db(), change_password)
        return _page(wrong)


def _page(wrong: str = "") -> ResponseReturnValue:
    return settings.page(
        "account/show.html", "account.show", 422 if wrong else 200, wrong=wrong, languages=LANGUAGES, themes=_themes()
    )


def _themes() -> dict[str, str]:
    return {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
