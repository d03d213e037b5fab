"""Requests over one's own data, for the data protection officer: who asks for what, and how long there is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import customers, inbox, privacy_requests
from helpdesk.desk.inbox import Key
from helpdesk.desk.privacy_requests import Listed
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.privacy_request import RequestOutcome
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.web import frame, paging
from helpdesk.web.auth import agent, db, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside

bp = Blueprint("privacy_requests", __name__)
OFFERED: Final = tuple(one for one in RequestOutcome if one is not RequestOutcome.NOT_A_REQUEST)


@dataclass(frozen=True, slots=True)
class Clock:
    words: str
    at: datetime
    state: str  # kept, open, broken


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    kinds: str
    number: int
    customer: str
    came_at: datetime
    is_recognised: bool
    clocks: Sequence[Clock]
    ended_at: datetime | None
    ended_as: str
    note: str
    objection_url: str = ""  # where it is noted that they are not to be counted


@bp.get("/privacy-requests")
def index() -> ResponseReturnValue:
    _may_look()
    return _page()


@bp.post("/privacy-requests")
def create() -> ResponseReturnValue:
    """Mark a ticket whose request no machine recognised."""
    _may_look()
    kind, number = request.form.get("kind", ""), request.form.get("number", type=whole)
    ticket = db().scalar(inbox.visible(agent()).where(Ticket.id == number)) if number else None
    if kind not in set(RequestKind) or ticket is None:
        wrong = _("Choose what is asked for, and write the number of a ticket that there is.")
        return _page(beside("number" if kind in set(RequestKind) else "kind", wrong))
    zone = runtime().config.desk.time_zone
    try:
        privacy_requests.add(db(), ticket, RequestKind(kind), time_zone=zone, by=agent())
    except privacy_requests.NotOnTheTicket:
        return _page(beside("number", _("Nothing a customer wrote is left on this ticket.")))
    return redirect(url_for(".index"), code=303)


@bp.post("/privacy-requests/<int:request_id>/end")
def end(request_id: int) -> ResponseReturnValue:
    """How it ended, or that it was none."""
    _may_look()
    found, outcome = _find(request_id), request.form.get("outcome", "")
    note = request.form.get("note", "")
    if outcome not in set(RequestOutcome):
        return _page(beside("outcome", _("Choose how it ended.")))
    if outcome != RequestOutcome.NOT_A_REQUEST and not note.strip():
        return _page(beside("note", _("Write in a sentence what was done.")))
    privacy_requests.end(db(), found.request, RequestOutcome(outcome), note, by=agent())
    return redirect(url_for(".index"), code=303)


@bp.post("/privacy-requests/<int:request_id>/reopening")
def take_up_again(request_id: int) -> ResponseReturnValue:
    _may_look()
    privacy_requests.take_up_again(db(), _find(request_id).request, by=agent())
    return redirect(url_for(".index"), code=303)


def kind_words() -> dict[RequestKind, str]:
    return {
        RequestKind.ERASURE: _("Deletion"),
        RequestKind.ACCESS: _("What is held on them"),
        RequestKind.PORTABILITY: _("Their data as a file"),
        RequestKind.OBJECTION: _("An objection to a use"),
        RequestKind.RECTIFICATION: _("Correction"),
    }


def kinds_of(listed: Listed) -> str:
    return " · ".join(kind_words()[kind] for kind in listed.kinds)


def outcome_words() -> dict[RequestOutcome, str]:
    return {
        RequestOutcome.ERASED: _("Their data was deleted"),
        RequestOutcome.GIVEN: _("They were given what is held"),
        RequestOutcome.CORRECTED: _("It was corrected"),
        RequestOutcome.STOPPED: _("The use was ended"),
        RequestOutcome.REFUSED: _("Refused, and they were told why"),
        RequestOutcome.WITHDRAWN: _("They took it back"),
        RequestOutcome.NOT_A_REQUEST: _("Not a request"),
    }


def clocks(listed: Listed) -> list[Clock]:
    """The two clocks: done, running, or run out."""
    one, other = listed.request.answer_due_at, listed.request.outcome_due_at
    if listed.is_answered:
        first = Clock(_("A person has answered"), one, "kept")
    elif listed.answer_is_late:
        first = Clock(_("First answer overdue since"), one, "broken")
    else:
        first = Clock(_("First answer due"), one, "open")
    late = listed.outcome_is_late
    return [
        first,
        Clock(_("Outcome overdue since") if late else _("Outcome due"), other, "broken" if late else "open"),
    ]


def _may_look() -> None:
    if not (agent().may(Permission.ERASE) or agent().may(Permission.POLICY)):
        abort(404)


def _find(request_id: int) -> Listed:
    found = privacy_requests.find(db(), request_id, by=agent())
    if found is None:
        raise NotVisible("privacy_request", request_id)
    return found


def _page(wrong: str = "") -> ResponseReturnValue:
    ended = request.args.get("on") == "ended"
    found = privacy_requests.listed(db(), by=agent(), ended=ended, after=paging.after())
    shown = found[: privacy_requests.PAGE]
    names = customers.labels(db(), [one.ticket.customer for one in shown])
    page = render_template(
        "privacy_requests/index.html",
        desk=frame.around(db(), agent(), "privacy-requests"),
        rows=[_row(one, names[one.ticket.customer_id]) for one in shown],
        more=url_for(".index", on="ended" if ended else None, after=_key(shown[-1]))
        if len(found) > len(shown)
        else "",
        ended=ended,
        terms=privacy_requests.terms(db()),
        outcomes={one: outcome_words()[one] for one in OFFERED},
        kinds=kind_words(),
        wrong=wrong,
    )
    return page, 422 if wrong else 200


def _key(last: Listed) -> str:
    asked = last.request
    return paging.written(Key(asked.ended_at or asked.outcome_due_at, asked.id))


def _row(one: Listed, customer: str) -> Row:
    asked = one.request
    return Row(
        asked.id, kinds_of(one), one.ticket.number, customer, asked.came_at, asked.added_by_id is None,
        clocks(one) if one.is_open else [], asked.ended_at,
        outcome_words()[asked.ended_as] if asked.ended_as else "", asked.note,
        url_for("objections.index", who=one.ticket.customer_id)
        if RequestKind.OBJECTION in one.kinds and agent().may(Permission.ERASE)
        else "",
    )  # fmt: skip
