"""Needs a look: emails that could not be read or trusted, and what is to become of them."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import drafts as kept_drafts
from helpdesk.desk import undelivered, waiting
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.privacy import access
from helpdesk.web import drafts, frame, messages, reasons
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.tickets import find as find_ticket

bp = Blueprint("waiting", __name__)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    id: int
    mailbox: str
    why: str
    reason: str
    at: datetime
    size: int
    ticket: int | None
    has_bytes: bool


@bp.get("/needs-a-look")
def index() -> ResponseReturnValue:
    return _page()


@bp.get("/needs-a-look/<int:email_id>/original")
def original(email_id: int) -> Response:
    """The bytes as they came, as a file: nothing of it is shown by a browser."""
    return messages.as_original(access.read(db(), _find(email_id), by=agent()), f"email-{email_id}")


@bp.post("/needs-a-look/<int:email_id>/ruling")
def rule(email_id: int) -> ResponseReturnValue:
    email = _find(email_id)
    try:
        _carry_out(email, request.form.get("ruling", ""))
    except waiting.NotWaiting as refused:
        return _page(wrong=str(refused))
    return redirect(url_for(".index"), code=303)


def _carry_out(email: InboundEmail, ruling: str) -> None:
    if ruling == "ticket":
        waiting.make_ticket(db(), email, by=agent())
    elif ruling == "join":
        number = request.form.get("number", type=whole) or email.ticket_id
        if not number:
            raise waiting.NotWaiting(_("Write the number of the ticket."))
        waiting.let_on_ticket(db(), email, find_ticket(number), by=agent())
    elif ruling == "again":
        waiting.read_again(db(), email, by=agent())
    elif ruling == "aside":
        waiting.put_aside(db(), email, by=agent())
    else:
        raise waiting.NotWaiting(_("Choose what is to become of it."))


def _find(email_id: int) -> InboundEmail:
    email = waiting.find(db(), email_id, by=agent())
    if email is None:
        raise NotVisible("raw_email", email_id)
    return email


def _page(wrong: str = "") -> ResponseReturnValue:
    emails = waiting.listed(db(), by=agent(), before=request.args.get("before", type=whole))
    shown, more = emails[: waiting.PAGE], len(emails) > waiting.PAGE
    names = waiting.mailbox_names(db(), shown)
    words = reasons.outcomes()
    rows = [
        WaitingRow(
            email.id, names[email.mailbox_id], words[email.outcome], reasons.sentence(email.reason),
            email.arrived_at, email.size, email.ticket_id, email.size > 0,
        )
        for email in shown
    ]  # fmt: skip
    page = render_template(
        "waiting/index.html",
        desk=frame.around(db(), agent(), "waiting"),
        rows=rows,
        lost=[] if request.args.get("before") else undelivered.listed(db(), by=agent()),
        held=drafts.rows(kept_drafts.listed(db(), by=agent(), held=True), "waiting"),
        before=shown[-1].id if more else None,
        wrong=wrong,
    )
    return page, 422 if wrong else 200
