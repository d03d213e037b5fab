"""Roles: those every desk has, and the desk's own as sets of permissions with a scope."""

from collections.abc import Callable

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import roles
from helpdesk.desk.lengths import TooLong
from helpdesk.desk.roles import Powers
from helpdesk.models.role import OwnRole, Permission, Role, Scope
from helpdesk.web import as_seen, settings, words
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("roles", __name__)


@bp.get("/settings/roles")
def index() -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    return _page()


@bp.post("/settings/roles")
def create() -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    fresh()
    return _done(lambda: roles.make(db(), request.form.get("name", ""), _powers(), by=agent()))


@bp.post("/settings/roles/<int:role_id>")
def change(role_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    fresh()
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    role = _find(role_id)
    return _done(lambda: roles.change(db(), role, request.form.get("name", ""), _powers(), by=agent()))


@bp.post("/settings/roles/<int:role_id>/removal")
def remove(role_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    fresh()
    role = _find(role_id)
    return _done(lambda: roles.remove(db(), role, by=agent()))


def _done(step: Callable[[], object]) -> ResponseReturnValue:
    said = {
        roles.RoleNameless: _("A role needs a name."),
        roles.RoleKnown: _("There is another role of this name."),
        roles.RoleHeld: _("Somebody has this role: give them another one first."),
        roles.BeyondOwn: _("Nobody gives or takes what they may not do themselves, and nobody changes their own."),
    }
    try:
        with db().begin_nested():
            step()
    except TooLong as error:
        return _page(too_long(error))
    except tuple(said) as error:
        wrong = said[type(error)]
        is_name = isinstance(error, (roles.RoleNameless, roles.RoleKnown))
        return _page(beside("name", wrong) if is_name else wrong)
    return settings.saved(".index")


def _powers() -> Powers:
    """What a form asks for; words that are no permission or scope count for nothing."""
    scope = request.form.get("scope", "")
    chosen = [Permission(word) for word in request.form.getlist("permission") if word in set(Permission)]
    return Powers(frozenset(chosen), Scope(scope) if scope in set(Scope) else Scope.NONE)


def _find(role_id: int) -> OwnRole:
    role = db().get(OwnRole, role_id)
    if role is None:
        raise NotVisible("role", role_id)
    return role


def _page(wrong: str = "") -> ResponseReturnValue:
    return settings.page(
        "roles/index.html",
        "roles.index",
        422 if wrong else 200,
        built_in=[(role.value, roles.powers_of(role)) for role in Role if role is not Role.OWN],
        own=roles.of_the_desk(db()),
        permissions=words.permissions(),
        scopes=words.scopes(),
        wrong=wrong,
    )
