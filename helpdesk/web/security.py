"""How an agent signs in: the app that shows codes, passkeys, recovery codes, and where they are signed in."""

from urllib.parse import urlsplit

import segno
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import passkeys, second_factor, sign_in
from helpdesk.web import auth, frame, settings
from helpdesk.web.auth import agent, db, fresh, runtime, while_setting_up
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside

bp = Blueprint("security", __name__)


@bp.get("/settings/security")
@while_setting_up
def show() -> ResponseReturnValue:
    return page()


@bp.post("/settings/security/app")
@while_setting_up
def begin_app() -> ResponseReturnValue:
    """A secret for an app; it counts once the app's first code was typed in."""
    fresh()
    second_factor.begin_app(db(), runtime().vault, agent())
    return settings.back_to(".show")


@bp.post("/settings/security/app/code")
@while_setting_up
def confirm_app() -> ResponseReturnValue:
    fresh()
    had_one = second_factor.ways(db(), agent()).any
    if not second_factor.confirm_app(db(), runtime().vault, agent(), request.form.get("code", "")):
        wrong = _("This code does not fit. Type the one your app shows now; its clock must be right.")
        return page(beside("code", wrong))
    return settings.saved(".show") if had_one else codes_shown()


@bp.post("/settings/security/app/removal")
def remove_app() -> ResponseReturnValue:
    fresh()
    second_factor.remove_app(db(), agent(), by=agent())
    return settings.saved(".show")


@bp.post("/settings/security/codes")
def make_codes() -> ResponseReturnValue:
    fresh()
    if not second_factor.ways(db(), agent()).any:
        return page(_("Recovery codes are for those who have a second step."))
    return codes_shown()


@bp.post("/settings/security/logins/<int:login_id>/end")
def end_login(login_id: int) -> ResponseReturnValue:
    if not sign_in.end_one(db(), agent(), login_id):
        raise NotVisible("login", login_id)
    return settings.saved(".show")


@bp.post("/settings/security/logins/end")
def end_other_logins() -> ResponseReturnValue:
    sign_in.end_others(db(), auth.login())
    return settings.saved(".show")


def codes_shown() -> ResponseReturnValue:
    """A new sheet of codes, on screen this once."""
    codes = second_factor.new_codes(db(), runtime().vault, agent())
    return render_template(
        "security/codes.html",
        desk=frame.around(db(), agent(), "settings"),
        sections=settings.sections("security.show"),
        codes=codes,
    )


def page(wrong: str = "") -> ResponseReturnValue:
    pending = None
    if auth.login().is_fresh:
        pending = second_factor.pending_app(db(), runtime().vault, agent(), desk=runtime().config.desk.name)
    return settings.page(
        "security/show.html",
        "security.show",
        422 if wrong else 200,
        wrong=wrong,
        ways=second_factor.ways(db(), agent()),
        passkeys_work=passkeys.work_at(runtime().config.host, urlsplit(request.host_url).hostname or ""),
        address=runtime().config.desk.base_url,
        secret=" ".join(pending[0][at : at + 4] for at in range(0, 32, 4)) if pending else "",
        picture=segno.make(pending[1], error="m").svg_data_uri(scale=4, border=3, light="#fff") if pending else "",
        passkeys=passkeys.of(db(), agent()),
        logins=sign_in.logins_of(db(), agent()),
        current=auth.login(),
    )
