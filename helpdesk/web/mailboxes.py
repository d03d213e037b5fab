"""Mailboxes in the settings: how they are, set up, changed, paused, and tried step by step."""

import json
from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk import clock
from helpdesk.desk import mailbox_setup, mailboxes, sent_copies, sizes, teams
from helpdesk.desk.health import LATE
from helpdesk.desk.lengths import TooLong
from helpdesk.egress import TRIAL, stating
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.probe import Side, Step, probe
from helpdesk.mail.trouble import MailTrouble
from helpdesk.models.agent import Team
from helpdesk.models.mailbox import AfterFetch, Mailbox, Security
from helpdesk.models.role import Permission
from helpdesk.storage.vault import SecretUnreadable
from helpdesk.web import as_seen, auth, mailbox_form, settings
from helpdesk.web.auth import agent, db, fresh, runtime, without_database
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.mailbox_form import FormWrong, Typed
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside, too_long
from helpdesk.web.told import told

bp = Blueprint("mailboxes", __name__)


@bp.get("/settings/mailboxes")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    rows = db().execute(select(Mailbox, Team.name).join(Team, Team.id == Mailbox.team_id).order_by(Mailbox.address))
    return settings.page("mailboxes/index.html", "mailboxes.index", rows=rows.all(), late=clock.now() - LATE)


@bp.get("/settings/mailboxes/new")
def new() -> ResponseReturnValue:
    """First the address, then a form with the servers it most often has."""
    settings.must(Permission.SETUP)
    fresh()
    address = request.args.get("address", "").strip()[:254]
    return _form(_begun(address) if "@" in address else None)


@bp.post("/settings/mailboxes")
def create() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    fresh()
    typed = _begun(request.form.get("address", ""))
    try:
        typed = mailbox_form.read()
        if "by_token" not in request.form:
            mailbox_form.require_passwords(typed)
        with db().begin_nested():
            mailbox = _added(typed)
            if by_token := "by_token" in request.form:
                mailboxes.await_token(db(), mailbox, by=agent())
    except _WRONG as error:
        return _form(typed, wrong=_words_of(error))
    if by_token:
        return redirect(url_for("mailbox_logins.show", mailbox_id=mailbox.id), code=303)
    return settings.saved(".index")


