"""What is noted about a customer, beside their ticket: notes, and the organisation they write from."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.privacy import customer_notes
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("customer_notes", __name__)


@bp.post("/tickets/<int:number>/customer/notes")
def create(number: int) -> ResponseReturnValue:
    ticket = handle(number)
    try:
        customer_notes.note(db(), ticket, request.form.get("about", ""), by=agent())
    except customer_notes.Empty:
        wrong = _("Write a note of at most %(most)s signs.", most=customer_notes.LONGEST)
        return page(ticket, wrong=beside("about", wrong))
    except customer_notes.TooMany:
        return page(ticket, wrong=beside("about", _("So many notes nobody reads: remove one first.")))
    return back_to(number)


@bp.post("/tickets/<int:number>/customer/notes/<int:note_id>/removal")
def remove(number: int, note_id: int) -> ResponseReturnValue:
    customer_notes.remove(db(), handle(number), note_id, by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/customer/organisation")
def place(number: int) -> ResponseReturnValue:
    ticket = handle(number)
    try:
        customer_notes.place(db(), ticket, request.form.get("organisation", ""), by=agent())
    except customer_notes.Empty:
        wrong = _("That is too long for a name: at most %(most)s signs.", most=customer_notes.LONGEST_NAME)
        return page(ticket, wrong=beside("organisation", wrong))
    return back_to(number)
