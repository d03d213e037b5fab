"""Permission to read: asked for at a ticket or by number, decided by colleagues, ended at any moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import permissions
from helpdesk.models.access_grant import AccessGrant, Purpose, Scope
from helpdesk.privacy import grants, policy
from helpdesk.privacy.grants import GrantRefused, Wish
from helpdesk.web import frame
from helpdesk.web.auth import agent, db, fresh, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, refusal
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to
from helpdesk.web.tickets import find as find_ticket
from helpdesk.web.words import purposes

bp = Blueprint("grants", __name__)


@dataclass(frozen=True, slots=True)
class GrantRow:
    id: int
    state: str
    what: str
    url: str
    holder: str
    purpose: str
    reason: str = field(repr=False)
    asked_at: datetime
    until: datetime | None
    hours: int
    is_own: bool
    needs: str
    may_go_on: bool = False
    may_say: bool = True
    choices: Sequence[int] = ()


@bp.get("/grants")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/tickets/<int:number>/grants")
def ask(number: int) -> ResponseReturnValue:
    """Ask at a ticket that is visible and can't be read; break-glass when it can't wait."""
    ticket = find_ticket(number)
    if "break_glass" in request.form:
        fresh()
    try:
        wish = _wish(Scope.TICKET, ticket.id)
        if "break_glass" in request.form:
            most = policy.current(db()).access.break_glass_hours * 60
            permissions.break_glass(db(), runtime().vault, replace(wish, minutes=min(wish.minutes, most)), by=agent())
        else:
            permissions.ask(db(), runtime().vault, wish, by=agent())
    except GrantRefused as refused:
        return _page(wrong=beside(_field(), refusal(refused)), number=number)
    return back_to(number) if "break_glass" in request.form else redirect(url_for(".index", asked=1), code=303)


@bp.post("/grants")
def ask_by_number() -> ResponseReturnValue:
    """Ask about a ticket that is not visible: the answer is the same whether there is one or not."""
    number = request.form.get("number", type=whole)
    if not number:
        return _page(wrong=beside("number", _("Write the number of the ticket.")))
    try:
        permissions.ask_unseen(db(), runtime().vault, _wish(Scope.TICKET, number), by=agent())
    except GrantRefused as refused:
        return _page(wrong=beside(_field(), refusal(refused)), number=number)
    return redirect(url_for(".index", asked=1), code=303)


@bp.post("/grants/<int:grant_id>/approval")
def approve(grant_id: int) -> ResponseReturnValue:
    fresh()
    hours = request.form.get("hours", type=whole)
    minutes = hours * 60 if hours else None
    return _decided(lambda: grants.approve(db(), _find(grant_id), by=agent(), minutes=minutes))


@bp.post("/grants/<int:grant_id>/ending")
def end(grant_id: int) -> ResponseReturnValue:
    return _decided(lambda: grants.end(db(), _find(grant_id), by=agent()))


@bp.post("/grants/<int:grant_id>/extension")
def extend(grant_id: int) -> ResponseReturnValue:
    """Ask to go on: a new permission for the same, decided like the first."""
    minutes = request.form.get("hours", 0, type=whole) * 60
    try:
        grant = _find(grant_id)
        permissions.extend(db(), runtime().vault, grant, request.form.get("reason", ""), minutes, by=agent())
    except GrantRefused as refused:
        return _page(wrong=beside(_field(), refusal(refused)))
    return redirect(url_for(".index", asked=1), code=303)


@bp.post("/grants/<int:grant_id>/review")
def review(grant_id: int) -> ResponseReturnValue:
    fresh()
    is_right = request.form.get("verdict") == "right"
    return _decided(lambda: grants.review(db(), _find(grant_id), by=agent(), is_right=is_right))


def _decided(step: Callable[[], None]) -> ResponseReturnValue:
    try:
        step()
    except GrantRefused as refused:
        return _page(wrong=refusal(refused))
    return redirect(url_for(".index"), code=303)


def _find(grant_id: int) -> AccessGrant:
    grant = permissions.find(db(), grant_id, by=agent())
    if grant is None:
        raise NotVisible("grant", grant_id)
    return grant


def _wish(scope: Scope, scope_id: int) -> Wish:
    purpose = request.form.get("purpose", "")
    if purpose not in set(Purpose):
        raise GrantRefused(_("Say what it is for."))
    hours = request.form.get("hours", 0, type=whole)
    return Wish(scope, scope_id, Purpose(purpose), request.form.get("reason", ""), hours * 60)


def _field() -> str:
    """Which field of a wish is most likely refused."""
    if "purpose" in request.form and request.form["purpose"] not in set(Purpose):
        return "purpose"
    return "hours" if request.form.get("reason", "").strip() else "reason"


def _page(wrong: str = "", number: int | None = None) -> ResponseReturnValue:
    session, by = db(), agent()
    mine, waiting, live = (
        listed(session, by) for listed in (permissions.of_agent, permissions.to_decide, permissions.live)
    )
    rows = _rows([*mine, *waiting, *live])
    page = render_template(
        "grants/index.html",
        desk=frame.around(session, by, "grants"),
        mine=[rows[grant.id] for grant in mine],
        waiting=[rows[grant.id] for grant in waiting],
        live=[rows[grant.id] for grant in live],
        purposes=purposes(),
        wrong=wrong,
        number=number or request.args.get("number", type=whole),
        typed=request.form,
        asked="asked" in request.args,
    )
    return page, 422 if wrong else 200


def _rows(listed: Sequence[AccessGrant]) -> dict[int, GrantRow]:
    reasons = permissions.reasons(db(), [grant.id for grant in listed])
    holders = permissions.holders(db(), listed)
    visible = permissions.tickets_named(db(), listed, by=agent())
    teams = permissions.teams_named(db(), listed)
    return {
        grant.id: GrantRow(
            id=grant.id,
            state=grants.state_now(grant).value,
            what=_what(grant, teams),
            url=url_for("tickets.show", number=grant.scope_id)
            if grant.scope is Scope.TICKET and grant.scope_id in visible
            else "",
            holder=holders[grant.agent_id].name,
            purpose=purposes()[grant.purpose],
            reason=reasons[grant.id].reason if grant.id in reasons else "",
            asked_at=grant.asked_at,
            until=grant.expires_at or grant.lapses_at,
            hours=max(1, round(grant.asked_minutes / 60)),
            is_own=grant.agent_id == agent().id,
            may_go_on=grant.agent_id == agent().id and grant.starts_at is not None and not grant.is_break_glass,
            needs=_needs(grant),
            may_say=agent().id not in {grant.first_by_id, grant.second_by_id},
            choices=hours_to_choose(grant) if grant.approver == "admin" or grant.first_by_id is not None else (),
        )
        for grant in listed
    }


def hours_to_choose(grant: AccessGrant) -> list[int]:
    """As long as asked, or shorter."""
    asked = max(1, round(grant.asked_minutes / 60))
    return [hours for hours in (1, 4, 24, 48, 72, 168) if hours < asked] + [asked]


def _needs(grant: AccessGrant) -> str:
    if grant.approver == "customer":
        return _("by the customer")
    if grant.approver == "admin":
        return _("by a colleague")
    return _("by two colleagues") if grant.first_by_id is None else _("by two colleagues, one has allowed it")


def _what(grant: AccessGrant, teams: Mapping[int, str]) -> str:
    words = {
        Scope.TICKET: _("Ticket #%(number)s", number=grant.scope_id),
        Scope.CUSTOMER: _("All tickets of customer %(number)s", number=grant.scope_id),
        Scope.TEAM: _("All tickets of team %(name)s", name=teams.get(grant.scope_id or 0, grant.scope_id)),
        Scope.DESK: _("The whole desk"),
    }
    return words[grant.scope]
