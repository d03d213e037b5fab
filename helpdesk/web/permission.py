"""What the customer sees behind a mailed link: who wants to read, or has read; to allow, refuse, revoke. No login."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import permissions
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.privacy import grants, policy, record
from helpdesk.privacy.grants import GrantRefused
from helpdesk.web.auth import db, protected_by_its_address, public
from helpdesk.web.grants import hours_to_choose
from helpdesk.web.language import _, refusal
from helpdesk.web.numbers import whole
from helpdesk.web.words import purposes

bp = Blueprint("permission", __name__)


@bp.get("/permission/<secret>")
@public
def show(secret: str) -> ResponseReturnValue:
    grant = grants.of_link(db(), secret)
    return _gone() if grant is None else _page(grant)


@bp.post("/permission/<secret>")
@public
@protected_by_its_address
def answer(secret: str) -> ResponseReturnValue:
    grant = grants.of_link(db(), secret)
    if grant is None:
        return _gone()
    try:
        _decide(grant)
    except GrantRefused as refused:
        return _page(grant, wrong=refusal(refused))
    return redirect(url_for(".show", secret=secret), code=303)


def _decide(grant: AccessGrant) -> None:
    if request.form.get("answer") == "allow":
        hours = request.form.get("hours", type=whole)
        grants.allow_by_customer(db(), grant, minutes=hours * 60 if hours else None)
    elif request.form.get("answer") == "refuse":
        grants.refuse_by_customer(db(), grant)
    else:
        raise GrantRefused(_("Choose: allow it, or refuse it."))


def _page(grant: AccessGrant, wrong: str = "") -> ResponseReturnValue:
    shows_names = policy.current(db()).access.show_names_to_customers
    holder = permissions.holders(db(), [grant])[grant.agent_id]
    asked = max(1, round(grant.asked_minutes / 60))
    page = render_template(
        "permission/show.html",
        grant=grant,
        state=grants.state_now(grant),
        states=GrantState,
        who=holder.name if shows_names else _("A member of the staff"),
        reason=permissions.reasons(db(), [grant.id])[grant.id].reason,
        purpose=purposes()[grant.purpose],
        choices=hours_to_choose(grant),
        asked=asked,
        readings=record.readings_under(db(), grant),
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _gone() -> ResponseReturnValue:
    return render_template("permission/gone.html"), 404
