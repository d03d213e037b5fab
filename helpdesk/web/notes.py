"""Notes: remarks among agents. They have a form, an address and tables of their own, and nothing here can send."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import notes
from helpdesk.desk.tickets import Empty
from helpdesk.models.message import Note
from helpdesk.models.ticket import Place, Ticket
from helpdesk.web import composer, tickets
from helpdesk.web.auth import agent, db
from helpdesk.web.composer import Typed
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.tickets import back_to, followed, handle, page

bp = Blueprint("notes", __name__)


@bp.post("/tickets/<int:number>/notes")
def create(number: int) -> ResponseReturnValue:
    ticket, text, key = handle(number), request.form.get("text", ""), request.form.get("key", "")
    try:
        if ticket.place is Place.MERGED and followed(ticket) is None:
            return _again(ticket, _("This ticket was merged into one that you may not open."))
        remark = notes.leave(db(), ticket, text, by=agent(), key=key, revision=composer.revision())
    except Empty:
        return _again(ticket, _("Write something first."))
    return back_to(remark.ticket_id)


@bp.get("/notes/<int:note_id>")
def show(note_id: int) -> ResponseReturnValue:
    """To where it stands, also after a merge."""
    return redirect(url_for("tickets.show", number=find(note_id).ticket_id) + f"#note-{note_id}")


def find(note_id: int) -> Note:
    """A note on a ticket that this agent may know of; for anybody else there is none."""
    note = db().get(Note, note_id)
    if note is None:
        raise NotVisible("note", note_id)
    tickets.find(note.ticket_id)
    return note


def _again(ticket: Ticket, wrong: str) -> ResponseReturnValue:
    return page(ticket, Typed("note", composer.typed(db(), by=agent()), wrong))
