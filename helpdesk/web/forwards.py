"""Whose letter a forwarded email is: decided on its ticket, and taken back there."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import forwards
from helpdesk.web.auth import agent, db
from helpdesk.web.tickets import back_to, handle

bp = Blueprint("forwards", __name__)


@bp.post("/tickets/<int:number>/forward")
def answer(number: int) -> ResponseReturnValue:
    steps = {"author": forwards.believe, "undo": forwards.undo}
    step = steps.get(request.form.get("answer", ""), forwards.decline)
    step(db(), handle(number), by=agent())
    return back_to(number)
