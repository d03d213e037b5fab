"""Followers of a ticket, and the names that a note can mention."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import followers, mentions
from helpdesk.web.auth import agent, db
from helpdesk.web.tickets import back_to, find

bp = Blueprint("followers", __name__)


@bp.post("/tickets/<int:number>/following")
def follow(number: int) -> ResponseReturnValue:
    """Follow a ticket, or stop."""
    verb = followers.unfollow if "undo" in request.form else followers.follow
    verb(db(), find(number), by=agent())
    return back_to(number)


@bp.get("/tickets/<int:number>/colleagues")
def offer(number: int) -> ResponseReturnValue:
    """Whom a note can mention, and who of them would have to ask first."""
    found = mentions.offered(db(), find(number), request.args.get("q", "")[:60], by=agent())
    return {"names": list(found.readers), "others": list(found.others)}
