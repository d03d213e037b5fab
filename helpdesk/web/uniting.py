"""Two records that are one person: put beside each other from a ticket, and parted again."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import uniting
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("uniting", __name__)


@bp.post("/tickets/<int:number>/customer/uniting")
def unite(number: int) -> ResponseReturnValue:
    """The customer of this ticket is who has that address, too."""
    ticket = handle(number)
    try:
        uniting.unite(db(), ticket, request.form.get("address", "")[:254], by=agent())
    except uniting.NotToBeUnited:
        wrong = _("Nobody else has this address whose tickets you may read.")
        return page(ticket, wrong=beside("address", wrong))
    return back_to(number)


@bp.post("/tickets/<int:number>/customer/parting")
def part(number: int) -> ResponseReturnValue:
    ticket = handle(number)
    uniting.part(db(), ticket, request.form.get("other", 0, type=whole), by=agent())
    return back_to(number)
