"""Blacking out words of a message: what would go is counted first, and goes once somebody says that they are sure."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import redactions
from helpdesk.desk.redactions import NotRedacted, Places, Wanted
from helpdesk.models.message import Message
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access
from helpdesk.web import frame, messages
from helpdesk.web.auth import agent, db, fresh
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, refusal
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("redactions", __name__)


@bp.get("/messages/<int:message_id>/redaction")
def show(message_id: int) -> ResponseReturnValue:
    message = _find(message_id)
    fresh()
    return _page(message)


@bp.post("/messages/<int:message_id>/redaction")
def create(message_id: int) -> ResponseReturnValue:
    """Counted first; done once it comes again with the word that it is meant."""
    message = _find(message_id)
    fresh()
    wanted = _wanted()
    try:
        with db().begin_nested():
            found = redactions.look(db(), message, wanted, by=agent())
            if "sure" not in request.form:
                return _page(message, found=found)
            redactions.redact(db(), message, wanted, by=agent())
    except NotRedacted as refused:
        return _page(message, wrong=beside("words", refusal(refused)))
    return redirect(f"/tickets/{message.ticket_id}#message-{message_id}", code=303)


def _wanted() -> Wanted:
    words = request.form.get("words", "")
    return Wanted(words, request.form.get("what") == "whole", request.form.getlist("files", type=whole))


def _page(message: Message, *, found: Places | None = None, wrong: str = "") -> ResponseReturnValue:
    names = access.read(db(), db().get_one(Ticket, message.ticket_id), by=agent()).attachment_names
    page = render_template(
        "redactions/show.html",
        desk=frame.around(db(), agent(), "inbox"),
        message=message,
        text=access.read(db(), message, by=agent()).text,
        files=[(row, names.get(row.id) or _("unnamed file")) for row in redactions.files(db(), message)],
        found=found,
        wanted=_wanted(),
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _find(message_id: int) -> Message:
    message = messages.find(message_id)
    if not redactions.may(db(), db().get_one(Ticket, message.ticket_id), by=agent()):
        raise NotVisible("message", message_id)
    return message
