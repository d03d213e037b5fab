"""Answers that did not arrive: tried again, or sent to a corrected address."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import undelivered
from helpdesk.mail.address import AddressRefused
from helpdesk.models.outbound_email import Delivery
from helpdesk.models.ticket import Ticket
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("deliveries", __name__)


@bp.post("/tickets/<int:number>/deliveries/<int:delivery_id>/attempts")
def retry(number: int, delivery_id: int) -> ResponseReturnValue:
    ticket = handle(number)
    try:
        undelivered.try_again(db(), ticket, _find(ticket, delivery_id), by=agent())
    except undelivered.NotLost:
        return back_to(number)
    return back_to(number)


@bp.post("/tickets/<int:number>/deliveries/<int:delivery_id>/address")
def correct(number: int, delivery_id: int) -> ResponseReturnValue:
    ticket = handle(number)
    try:
        undelivered.send_to(db(), ticket, _find(ticket, delivery_id), request.form.get("email", ""), by=agent())
    except AddressRefused:
        return page(ticket, wrong=beside("email", _("It can't be sent to this address.")))
    except undelivered.NotLost:
        return back_to(number)
    return back_to(number)


def _find(ticket: Ticket, delivery_id: int) -> Delivery:
    row = undelivered.find(db(), ticket, delivery_id)
    if row is None:
        raise NotVisible("ticket", ticket.id)
    return row
