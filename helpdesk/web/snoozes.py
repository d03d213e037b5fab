"""Putting a ticket aside: until a moment, until they answer, or whichever comes first; and getting it back."""

from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import snooze, tickets
from helpdesk.desk.snooze import NotToBeSnoozed
from helpdesk.web.auth import agent, db
from helpdesk.web.composer import zone
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("snoozes", __name__)


@bp.post("/tickets/<int:number>/snooze")
def create(number: int) -> ResponseReturnValue:
    """Put it aside; why is a note, where something is said."""
    ticket, why = handle(number), request.form.get("why", "").strip()
    on_reply = "on_reply" in request.form or request.form.get("until") == "reply"
    try:
        snooze.snooze(db(), ticket, until=_until(), on_reply=on_reply, by=agent())
    except NotToBeSnoozed:
        wrong = _("Choose a moment within a year, or to be woken by an answer.")
        return page(ticket, wrong=beside("until_at", wrong))
    if why:
        snooze.explain(db(), ticket, tickets.note(db(), ticket, why, by=agent()))
    return back_to(number)


@bp.post("/tickets/<int:number>/waking")
def wake(number: int) -> ResponseReturnValue:
    snooze.wake(db(), handle(number), by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/waiting")
def wait(number: int) -> ResponseReturnValue:
    """The customer must act."""
    tickets.wait(db(), handle(number), by=agent())
    return back_to(number)


def _until() -> datetime | None:
    """The moment of a button, or of the field beside it, in the desk's zone. Raises NotToBeSnoozed."""
    typed = request.form.get("until", "")
    typed = request.form.get("until_at", "") if typed == "chosen" else typed
    if typed == "reply":
        return None
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise NotToBeSnoozed("this is no moment") from None
    return at if at.tzinfo else at.replace(tzinfo=zone())
