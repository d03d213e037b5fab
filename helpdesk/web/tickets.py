"""Tickets: one page each, and what is done to them."""

from urllib.parse import urlencode

from flask import Blueprint, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import news as desk_news
from helpdesk.desk import steps, tickets
from helpdesk.desk.news import Seen
from helpdesk.models.access_grant import Purpose
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import access, merged, protection, united
from helpdesk.privacy.basis import basis_to_read
from helpdesk.web import frame, lists, meanwhile, search, shown
from helpdesk.web.auth import agent, db
from helpdesk.web.composer import Typed
from helpdesk.web.errors import NotVisible
from helpdesk.web.inbox import is_partial
from helpdesk.web.language import _, ngettext
from helpdesk.web.numbers import whole
from helpdesk.web.paging import Listed, listed

bp = Blueprint("tickets", __name__)


@bp.get("/tickets/<int:number>")
def show(number: int) -> ResponseReturnValue:
    """A ticket; one that was merged leads to where its conversation goes on, unless only it may be read."""
    ticket = find(number)
    if request.args.get("part") == "list" and is_partial():
        return _list_beside(ticket)
    if ticket.place is Place.MERGED and (on := followed(ticket)) is not None and not _ends_here(ticket, on):
        return redirect(listed().ticket_url(on.number, merged=number), code=302)
    return page(ticket)


@bp.get("/tickets/<int:number>/news")
def news(number: int) -> ResponseReturnValue:
    """What came after what a page already shows: how much, and how it stands now; not a word of it."""
    ticket, seen = find(number), Seen(_seen("message"), _seen("note"), _seen("merge"))
    messages, notes = desk_news.since(db(), ticket, seen)
    words = [ngettext("%(num)s new message", "%(num)s new messages", messages)] if messages else []
    words += [ngettext("%(num)s new note", "%(num)s new notes", notes)] if notes else []
    on = followed(ticket) if ticket.place is Place.MERGED else None
    words += meanwhile.words_since(ticket, request.args.get("state", ""), on.number if on else None)
    return {"words": " · ".join(words)}


@bp.post("/tickets/<int:number>/assignment")
def assign(number: int) -> ResponseReturnValue:
    to = request.form.get("assignee", type=whole)
    tickets.assign(db(), handle(number), db().get(Agent, to) if to else None, by=agent())
    return left(number)


