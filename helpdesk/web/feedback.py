"""Feedback: a public page without account, cookie or script, and the admin's switch for it."""

from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import contact_consents, feedback, records
from helpdesk.desk.contact_consents import ProvedTooLate
from helpdesk.desk.feedback import FeedbackForm, FormClosed, OurOwnAddress, Told
from helpdesk.desk.lengths import TooLong
from helpdesk.desk.tickets import Empty
from helpdesk.mail.address import AddressRefused
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.privacy import settings as kept
from helpdesk.web import settings
from helpdesk.web.auth import agent, asks_for_what_anybody_may, db, protected_by_its_address, public, runtime
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("feedback", __name__)


@bp.get("/feedback")
@public
def show() -> ResponseReturnValue:
    if not kept.of(db(), FeedbackForm).is_open:
        abort(404)
    return render_template("feedback/thanks.html" if "thanks" in request.args else "feedback/form.html", typed={})


@bp.post("/feedback")
@public
@asks_for_what_anybody_may
def leave() -> ResponseReturnValue:
    """Take it in; who fills in the field that nobody sees is thanked, and nothing is kept."""
    form, typed = kept.of(db(), FeedbackForm), request.form
    if not form.is_open:
        abort(404)
    if typed.get("website"):
        return redirect(url_for(".show", thanks=1), 303)
    told = Told(typed.get("text", ""), typed.get("email", ""), typed.get("name", ""), "may_contact" in typed)
    try:
        feedback.leave(db(), runtime().vault, form, told, place=request.remote_addr or "")
    except records.TooManyVisits:
        wrong = _("Much was sent from where you are within an hour. Nothing of this is lost: send it again later.")
        return _form(wrong, HTTPStatus.TOO_MANY_REQUESTS)
    except FormClosed:
        abort(404)
    except TooLong as error:
        return _form(too_long(error))
    except OurOwnAddress:
        return _form(beside("email", _("This is our own address. Please write yours.")))
    except (Empty, AddressRefused) as error:
        wrong = _("Please write something, and an email address that exists.")
        return _form(beside("text" if isinstance(error, Empty) else "email", wrong))
    return redirect(url_for(".show", thanks=1), 303)


@bp.get("/feedback/contact/<secret>")
@public
def contact(secret: str) -> ResponseReturnValue:
    return _contact(contact_consents.of_link(db(), secret))


@bp.post("/feedback/contact/<secret>")
@public
@protected_by_its_address
def answer(secret: str) -> ResponseReturnValue:
    """Agree to be written to, or take it back; a week later only the second is possible."""
    consent = contact_consents.of_link(db(), secret)
    if consent is None:
        return _contact(None)
    try:
        if request.form.get("answer") == "yes":
            contact_consents.prove(db(), consent)
        else:
            contact_consents.take_back(db(), consent)
    except ProvedTooLate:
        return _contact(consent)
    return redirect(url_for(".contact", secret=secret), 303)


@bp.get("/settings/feedback")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _settings()


@bp.post("/settings/feedback")
def choose() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    mailbox = db().get(Mailbox, request.form.get("mailbox", type=whole) or 0)
    is_open = "is_open" in request.form
    if is_open and mailbox is None:
        return _settings(beside("mailbox", _("Please choose whose team gets it.")))
    kept.change(db(), FeedbackForm(is_open=is_open, mailbox_id=mailbox.id if mailbox else 0), by=agent())
    return settings.saved(".index")


def _form(wrong: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY) -> ResponseReturnValue:
    return render_template("feedback/form.html", typed=request.form, wrong=wrong), status


def _contact(consent: ContactConsent | None) -> ResponseReturnValue:
    if consent is None:
        return render_template("feedback/contact.html", state="over"), 404
    if contact_consents.is_too_late(consent):
        return render_template("feedback/contact.html", state="late"), 404
    return render_template("feedback/contact.html", state="agreed" if consent.proved_at else "asked")


def _settings(wrong: str = "") -> ResponseReturnValue:
    mailboxes = db().execute(select(Mailbox.id, Mailbox.address).order_by(Mailbox.address)).all()
    return settings.page(
        "feedback/settings.html",
        "feedback.index",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        form=kept.of(db(), FeedbackForm),
        mailboxes=mailboxes,
        wrong=wrong,
    )
