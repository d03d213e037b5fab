"""The suggestion on a ticket, answered: its email joins the other ticket, or the two have nothing in common."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import suggestions
from helpdesk.web.auth import agent, db
from helpdesk.web.tickets import back_to, handle

bp = Blueprint("suggestions", __name__)


@bp.post("/tickets/<int:number>/suggestion")
def answer(number: int) -> ResponseReturnValue:
    ticket = handle(number)
    if request.form.get("answer") != "join":
        suggestions.decline(db(), ticket, by=agent())
        return back_to(number)
    try:
        return back_to(suggestions.join(db(), ticket, by=agent()).number)
    except suggestions.NotToBeJoined:
        return back_to(number)  # something came in between: the page shows it
