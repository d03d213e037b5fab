"""A customer's own record: asked for by address, opened by a mailed code; no account, no cookie.

Nothing of what they wrote stands there, only who read it; what we noted about them does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.desk import permissions, records
from helpdesk.models.access_grant import AccessGrant, Purpose
from helpdesk.models.customer import Customer
from helpdesk.models.record import RecordDigest
from helpdesk.privacy import customer_notes, grants, policy, proof_file, record
from helpdesk.privacy.checkpoints import signer
from helpdesk.privacy.customer_notes import About
from helpdesk.privacy.record import OwnReading
from helpdesk.web.auth import asks_for_what_anybody_may, db, protected_by_its_address, public, runtime
from helpdesk.web.language import _
from helpdesk.web.record_words import machine_words, right_words, role_words
from helpdesk.web.sent_back import beside
from helpdesk.web.words import purposes

bp = Blueprint("record", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    what: str
    tickets: Sequence[int]
    who: str
    is_machine: bool
    why: str
    event: int


@dataclass(frozen=True, slots=True)
class Permission:
    id: int
    what: str
    who: str
    state: str
    why: str
    reason: str
    until: datetime
    is_over: bool


@bp.get("/record")
@public
def index() -> ResponseReturnValue:
    return render_template("record/ask.html")


@bp.post("/record")
@public
@asks_for_what_anybody_may
def ask() -> ResponseReturnValue:
    """The answer is the same whether anybody has this address or not."""
    try:
        records.brake(db(), runtime().vault, request.remote_addr or "")
    except records.TooManyVisits:
        abort(429)
    asked = records.ask(db(), request.form.get("email", "")[:254])
    return redirect(url_for(".show", secret=asked.secret), code=303)


@bp.get("/record/<secret>")
@public
def show(secret: str) -> ResponseReturnValue:
    customer = records.opened(db(), secret)
    if customer is not None:
        return _page(customer, secret)
    if records.waits_for_code(db(), secret) is None:
        return render_template("record/over.html"), 404
    return render_template("record/code.html", wrong="")


@bp.post("/record/<secret>")
@public
@protected_by_its_address
def open_with_code(secret: str) -> ResponseReturnValue:
    visit = records.waits_for_code(db(), secret)
    if visit is None:
        return render_template("record/over.html"), 404
    try:
        records.open_with(db(), runtime().vault, visit, request.form.get("code", "")[:40])
    except records.WrongCode:
        wrong = _("That is not the code, or it was tried too often. Look at the email again, or ask for a new one.")
        return render_template("record/code.html", wrong=beside("code", wrong)), 422
    return redirect(url_for(".show", secret=secret), code=303)


@bp.post("/record/<secret>/grants/<int:grant_id>/ending")
@public
@protected_by_its_address
def revoke(secret: str, grant_id: int) -> ResponseReturnValue:
    customer = records.opened(db(), secret)
    grant = record.grant_about(db(), customer, grant_id) if customer else None
    if grant is None:
        return render_template("record/over.html"), 404
    grants.refuse_by_customer(db(), grant)
    return redirect(url_for(".show", secret=secret), code=303)


@bp.post("/record/<secret>/digest")
@public
@protected_by_its_address
def choose_digest(secret: str) -> ResponseReturnValue:
    customer = records.opened(db(), secret)
    if customer is None:
        return render_template("record/over.html"), 404
    if "stop" in request.form:
        records.stop_digest(db(), customer.id)
    else:
        records.want_digest(db(), runtime().vault, customer)
    return redirect(url_for(".show", secret=secret), code=303)


@bp.get("/record/<secret>/proof")
@public
def proof(secret: str) -> ResponseReturnValue:
    """Every event of the record with its proof, and the program that checks them, as one archive."""
    customer = records.opened(db(), secret)
    if customer is None:
        return render_template("record/over.html"), 404
    events = [line.event_id for line in record.readings_of(db(), customer)]
    key = signer(runtime().vault, runtime().config.host)
    answer = Response(proof_file.archive(db(), events, key), content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename="record.zip")
    return answer


@bp.get("/record/digests/<secret>")
@public
def show_digest(secret: str) -> ResponseReturnValue:
    is_wanted = records.digest_of_link(db(), secret) is not None
    return render_template("record/digest.html", is_wanted=is_wanted), 200 if is_wanted else 404


@bp.post("/record/digests/<secret>")
@public
@protected_by_its_address
def stop_digest(secret: str) -> ResponseReturnValue:
    digest = records.digest_of_link(db(), secret)
    if digest is not None:
        records.stop_digest(db(), digest.customer_id)
    return render_template("record/digest.html", is_wanted=False)


def _page(customer: Customer, secret: str) -> ResponseReturnValue:
    shows_names = policy.current(db()).access.show_names_to_customers
    return render_template(
        "record/show.html",
        secret=secret,
        lines=[_line(one, shows_names=shows_names) for one in record.readings_of(db(), customer)],
        permissions=_permissions(customer, shows_names=shows_names),
        about=_about(customer, shows_names=shows_names),
        wants_digest=db().get(RecordDigest, customer.id) is not None,
        until=records.waits_for_code(db(), secret),
    )


def _about(customer: Customer, *, shows_names: bool) -> About:
    """What is noted about them; who wrote it by name only where the desk shows names."""
    about = customer_notes.of_person(db(), customer)
    if shows_names:
        return about
    return replace(about, notes=[replace(one, writer=role_words()["agent"]) for one in about.notes])


def _line(one: OwnReading, *, shows_names: bool) -> Line:
    if one.machine:
        who = machine_words().get(one.machine, one.machine)
    elif one.agent is None:
        who = _("Somebody")
    else:
        who = one.agent.name if shows_names else role_words()[one.agent.role]
    named = purposes()[Purpose(one.purpose)] if one.purpose in set(Purpose) else ""
    why = named or right_words(one.basis)
    return Line(one.at, one.kind, one.tickets, who, bool(one.machine), why, one.event_id)


def _permissions(customer: Customer, *, shows_names: bool) -> list[Permission]:
    found = record.grants_about(db(), customer)
    holders = permissions.holders(db(), found)
    reasons = permissions.reasons(db(), [grant.id for grant in found])
    return [
        Permission(
            id=grant.id,
            what=_what(grant),
            who=holders[grant.agent_id].name if shows_names else role_words()[holders[grant.agent_id].role],
            state=grants.state_now(grant).value,
            why=purposes()[grant.purpose],
            reason=reasons[grant.id].reason if grant.id in reasons else "",
            until=grant.ended_at or grant.expires_at or grant.lapses_at,
            is_over=grants.state_now(grant) is not grant.state or record.is_over(grant),
        )
        for grant in found
    ]


def _what(grant: AccessGrant) -> str:
    if grant.scope_id and grant.scope == "ticket":
        return _("Ticket #%(number)s", number=grant.scope_id)
    return _("Everything you wrote to us")