@bp.get("/settings/mailboxes/<int:mailbox_id>")
def show(mailbox_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    fresh()
    stored = _find(mailbox_id)
    return _form(mailbox_form.of(stored), stored)


@bp.post("/settings/mailboxes/<int:mailbox_id>")
def change(mailbox_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    fresh()
    stored = _find(mailbox_id)
    typed = mailbox_form.of(stored)
    if wrong := as_seen.changed(lambda: _form(mailbox_form.of(stored), stored)):
        return _form(mailbox_form.of(stored), stored, wrong=wrong)
    try:
        typed = mailbox_form.read(stored)
        with db().begin_nested():
            _changed(stored, typed)
    except _WRONG as error:
        return _form(typed, stored, wrong=_words_of(error))
    return settings.saved(".index")


@bp.post("/settings/mailboxes/<int:mailbox_id>/pause")
def pause(mailbox_id: int) -> ResponseReturnValue:
    """Or fetch again, with `undo`."""
    settings.must(Permission.SETUP)
    mailboxes.switch(db(), _find(mailbox_id), on="undo" in request.form, by=agent())
    return settings.saved(".index")


@bp.post("/settings/mailboxes/trial")
@without_database
def trial() -> ResponseReturnValue:
    """Try what the form says: nothing is kept or sent. With `live` each step is told when it is done."""
    who = auth.who_asks()
    if not who.agent.may(Permission.SETUP):
        raise NotVisible("mailbox", 0)
    fresh()
    try:
        steps = _steps()
    except _WRONG as error:
        steps = iter([Step(Side.INCOMING, "form", ok=False, detail=_words_of(error))])
    if "live" in request.args:
        return Response(stream_with_context(_told(steps)), mimetype="application/x-ndjson")
    return render_template("mailboxes/trial.html", steps=[_shown(step) for step in steps], breadth="broad")


_WRONG = (
    FormWrong, TooLong, mailboxes.AddressTaken, AddressRefused, mailboxes.SecretNeeded, MailTrouble, SecretUnreadable,
)  # fmt: skip


def _begun(address: str) -> Typed:
    """The form with the servers that an address most often has."""
    return Typed(mailbox_setup.offered(address.strip()[:254]), None, AfterFetch.NOTHING, None)


def _added(typed: Typed) -> Mailbox:
    setup = typed.setup
    mailbox = mailboxes.add(
        db(),
        runtime().vault,
        address=setup.address,
        name=setup.name,
        team=mailbox_form.team_of(db(), typed),
        imap=setup.imap,
        smtp=setup.smtp,
        folder=setup.folder,
        after_fetch=typed.after_fetch,
        move_to=typed.move_to,
        import_since=clock.now() - timedelta(days=setup.import_days) if setup.import_days else None,
        by=agent(),
    )
    mailboxes.limit(db(), mailbox, typed.most_per_minute, by=agent())
    sent_copies.choose(db(), mailbox, typed.sent_folder, by=agent())
    sizes.choose(db(), mailbox, typed.largest_mb, by=agent())
    return mailbox


def _changed(stored: Mailbox, typed: Typed) -> None:
    setup, team = typed.setup, mailbox_form.team_of(db(), typed)
    has_other_servers = (setup.imap, setup.smtp) != (mailboxes.incoming(stored), mailboxes.outgoing(stored))
    if has_other_servers:
        mailboxes.change(db(), runtime().vault, stored, imap=setup.imap, smtp=setup.smtp, by=agent())
    mailboxes.describe(
        db(),
        stored,
        name=setup.name,
        team=team,
        folder=setup.folder,
        after_fetch=typed.after_fetch,
        move_to=typed.move_to,
        by=agent(),
    )
    mailboxes.limit(db(), stored, typed.most_per_minute, by=agent())
    sent_copies.choose(db(), stored, typed.sent_folder, by=agent())
    sizes.choose(db(), stored, typed.largest_mb, by=agent())
    sent_copies.try_again(db(), stored)


def _steps() -> Iterator[Step]:
    mailbox_id = request.form.get("mailbox", type=whole)
    with runtime().db.reading() as session:
        stored = session.get(Mailbox, mailbox_id) if mailbox_id else None
    typed = mailbox_form.read(stored)
    incoming, outgoing = mailbox_form.accounts(typed, stored, runtime().vault)
    return _stated(probe(incoming, outgoing, typed.setup.address, copies_in=typed.sent_folder))


def _stated(steps: Iterator[Step]) -> Iterator[Step]:
    """What a trial connects to, an admin asked for: it is noted as that."""
    with stating(TRIAL):
        yield from steps


def _told(steps: Iterator[Step]) -> Iterator[str]:
    for step in steps:
        yield json.dumps(_shown(step)) + "\n"


def _shown(step: Step) -> dict[str, object]:
    sides = {Side.INCOMING: _("Fetching"), Side.OUTGOING: _("Sending")}
    names = {
        "name": _("name"), "port": _("port"), "encryption": _("encryption"), "login": _("login"),
        "folder": _("folder"), "copies": _("folder of sent mail"), "sending": _("sending"), "form": _("form"),
    }  # fmt: skip
    return {
        "what": f"{sides[step.side]}: {names[step.name]}",
        "ok": step.ok,
        "detail": told(step.detail),
        "fix": told(step.fix),
    }


def _words_of(error: Exception) -> str:
    if isinstance(error, TooLong):
        return too_long(error)
    said = {
        mailboxes.AddressTaken: _("There is a mailbox with this address already."),
        AddressRefused: _("This is not an email address."),
        mailboxes.SecretNeeded: _("Another server or encryption: type the password again."),
        SecretUnreadable: _("The stored password was sealed under another key file: type it again."),
    }
    fields = {
        mailboxes.AddressTaken: "address",
        AddressRefused: "address",
        mailboxes.SecretNeeded: "imap_password",
        SecretUnreadable: "imap_password",
    }
    field = error.field if isinstance(error, FormWrong) else fields.get(type(error), "imap_host")
    return beside(field, said.get(type(error), told(str(error))))


def _find(mailbox_id: int) -> Mailbox:
    found = db().get(Mailbox, mailbox_id)
    if found is None:
        raise NotVisible("mailbox", mailbox_id)
    return found


def _form(typed: Typed | None, stored: Mailbox | None = None, *, wrong: str = "") -> ResponseReturnValue:
    return settings.page(
        "mailboxes/form.html",
        "mailboxes.index",
        422 if wrong else 200,
        typed=typed,
        stored=stored,
        teams=[team for team, _members, _mailboxes in teams.everything(db())],
        securities=list(Security),
        most_mb=sizes.LARGEST,
        wrong=wrong,
    )
