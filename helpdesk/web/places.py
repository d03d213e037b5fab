"""Where a ticket is: its team, its priority, its subject, on the desk or among spam and trash."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import places, tickets
from helpdesk.models.agent import Team
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Place, Priority
from helpdesk.privacy.access import AccessDenied
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.tickets import back_to, handle, left, page

bp = Blueprint("places", __name__)


@bp.post("/tickets/<int:number>/team")
def move(number: int) -> ResponseReturnValue:
    ticket = handle(number)
    team = db().get(Team, request.form.get("team", 0, type=whole)) or abort(400)
    places.move(db(), ticket, team, by=agent())
    return left(number, "moved")


@bp.post("/tickets/<int:number>/team/undoing")
def move_back(number: int) -> ResponseReturnValue:
    """Take one's own move back; of a ticket that is out of sight, nobody learns more than what they did to it."""
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", number)
    try:
        with db().begin_nested():
            places.move_back(db(), number, by=agent())
    except places.NotMoved:
        raise NotVisible("ticket", number) from None
    except (places.TooLate, AccessDenied):
        return left(number, "stays", _("It is too late to take the move back: whoever it is with can move it."))
    return back_to(number)


@bp.post("/tickets/<int:number>/place")
def put(number: int) -> ResponseReturnValue:
    ticket, place = handle(number), request.form.get("place", "")
    if place not in {Place.DESK, Place.SPAM, Place.TRASH}:
        abort(400)
    try:
        places.put(db(), ticket, Place(place), by=agent())
    except places.NotAPlace:
        abort(400)
    return back_to(number)


@bp.post("/tickets/<int:number>/subject")
def rename(number: int) -> ResponseReturnValue:
    ticket = handle(number)
    try:
        tickets.rename(db(), ticket, request.form.get("subject", ""), by=agent())
    except tickets.Empty:
        return page(ticket, wrong=_("A ticket needs a subject."))
    return back_to(number)


@bp.post("/tickets/<int:number>/priority")
def prioritise(number: int) -> ResponseReturnValue:
    ticket, priority = handle(number), request.form.get("priority", "")
    if priority not in set(Priority):
        abort(400)
    places.prioritise(db(), ticket, Priority(priority), by=agent())
    return back_to(number)
