"""Logins by token: an admin connects a mailbox with Microsoft, Google or another, and sees each step tried."""

from datetime import UTC, date, datetime, time

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import mailbox_tokens
from helpdesk.desk.mailbox_tokens import LoginUnknown, Registration, RegistrationRefused
from helpdesk.mail import oauth
from helpdesk.mail.oauth import PROVIDERS, ConsentRefused
from helpdesk.mail.probe import Side, Step
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.mailbox_token import MailboxToken
from helpdesk.models.role import Permission
from helpdesk.web import settings
from helpdesk.web.auth import agent, db, fresh, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside
from helpdesk.web.told import told

bp = Blueprint("mailbox_logins", __name__)

_MOST_LOOKS = 20  # by the page itself, one in three seconds: then it is left open, and keeps nobody signed in


@bp.get("/settings/mailbox-logins")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    rows = db().execute(
        select(Mailbox, MailboxToken)
        .outerjoin(MailboxToken, MailboxToken.mailbox_id == Mailbox.id)
        .where(Mailbox.is_active)
        .order_by(Mailbox.address)
    )
    return settings.page("mailbox_logins/index.html", "mailbox_logins.index", rows=rows.all())


@bp.get("/settings/mailbox-logins/<int:mailbox_id>")
def show(mailbox_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _page(_mailbox(mailbox_id))


@bp.post("/settings/mailbox-logins/<int:mailbox_id>")
def begin(mailbox_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    fresh()
    mailbox, here = _mailbox(mailbox_id), runtime()
    try:
        url = mailbox_tokens.begin(
            db(), here.vault, mailbox, _registration(), base_url=here.config.desk.base_url, by=agent()
        )
    except (RegistrationRefused, MailTrouble, ValueError) as error:
        return _page(
            mailbox, beside("provider" if not request.form.get("provider") else "client_id", told(str(error)))
        )
    return settings.page(
        "mailbox_logins/consent.html", "mailbox_logins.index", mailbox=mailbox, consent=url,
        redirect_uri=mailbox_tokens.redirect_uri(here.config.desk.base_url),
    )  # fmt: skip


@bp.get("/settings/mailbox-logins/callback")
def callback() -> ResponseReturnValue:
    """Where the provider sends the browser back to: nothing changes until the admin says so."""
    settings.must(Permission.SETUP)
    state, code = request.args.get("state", ""), request.args.get("code", "")
    said = request.args.get("error_description") or request.args.get("error", "")
    try:
        mailbox = _mailbox(mailbox_tokens.begun(db(), state).mailbox_id)
    except LoginUnknown:
        return settings.page("mailbox_logins/callback.html", "mailbox_logins.index", 404, mailbox=None, wrong="")
    wrong = _("The provider says: %(words)s", words=said[:300]) if said or not code else ""
    fix = oauth.fix_for(ConsentRefused(request.args.get("error", ""), said)) if wrong else ""
    status = 422 if wrong else 200
    return settings.page(
        "mailbox_logins/callback.html",
        "mailbox_logins.index",
        status,
        mailbox=mailbox,
        state=state,
        code=code,
        wrong=wrong,
        fix=fix,
    )


@bp.post("/settings/mailbox-logins/callback")
def come_back() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    try:
        mailbox_id = mailbox_tokens.come_back(
            db(), runtime().vault, request.form.get("state", ""), request.form.get("code", ""), by=agent()
        )
    except LoginUnknown:
        return settings.page("mailbox_logins/callback.html", "mailbox_logins.index", 404, mailbox=None, wrong="")
    return redirect(url_for(".show", mailbox_id=mailbox_id, waits=1), code=303)


def _registration() -> Registration:
    form = request.form
    ends = form.get("secret_ends_at", "").strip()
    return Registration(
        provider=form.get("provider", ""),
        client_id=form.get("client_id", "")[:300],
        client_secret=form.get("client_secret", "")[:1000],
        tenant=form.get("tenant", "")[:200],
        authorize_url=form.get("authorize_url", "")[:500],
        token_url=form.get("token_url", "")[:500],
        scope=form.get("scope", "")[:1000],
        secret_ends_at=datetime.combine(date.fromisoformat(ends), time(), UTC) if ends else None,
    )


def _page(mailbox: Mailbox, wrong: str = "") -> ResponseReturnValue:
    token = db().get(MailboxToken, mailbox.id)
    chosen = (
        token.provider
        if token
        else next((one.key for one in PROVIDERS.values() if one.imap[0] == mailbox.imap_host), "")
    )
    return settings.page(
        "mailbox_logins/show.html",
        "mailbox_logins.index",
        422 if wrong else 200,
        wrong=wrong,
        mailbox=mailbox,
        token=token,
        steps=[(step, _names(step)) for step in mailbox_tokens.trial(token)] if token else [],
        waits=bool(token and token.code) or ("waits" in request.args and not (token and token.tried_at)),
        looks=request.args.get("waits", 0, type=whole) + 1,
        most_looks=_MOST_LOOKS,
        providers=PROVIDERS.values(),
        chosen=chosen,
        redirect_uri=mailbox_tokens.redirect_uri(runtime().config.desk.base_url),
    )


def _names(step: Step) -> str:
    """What was tried, as a reader calls it."""
    side = {Side.INCOMING: _("Incoming mail"), Side.OUTGOING: _("Outgoing mail")}.get(Side(step.side), _("Provider"))
    name = {
        "name": _("name of the server"),
        "port": _("port"),
        "encryption": _("encryption"),
        "login": _("login"),
        "folder": _("folder"),
        "sending": _("sending"),
        "token": _("token"),
    }
    return f"{side}: {name[step.name]}"


def _mailbox(mailbox_id: int) -> Mailbox:
    mailbox = db().get(Mailbox, mailbox_id)
    if mailbox is None:
        raise NotVisible("mailbox", mailbox_id)
    return mailbox
