"""Outreach: a new email to somebody, which begins a ticket."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import composing, outreach, replies, sendings, signatures, tickets, variables
from helpdesk.desk.variables import VariableUnknown
from helpdesk.mail import writing
from helpdesk.mail.address import AddressRefused
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.web import frame, recipients
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.replies import files, why_not

bp = Blueprint("outreach", __name__)


@bp.get("/tickets/new")
def new() -> ResponseReturnValue:
    return _page()


@bp.post("/tickets")
def create() -> ResponseReturnValue:
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", 0)
    try:
        with db().begin_nested():
            ticket = _write_down() if "heard" in request.form else _start()
    except (tickets.Empty, replies.NobodyToWriteTo, replies.TooMuch, AddressRefused, VariableUnknown) as error:
        return _page(why_not(error))
    except _NoFiles:
        return _page(_("A note takes no files: send an email, or leave them out."))
    except outreach.NotTheirMailbox:
        raise NotVisible("mailbox", request.form.get("mailbox", 0, type=whole)) from None
    return redirect(url_for("tickets.show", number=ticket.number), code=303)


def _write_down() -> Ticket:
    """What somebody said, as a note; nothing is sent."""
    form, html = request.form, writing.clean(request.form.get("html", ""), {})
    if files():
        raise _NoFiles
    text = writing.as_text(html) if writing.is_formatted(html) else form.get("text", "")
    to = recipients.read(form.get("to", ""))
    return outreach.write_down(db(), _mailbox(), to, form.get("subject", ""), text, by=agent())


class _NoFiles(Exception):
    """A note can't hold any."""


def _mailbox() -> Mailbox:
    mailbox = db().get(Mailbox, request.form.get("mailbox", 0, type=whole))
    if mailbox is None:
        raise outreach.NotTheirMailbox("choose a mailbox")
    return mailbox


def _start() -> Ticket:
    form, mailbox = request.form, _mailbox()
    variables.insist(form.get("text", ""))
    html = writing.clean(form.get("html", ""), {})
    html = html if writing.is_formatted(html) else ""
    signature = signatures.under(db(), mailbox, by=agent())
    return sendings.start(
        db(),
        mailbox,
        recipients.read(form.get("to", "")),
        form.get("subject", ""),
        writing.as_text(html) if html else form.get("text", ""),
        by=agent(),
        cc=recipients.read(form.get("cc", "")),
        bcc=recipients.read(form.get("bcc", "")),
        files=files(),
        html=html or None,
        below=f"-- \n{signature}" if signature else "",
    )


def _page(wrong: str = "") -> ResponseReturnValue:
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", 0)
    page = render_template(
        "outreach/new.html",
        desk=frame.around(db(), agent(), "new"),
        mailboxes=outreach.mailboxes(db(), by=agent()),
        typed=request.form,
        asked=request.args,
        limit=replies.MOST_BYTES,
        undo=composing.of_agent(db(), agent()).undo_seconds,
        wrong=wrong,
    )
    return page, 422 if wrong else 200
