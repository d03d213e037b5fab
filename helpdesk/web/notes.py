"""Notes: remarks among agents."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import tickets
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.shown import Draft
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("notes", __name__)


@bp.post("/tickets/<int:number>/notes")
def create(number: int) -> ResponseReturnValue:
    ticket, text = handle(number), request.form.get("text", "")
    try:
        tickets.note(db(), ticket, text, by=agent())
    except tickets.Empty:
        return page(ticket, Draft("note", text, _("Write something first.")))
    return back_to(number)
