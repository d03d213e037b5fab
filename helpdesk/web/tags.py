"""Tags, put on tickets and taken off again."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import tickets
from helpdesk.web.auth import agent, db
from helpdesk.web.tickets import back_to, handle

bp = Blueprint("tags", __name__)


@bp.post("/tickets/<int:number>/tags")
def add(number: int) -> ResponseReturnValue:
    if name := request.form.get("name", "").strip():
        tickets.tag(db(), handle(number), name, by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/tags/<int:tag_id>/removal")
def remove(number: int, tag_id: int) -> ResponseReturnValue:
    tickets.untag(db(), handle(number), tag_id, by=agent())
    return back_to(number)
