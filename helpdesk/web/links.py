"""Links between tickets, and a message that becomes a ticket of its own."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import links, merges
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.web import messages
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, find, handle, other_named, page

bp = Blueprint("links", __name__)


@bp.post("/tickets/<int:number>/links")
def create(number: int) -> ResponseReturnValue:
    ticket, other = handle(number), other_named(request.form.get("number", ""))
    if other is None or other.id == ticket.id:
        return page(ticket, wrong=beside("number", _("Write the number of another ticket.")))
    links.link(db(), ticket, other, by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/links/<int:other>/removal")
def remove(number: int, other: int) -> ResponseReturnValue:
    links.unlink(db(), handle(number), find(other), by=agent())
    return back_to(number)


@bp.post("/messages/<int:message_id>/split")
def split(message_id: int) -> ResponseReturnValue:
    """This message becomes a ticket of its own."""
    message = messages.find(message_id)
    ticket = db().get_one(Ticket, message.ticket_id)
    if not agent().may(Permission.HANDLE):
        raise NotVisible("message", message_id)
    try:
        return back_to(links.split(db(), ticket, message, by=agent()).number)
    except links.NotToBeSplit:
        return page(find(ticket.id), wrong=_("The last message of a ticket can't be split off."))


@bp.post("/tickets/<int:number>/split/undoing")
def rejoin(number: int) -> ResponseReturnValue:
    """What one has just split off is put back."""
    ticket = handle(number)
    try:
        with db().begin_nested():
            on = links.rejoin(db(), ticket, by=agent())
    except (links.TooLate, merges.NotToBeMerged):
        return page(ticket, wrong=_("It is too late to take that back, or somebody went on from it."))
    return back_to(on.number)
