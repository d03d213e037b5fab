"""Notes: remarks among agents. They have a form, an address and tables of their own, and nothing here can send."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import drafts, tickets
from helpdesk.models.ticket import Place
from helpdesk.web.auth import agent, db
from helpdesk.web.composer import Typed
from helpdesk.web.language import _
from helpdesk.web.tickets import back_to, followed, handle, page

bp = Blueprint("notes", __name__)


@bp.post("/tickets/<int:number>/notes")
def create(number: int) -> ResponseReturnValue:
    ticket, text = handle(number), request.form.get("text", "")
    if ticket.place is Place.MERGED and followed(ticket) is None:
        return page(ticket, Typed("note", text, _("This ticket was merged into one that you may not open.")))
    try:
        remark = tickets.note(db(), ticket, text, by=agent())
    except tickets.Empty:
        return page(ticket, Typed("note", text, _("Write something first.")))
    if (draft := drafts.of_key(db(), request.form.get("key", ""), by=agent())) is not None:
        drafts.discard(db(), draft)
    return back_to(remark.ticket_id)
