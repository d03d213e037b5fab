"""The demo's sandbox: write to the desk as a fictional customer, and read what it answers. No other desk has it."""

import mimetypes

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import NotComposed, OutgoingAttachment
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Verdict
from helpdesk.mail.trouble import MailTrouble
from helpdesk.web import sandbox_mail
from helpdesk.web.auth import public, runtime, without_database
from helpdesk.web.errors import NotVisible
from helpdesk.web.inbox import is_partial
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sandbox_mail import VISITOR, Letter, Servers

bp = Blueprint("sandbox", __name__)


@bp.get("/sandbox")
@public
@without_database
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/sandbox/letters")
@public
@without_database
def send() -> ResponseReturnValue:
    """Send a letter: nothing is open on the database while the mail server is asked."""
    here, customers = _surroundings()
    customer = _chosen(customers)
    uid = request.form.get("answers", type=whole)
    try:
        answer = sandbox_mail.send(
            here,
            customer,
            to=_addressee(here),
            subject=request.form.get("subject", "").strip() or _("(no subject)"),
            text=request.form.get("text", ""),
            files=_files(),
            answers=uid,
        )
    except (MailTrouble, NotComposed, AddressRefused) as error:
        return _page(wrong=str(error), code=422)
    if answer.verdict is not Verdict.ACCEPTED:
        return _page(wrong=answer.text, code=422)
    return redirect(url_for(".show", customer=customer.email, sent=1), code=303)


def _page(*, wrong: str = "", code: int = 200) -> ResponseReturnValue:
    here, customers = _surroundings()
    customer = _chosen(customers)
    letters, trouble = _inbox(here, customer)
    seen = request.args.get("seen", 0, type=whole)
    if is_partial():
        letters = [letter for letter in letters if letter.uid > seen]
        if not letters:
            return "", 204
    shown = render_template(
        "sandbox/letters.html" if is_partial() else "sandbox/show.html",
        customers=customers,
        customer=customer,
        mailboxes=here.addresses,
        letters=letters,
        seen=seen,
        trouble=trouble,
        wrong=wrong,
        sent=request.args.get("sent"),
        form=request.form,
    )
    return make_response(shown, code)


def _surroundings() -> tuple[Servers, list[Address]]:
    """The sandbox's mail server and the people to be; read in one short session."""
    here = runtime()
    with here.db.reading() as session:
        servers = sandbox_mail.servers(session, here.vault)
        customers = sandbox_mail.customers(session)
    if servers is None:
        raise NotVisible("sandbox", 0)
    return servers, customers


def _chosen(customers: list[Address]) -> Address:
    """The customer to be; only fictional ones can be chosen."""
    email = request.values.get("customer", "").strip().lower()
    return next((one for one in customers if one.email == email), VISITOR)


def _addressee(here: Servers) -> str:
    ours = [address for address, _name in here.addresses]
    wanted = request.form.get("to", "")
    return wanted if wanted in ours else ours[0]


def _inbox(here: Servers, customer: Address) -> tuple[list[Letter], str]:
    try:
        return sandbox_mail.inbox(here, customer.email), ""
    except MailTrouble as error:
        return [], str(error)


def _files() -> list[OutgoingAttachment]:
    return [
        OutgoingAttachment(
            name=file.filename or "",
            media_type=mimetypes.guess_type(file.filename or "")[0] or "application/octet-stream",
            payload=file.read(),
        )
        for file in request.files.getlist("files")
        if file.filename
    ]
