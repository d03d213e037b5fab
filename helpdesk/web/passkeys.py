"""Passkeys: made and removed in the settings; signed in with, and confirmed with, by the browser's answer."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import challenges, passkeys, second_factor, sign_in
from helpdesk.models.agent import Agent
from helpdesk.models.sign_in import ChallengeKind
from helpdesk.web import auth, confirmation, security, settings
from helpdesk.web.auth import agent, browser, db, fresh, own_path, public, runtime, while_setting_up
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sign_in import browser_name

bp = Blueprint("passkeys", __name__)


@bp.post("/passkeys/challenge")
@public
def challenge() -> ResponseReturnValue:
    """What a passkey is to answer: one of who is signed in or half-way in, else any."""
    who = sign_in.half_way(db(), browser().secret) or g.login
    made = challenges.make(db(), ChallengeKind.PASSKEY, browser().secret)
    return _json(passkeys.options_to_use(db(), place(), who.agent if who else None, made))


@bp.post("/passkeys/sign-in")
@public
def sign_in_with() -> ResponseReturnValue:
    """Sign in, or take the second step; a passkey is both steps at once."""
    half, where = sign_in.half_way(db(), browser().secret), own_path(request.form.get("next", "/"))
    found = _answered()
    if found is None or (half is not None and half.agent.id != found.id):
        return redirect(url_for("sign_in.show", next=where, said="passkey"), code=303)
    if half is not None:
        sign_in.finish(db(), half, browser().renew(), how="passkey")
    else:
        sign_in.start(db(), found, browser().renew(), browser=browser_name())
    return redirect(where, code=303)


@bp.post("/passkeys/confirmation")
@while_setting_up
def confirm() -> ResponseReturnValue:
    found = _answered()
    if found is None or found.id != agent().id:
        return confirmation.again(_("The passkey did not work. Try again, or take another way."))
    sign_in.confirm(db(), auth.login(), how="passkey")
    return confirmation.go_on(confirmation.meant())


@bp.post("/settings/security/passkeys/challenge")
@while_setting_up
def challenge_to_add() -> ResponseReturnValue:
    fresh()
    made = challenges.make(db(), ChallengeKind.ADD_PASSKEY, browser().secret)
    return _json(passkeys.options_to_add(db(), runtime().vault, place(), agent(), made))


@bp.post("/settings/security/passkeys")
@while_setting_up
def add() -> ResponseReturnValue:
    fresh()
    had_one = second_factor.ways(db(), agent()).any
    made = challenges.take(db(), ChallengeKind.ADD_PASSKEY, browser().secret)
    try:
        passkeys.add(
            db(), place(), agent(), made, request.form.get("credential", ""), name=request.form.get("name", "")
        )
    except passkeys.PasskeyRefused:
        return security.page(_("No passkey was made. Try again."))
    return settings.saved("security.show") if had_one else security.codes_shown()


@bp.post("/settings/security/passkeys/<int:passkey_id>/name")
def rename(passkey_id: int) -> ResponseReturnValue:
    if not passkeys.rename(db(), agent(), passkey_id, request.form.get("name", "")):
        raise NotVisible("passkey", passkey_id)
    return settings.saved("security.show")


@bp.post("/settings/security/passkeys/<int:passkey_id>/removal")
def remove(passkey_id: int) -> ResponseReturnValue:
    fresh()
    if not passkeys.remove(db(), agent(), passkey_id):
        raise NotVisible("passkey", passkey_id)
    return settings.saved("security.show")


def place() -> passkeys.Place:
    """This desk, as its own address names it; the host a page was asked at is one that we answer to."""
    config = runtime().config
    address = urlsplit(config.desk.base_url)
    own = f"{address.scheme}://{address.netloc}"
    return passkeys.Place(config.host, config.desk.name, tuple({own, request.host_url.rstrip("/")}))


def _answered() -> Agent | None:
    """The agent whose passkey answered this browser's challenge."""
    made = challenges.take(db(), ChallengeKind.PASSKEY, browser().secret)
    try:
        return passkeys.check(db(), place(), made, request.form.get("credential", "")) if made else None
    except passkeys.PasskeyRefused:
        return None


def _json(options: str) -> Response:
    return Response(options, mimetype="application/json")
