"""What the desk asks of those who sign in: a second step."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import second_factor
from helpdesk.desk.second_factor import SigningIn
from helpdesk.models.role import Permission
from helpdesk.privacy import settings as chosen
from helpdesk.web import settings
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.language import _

bp = Blueprint("sign_in_rules", __name__)


@bp.get("/settings/sign-in")
def show() -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    return _page()


@bp.post("/settings/sign-in/second-step")
def require_second_step() -> ResponseReturnValue:
    """From the next click on: who has none sets one up first, nobody is locked out."""
    settings.must(Permission.PEOPLE)
    fresh()
    second_factor.require_for(db(), request.form.get("who", ""), by=agent())
    return settings.saved(".show")


def _page() -> ResponseReturnValue:
    return settings.page(
        "sign_in_rules/show.html",
        "sign_in_rules.show",
        who=chosen.of(db(), SigningIn).second_factor_for,
        whom={"nobody": _("Nobody has to"), "admins": _("Admins have to"), "everybody": _("Everybody has to")},
    )
