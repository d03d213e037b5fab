"""Merging a ticket into another, and taking that back."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import merges
from helpdesk.privacy import audit
from helpdesk.privacy.access import AccessDenied
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, find, handle, other_named, page

bp = Blueprint("merges", __name__)


@bp.post("/tickets/<int:number>/merge")
def create(number: int) -> ResponseReturnValue:
    """Everything on this ticket goes onto the one that the form names."""
    ticket, other = handle(number), other_named(request.form.get("number", ""))
    wrong = _("Choose another ticket, one that is not merged, spam or in the trash.")
    if other is None:
        return page(ticket, wrong=beside("number", wrong))
    try:
        with db().begin_nested():
            merges.merge(db(), ticket, other, by=agent())
    except merges.NotToBeMerged:
        return page(ticket, wrong=beside("number", wrong))
    except AccessDenied as denied:
        if denied.object_id == ticket.id:
            raise
        audit.record(db(), "ticket.refused", by=agent(), on=("ticket", other.id), subject_id=other.customer_id)
        wrong = _("You can see #%(number)s, but not read it: its own page says how to.", number=other.number)
        return page(ticket, wrong=beside("number", wrong))
    return back_to(other.number)


@bp.post("/tickets/<int:number>/merge/undoing")
def undo(number: int) -> ResponseReturnValue:
    """What came from this ticket goes back to it."""
    ticket = handle(number)
    try:
        merges.undo(db(), ticket, by=agent())
    except merges.NotToBeUndone:
        return back_to(find(number).number)
    return back_to(number)
