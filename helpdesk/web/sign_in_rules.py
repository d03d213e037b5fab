"""What the desk asks of those who sign in: a second step, and whether another provider may vouch for them."""

from dataclasses import replace

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import second_factor, single_sign_on
from helpdesk.desk.second_factor import SigningIn
from helpdesk.desk.single_sign_on import ProviderRefused, SingleSignOn
from helpdesk.egress import TRIAL, stating
from helpdesk.models.role import Permission
from helpdesk.privacy import settings as chosen
from helpdesk.web import auth, provider, settings
from helpdesk.web.auth import agent, db, fresh, runtime, without_database
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside

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


@bp.post("/settings/sign-in/single")
@without_database
def choose_provider() -> ResponseReturnValue:
    """The provider is asked for its own description before anything is kept."""
    auth.who_asks()
    settings.must(Permission.PEOPLE)
    fresh()
    with runtime().db.reading() as session:
        before = single_sign_on.of(session)
    try:
        wanted = _wanted(before)
        if wanted.is_on or wanted.discovery_url != before.discovery_url:
            with stating(TRIAL):
                wanted = single_sign_on.described(wanted, provider.fetch(wanted.discovery_url))
    except ProviderRefused as refused:
        empty = next(
            (name for name in ("name", "client_id") if not request.form.get(name, "").strip()), "discovery_url"
        )
        return _page_apart(beside(empty, _("This provider can't be used: %(why)s.", why=str(refused))))
    with auth.transaction() as session:
        settings.must(Permission.PEOPLE)
        chosen.change(session, wanted, by=agent())
    return settings.saved(".show")


def _wanted(before: SingleSignOn) -> SingleSignOn:
    """What the form says; a secret that was left empty stays, for the provider it was given for."""
    given = {name: request.form.get(name, "").strip()[:2000] for name in ("name", "discovery_url", "client_id")}
    if "is_on" not in request.form and not given["discovery_url"]:
        return SingleSignOn()
    if not single_sign_on.is_safe(given["discovery_url"]) or not given["client_id"] or not given["name"]:
        raise ProviderRefused(_("a name, an https:// address and a client number are needed"))
    secret, is_same = request.form.get("secret", ""), given["discovery_url"] == before.discovery_url
    if not secret and before.sealed_secret and not is_same:
        raise ProviderRefused(_("another address needs its secret typed again"))
    sealed = single_sign_on.sealed(runtime().vault, secret) if secret else before.sealed_secret
    return replace(before, **given, sealed_secret=sealed, is_on="is_on" in request.form)


def _page_apart(wrong: str) -> ResponseReturnValue:
    """The page for a view that has no session of its own."""
    with runtime().db.reading() as g.session:
        auth.let_in(db(), choose_provider)
        return _page(wrong)


def _page(wrong: str = "") -> ResponseReturnValue:
    return settings.page(
        "sign_in_rules/show.html",
        "sign_in_rules.show",
        422 if wrong else 200,
        wrong=wrong,
        given=request.form,
        who=chosen.of(db(), SigningIn).second_factor_for,
        whom={"nobody": _("Nobody has to"), "admins": _("Admins have to"), "everybody": _("Everybody has to")},
        single=single_sign_on.of(db()),
        return_url=runtime().config.desk.base_url.rstrip("/") + single_sign_on.RETURN_PATH,
    )