@bp.post("/tickets/<int:number>/closure")
def close(number: int) -> ResponseReturnValue:
    tickets.close(db(), handle(number), by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/reopening")
def reopen(number: int) -> ResponseReturnValue:
    tickets.reopen(db(), handle(number), by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/step/undoing")
def take_back(number: int) -> ResponseReturnValue:
    """One's own last step, such as a closing or a snooze."""
    ticket = handle(number)
    try:
        with db().begin_nested():
            steps.take_back(db(), ticket, by=agent())
    except (steps.TooLate, access.AccessDenied):
        return left(number, wrong=_("It is too late to take that back, or somebody went on from it."))
    return left(number)


@bp.post("/tickets/<int:number>/purpose")
def state_purpose(number: int) -> ResponseReturnValue:
    """What a protected ticket is read for."""
    ticket, purpose = find(number), request.form.get("purpose", "")
    if purpose not in set(protection.ASKED):
        abort(400)
    protection.state(db(), ticket, Purpose(purpose), by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/protection")
def protect(number: int) -> ResponseReturnValue:
    """Only who may read it protects a ticket, or lifts the protection again."""
    ticket = find(number)
    access.require(db(), ticket, by=agent())
    protection.protect(db(), ticket, by=agent(), is_on="lift" not in request.form)
    return back_to(number)


@bp.post("/tickets/<int:number>/customer/protection")
def protect_customer(number: int) -> ResponseReturnValue:
    """All that is this person's, from the same right as one ticket of theirs."""
    ticket = find(number)
    access.require(db(), ticket, by=agent())
    for record in united.all_of(db(), db().get_one(Customer, ticket.customer_id)):
        protection.protect(db(), record, by=agent(), is_on="lift" not in request.form)
    return back_to(number)


def find(number: int) -> Ticket:
    """A ticket that this agent may know of; for anybody else there is none."""
    try:
        return tickets.find(db(), number, by=agent())
    except tickets.TicketNotFound:
        raise NotVisible("ticket", number) from None


def handle(number: int) -> Ticket:
    """A ticket that this agent may know of and work on."""
    if not agent().may(Permission.HANDLE):
        raise NotVisible("ticket", number)
    return find(number)


def _ends_here(ticket: Ticket, on: Ticket) -> bool:
    """Whether a permission for a merged ticket is all that its reader has."""
    return basis_to_read(db(), on, agent()) is None and merged.permitted(db(), ticket, by=agent()) is not None


def followed(ticket: Ticket) -> Ticket | None:
    """Where a merged ticket's conversation goes on, if this agent may know of that."""
    on = merged.end(db(), ticket)
    try:
        return tickets.find(db(), on.id, by=agent()) if on is not ticket else None
    except tickets.TicketNotFound:
        return None


def other_named(typed: str) -> Ticket | None:
    """The ticket of a number as somebody typed it, if they may know of it."""
    digits = typed.strip().lstrip("#")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 16):
        return None
    try:
        return tickets.find(db(), int(digits), by=agent())
    except tickets.TicketNotFound:
        return None


def left(number: int, how: str = "given", wrong: str = "") -> ResponseReturnValue:
    """To the ticket's page again, or to its list, which says so, where it went out of this agent's sight."""
    db().flush()
    try:
        ticket = tickets.find(db(), number, by=agent())
    except tickets.TicketNotFound:
        return to_list(_with(listed().back_url, **{how: number}))
    return page(ticket, wrong=wrong) if wrong else back_to(number)


def to_list(url: str) -> ResponseReturnValue:
    """A list is a page of its own, not a part of a ticket's."""
    if not is_partial():
        return redirect(url, code=303)
    answer = make_response("", 204)
    answer.headers["HX-Redirect"] = url
    return answer


def _with(url: str, **more: object) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"


def back_to(number: int) -> ResponseReturnValue:
    """To the ticket's page again, opened from the same list."""
    return redirect(listed().ticket_url(number), code=303)


def page(ticket: Ticket, draft: Typed | None = None, wrong: str = "") -> ResponseReturnValue:
    """The ticket: its pane alone for a script, else the whole desk with the list it was opened from."""
    made = shown.show(db(), ticket, listed(), by=agent(), draft=draft, wrong=wrong)
    code = 410 if ticket.place is Place.PURGED else 422 if draft or wrong else 200 if made.is_readable else 403
    return in_pane(made, ticket.number, code)


def in_pane(made: object, number: int, code: int = 200) -> ResponseReturnValue:
    """What is shown of a ticket, in its pane."""
    here = listed()
    if is_partial():
        answer = make_response(render_template("tickets/pane.html", shown=made), code)
        if request.method == "POST":  # loaded again, it is the ticket's page, not the form's address
            answer.headers["HX-Push-Url"] = here.ticket_url(number)
        return answer
    return _whole(made, here, number), code


def _whole(made: object, here: Listed, number: int) -> str:
    around = frame.around(db(), agent(), here.slug)
    told = {name: request.args[name] for name in ("bulk",) if name in request.args}
    list_url = f"{here.ticket_url(number)}&{urlencode({'part': 'list', **told})}"
    return render_template("tickets/show.html", desk=around, shown=made, list_url=list_url)


def _list_beside(ticket: Ticket) -> str:
    """The list a ticket was opened from, with the ticket marked in it."""
    here = listed()
    around = frame.around(db(), agent(), here.slug)
    listing = search.found(here) if here.words else lists.of(db(), agent(), here, around)
    return render_template("inbox/list.html", page=listing, current_number=ticket.number)


def _seen(name: str) -> int:
    return request.args.get(name, 0, type=whole)
