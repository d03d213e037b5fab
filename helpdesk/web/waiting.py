"""Needs a look: emails that could not be read or trusted, and what is to become of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import blocks, ledger_list, rereading, undelivered, waiting
from helpdesk.desk import drafts as kept_drafts
from helpdesk.desk.undelivered import Lost
from helpdesk.desk.waiting import Shelf
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.privacy import access
from helpdesk.web import discarded, drafts, frame, messages, reasons
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside
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
    is_whole: bool
    is_aside: bool
    may_be_released: bool


@bp.get("/needs-a-look")
def index() -> ResponseReturnValue:
    return _page()


@bp.get("/needs-a-look/<int:email_id>/original")
def original(email_id: int) -> Response:
    """The bytes as they came, as a file: nothing of it is shown by a browser."""
    return messages.as_original(access.read(db(), find(email_id), by=agent()), f"email-{email_id}")


@bp.post("/needs-a-look/<int:email_id>/ruling")
def rule(email_id: int) -> ResponseReturnValue:
    email = find(email_id)
    try:
        _carry_out(email, request.form.get("ruling", ""))
    except waiting.NotWaiting as refused:
        return _page(wrong=str(refused))
    return redirect(url_for(".index"), code=303)


@bp.post("/needs-a-look/<int:email_id>/block")
def block(email_id: int) -> ResponseReturnValue:
    """Hold what its sender writes from now on; this one goes to the others of theirs."""
    email = find(email_id)
    try:
        blocked = blocks.block(db(), request.form.get("address", ""), by=agent())
    except blocks.CanNotBlock as refused:
        return _page(wrong=beside("address", why_not(refused)))
    waiting.shelve_as_blocked(db(), email, blocked, by=agent())
    return redirect(url_for(".index", blocked=blocked.id), code=303)


@bp.post("/needs-a-look/readings")
def read_all_again() -> ResponseReturnValue:
    rereading.ask(db(), by=agent())
    return redirect(url_for(".index"), code=303)


@bp.get("/needs-a-look/readings/<int:rereading_id>")
def progress(rereading_id: int) -> ResponseReturnValue:
    """How far a reading again is: a piece of the page, which asks for itself until it is done."""
    found = rereading.find(db(), rereading_id, by=agent())
    if found is None:
        raise NotVisible("rereading", rereading_id)
    return render_template("waiting/progress.html", reading=found)


def why_not(refused: blocks.CanNotBlock) -> str:
    """Why a sender can't be blocked, in the reader's language."""
    words = {
        blocks.NoSender: _("Write an address, or @ and a domain."),
        blocks.Ourselves: _("That is one of our own mailboxes or agents, or their domain."),
        blocks.TooWide: _("That is the domain of a public mail provider: block single addresses there."),
    }
    return words[type(refused)]


def find(email_id: int) -> InboundEmail:
    """An email that waits, or was put aside, and that this agent may know of."""
    email = waiting.find(db(), email_id, by=agent())
    if email is None:
        raise NotVisible("raw_email", email_id)
    return email


def rows(emails: Sequence[InboundEmail]) -> list[WaitingRow]:
    """Emails as they are shown, each with its ticket where this agent may know of that."""
    names = waiting.mailbox_names(db(), emails)
    visible = ledger_list.visible_tickets(db(), emails, by=agent())
    return [_row(email, names[email.mailbox_id], visible) for email in emails]


def _row(email: InboundEmail, mailbox: str, visible: set[int]) -> WaitingRow:
    is_aside = email.aside_from is not None
    state = email.aside_from or email.outcome
    is_whole = state.value != "too_large" and email.size > 0
    return WaitingRow(
        email.id, mailbox, reasons.outcomes()[state], reasons.sentence(email.reason), email.arrived_at, email.size,
        email.ticket_id if email.ticket_id in visible else None, email.size > 0, is_whole, is_aside,
        may_be_released=email.block_id is not None or email.reason.startswith(_LIFTABLE),
    )  # fmt: skip


_LIFTABLE: Final = ("a rule holds it",)
_PLAIN: Final[dict[str, Callable[..., None]]] = {
    "ticket": waiting.make_ticket,
    "release": waiting.release,
    "again": waiting.read_again,
    "aside": waiting.put_aside,
    "back": waiting.get_back,
}


def _carry_out(email: InboundEmail, ruling: str) -> None:
    if ruling == "join":
        number = request.form.get("number", type=whole) or email.ticket_id
        if not number:
            raise waiting.NotWaiting(_("Write the number of the ticket."))
        waiting.let_on_ticket(db(), email, find_ticket(number), by=agent())
    elif ruling in _PLAIN:
        _PLAIN[ruling](db(), email, by=agent())
    else:
        raise waiting.NotWaiting(_("Choose what is to become of it."))


def _page(wrong: str = "") -> ResponseReturnValue:
    shelf = Shelf(request.args["on"]) if request.args.get("on") in set(Shelf) else Shelf.WAITING
    emails = waiting.listed(db(), by=agent(), shelf=shelf, before=request.args.get("before", type=whole))
    shown, more = emails[: waiting.PAGE], len(emails) > waiting.PAGE
    page = render_template(
        "waiting/index.html",
        desk=frame.around(db(), agent(), "waiting"),
        lost=_undelivered(shelf, undelivered.listed),
        delayed=_undelivered(shelf, undelivered.delayed),
        held=_held(shelf),
        gone=discarded.lately() if shelf is Shelf.WAITING else (),
        shelf=shelf,
        shelves={Shelf.WAITING: _("Waiting"), Shelf.BLOCKED: _("Blocked"), Shelf.ASIDE: _("Set aside")},
        rows=rows(shown),
        before=shown[-1].id if more else None,
        reading=rereading.under_way(db(), by=agent()),
        blocked=blocks.made_by(db(), request.args.get("blocked", type=whole), by=agent()),
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _held(shelf: Shelf) -> Sequence[drafts.DraftRow]:
    """One's own answers that were held, above what waits."""
    return drafts.rows(kept_drafts.listed(db(), by=agent(), held=True), "waiting") if shelf is Shelf.WAITING else []


def _undelivered(shelf: Shelf, listed: Callable[..., Sequence[Lost]]) -> Sequence[Lost]:
    """Answers that did not arrive, or not yet, above the first page of what waits."""
    is_first = shelf is Shelf.WAITING and not request.args.get("before")
    return listed(db(), by=agent()) if is_first else []
