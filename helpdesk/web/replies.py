"""Replies: what an agent writes to a customer."""

import mimetypes

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import replies, tickets
from helpdesk.mail.address import AddressRefused
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.web import notes
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.shown import Draft
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("replies", __name__)


@bp.post("/tickets/<int:number>/replies")
def create(number: int) -> ResponseReturnValue:
    """Send a reply. The composer's one form sends its notes here too, and says so."""
    if request.form.get("kind") == "note":
        return notes.create(number)
    ticket, text = handle(number), request.form.get("text", "")
    try:
        with db().begin_nested():
            replies.reply(db(), ticket, text, by=agent(), files=_files())
    except (tickets.Empty, replies.NobodyToWriteTo, replies.TooMuch, AddressRefused) as error:
        return page(ticket, Draft("reply", text, _why_not(error)))
    if request.form.get("then") == "close":
        tickets.close(db(), ticket, by=agent())
    return back_to(number)


def _files() -> list[OutgoingAttachment]:
    return [
        OutgoingAttachment(
            name=file.filename or _("unnamed file"),
            media_type=mimetypes.guess_type(file.filename or "")[0] or "application/octet-stream",
            payload=file.read(),
        )
        for file in request.files.getlist("files")
        if file.filename
    ]


def _why_not(error: Exception) -> str:
    if isinstance(error, tickets.Empty):
        return _("Write something first.")
    if isinstance(error, replies.TooMuch):
        return _("The files are too large together for one email (18 MB), or there are too many recipients.")
    if isinstance(error, replies.NobodyToWriteTo):
        return _("There is nobody to write to on this ticket but ourselves.")
    return _("One of the addresses can't be written to.")
