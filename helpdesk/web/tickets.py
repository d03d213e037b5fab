"""Tickets: one page each, and what is done to them."""

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import thread, tickets
from helpdesk.models.access_grant import Purpose
from helpdesk.models.agent import Agent
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, protection
from helpdesk.web import frame, lists, search, shown
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.inbox import is_partial
from helpdesk.web.language import ngettext
from helpdesk.web.paging import Listed, listed
from helpdesk.web.shown import Draft

bp = Blueprint("tickets", __name__)


@bp.get("/tickets/<int:number>")
def show(number: int) -> ResponseReturnValue:
    return page(find(number))


@bp.get("/tickets/<int:number>/news")
def news(number: int) -> ResponseReturnValue:
    """What came after what a page already shows: how much, and not a word of it."""
    messages, notes = thread.news(db(), find(number), seen_message=_seen("message"), seen_note=_seen("note"))
    words = [ngettext("%(num)s new message", "%(num)s new messages", messages)] if messages else []
    words += [ngettext("%(num)s new note", "%(num)s new notes", notes)] if notes else []
    return {"words": ", ".join(words)}


@bp.post("/tickets/<int:number>/assignment")
def assign(number: int) -> ResponseReturnValue:
    to = request.form.get("assignee", type=int)
    tickets.assign(db(), handle(number), db().get(Agent, to) if to else None, by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/closure")
def close(number: int) -> ResponseReturnValue:
    tickets.close(db(), handle(number), by=agent())
    return back_to(number)


@bp.post("/tickets/<int:number>/reopening")
def reopen(number: int) -> ResponseReturnValue:
    tickets.reopen(db(), handle(number), by=agent())
    return back_to(number)


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


def back_to(number: int) -> ResponseReturnValue:
    """To the ticket's page again, opened from the same list."""
    return redirect(listed().ticket_url(number), code=303)


def page(ticket: Ticket, draft: Draft | None = None) -> ResponseReturnValue:
    """The ticket: its pane alone for a script, else the whole desk with the list it was opened from."""
    here = listed()
    made = shown.show(db(), ticket, here, by=agent(), draft=draft)
    code = 422 if draft else 200 if made.is_readable else 403
    if is_partial():
        return render_template("tickets/pane.html", shown=made), code
    return _whole(made, here, ticket.number), code


def _whole(made: shown.TicketShown | shown.TicketProtected | shown.TicketWithheld, here: Listed, number: int) -> str:
    around = frame.around(db(), agent(), here.slug)
    listing = search.found(here) if here.words else lists.of(db(), agent(), here, around)
    return render_template("tickets/show.html", desk=around, page=listing, shown=made, current_number=number)


def _seen(name: str) -> int:
    return request.args.get(name, 0, type=int)
