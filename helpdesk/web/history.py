"""The history of a ticket on screen: a page of its own in the ticket's pane, the last steps first to be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import history
from helpdesk.models.ticket import Ticket
from helpdesk.privacy.access import AccessDenied
from helpdesk.web import history_words, tickets
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.paging import listed

bp = Blueprint("history", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    icon: str
    words: str
    at: datetime
    on: int | None  # the number of the ticket it happened on, where that is another by now


@dataclass(frozen=True, slots=True)
class HistoryShown:
    """What fills the ticket's pane."""

    ticket: Ticket
    title: str
    ticket_url: str
    lines: Sequence[Line]
    earlier_url: str | None
    is_last: bool
    is_readable: bool = True


@bp.get("/tickets/<int:number>/history")
def show(number: int) -> ResponseReturnValue:
    """Who may not read the ticket gets the page that says so."""
    ticket = tickets.find(number)
    try:
        found = history.of_ticket(db(), ticket, by=agent(), before=request.args.get("before", type=whole))
    except AccessDenied:
        return tickets.page(ticket)
    return tickets.in_pane(_shown(ticket, found), number)


def _shown(ticket: Ticket, found: history.History) -> HistoryShown:
    here = listed()
    from_list = here.ticket_url(ticket.number).partition("?")[2]
    earlier = url_for(".show", number=ticket.number, before=found.before) if found.before else None
    return HistoryShown(
        ticket,
        title=f"{_('History')} · {_('Ticket #%(number)s', number=ticket.number)}",
        ticket_url=here.ticket_url(ticket.number),
        lines=[_line(step, ticket, found) for step in found.steps],
        earlier_url=earlier and f"{earlier}&{from_list}",
        is_last="before" not in request.args,
    )


def _line(step: history.Step, ticket: Ticket, among: history.History) -> Line:
    icon, words = history_words.told(step, among)
    return Line(icon, words, step.event.at, None if step.ticket_id in {None, ticket.id} else step.ticket_id)
