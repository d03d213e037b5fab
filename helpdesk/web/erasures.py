"""Erasing a person: looked for, counted in a dry run, begun by who may, and certified."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.models.customer import Customer
from helpdesk.models.erasure import Erasure, ErasureState
from helpdesk.models.role import Permission
from helpdesk.privacy import checkpoints, erasure
from helpdesk.privacy.certificate import certificate
from helpdesk.privacy.erasure import NobodyFound, Plan
from helpdesk.web import settings
from helpdesk.web.auth import agent, db, fresh, runtime
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside

bp = Blueprint("erasures", __name__)
_MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    customer: int
    by: str
    begun_at: datetime
    is_done: bool
    certificate: str


@bp.get("/settings/erasures")
def index() -> ResponseReturnValue:
    """What was erased; with `who`, the dry run of an erasure: it counts, and leaves a reading on the trail."""
    settings.must(Permission.ERASE)
    who = request.args.get("who", "").strip()[:254]
    if not who:
        return _page()
    try:
        found = erasure.find(db(), who)
    except NobodyFound:
        return _page(who=who, wrong=beside("who", _("Nobody here has this address or number.")))
    return _page(who=who, plan=erasure.plan(db(), found))


@bp.post("/settings/erasures")
def create() -> ResponseReturnValue:
    settings.must(Permission.ERASE)
    fresh()
    who = request.form.get("who", "").strip()[:254]
    try:
        found = erasure.find(db(), who)
    except NobodyFound:
        return _page(who=who, wrong=beside("who", _("Nobody here has this address or number.")))
    if not request.form.get("sure"):
        wrong = beside("sure", _("Say that you are sure: there is no way back."))
        return _page(who=who, plan=erasure.plan(db(), found), wrong=wrong)
    erasure.begin(db(), runtime().vault, found, by=agent())
    return settings.saved(".index")


@bp.get("/settings/erasures/<int:erasure_id>/certificate")
def show_certificate(erasure_id: int) -> ResponseReturnValue:
    settings.must(Permission.ERASE)
    done = db().get(Erasure, erasure_id)
    if done is None or done.ended_at is None:
        abort(404)
    signed = certificate(done, checkpoints.signer(runtime().vault, runtime().config.host))
    answer = Response(signed, content_type="text/plain; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"erasure-{erasure_id}.txt")
    return answer


def _page(*, who: str = "", plan: Plan | None = None, wrong: str = "") -> ResponseReturnValue:
    rows = db().scalars(select(Erasure).order_by(Erasure.id.desc()).limit(_MOST)).all()
    known = db().get(Customer, plan.customer_id) if plan and plan.customer_id else None
    return settings.page(
        "erasures/index.html",
        "erasures.index",
        422 if wrong else 200,
        who=who,
        plan=plan,
        name=known.name if known else "",
        counts=[(_label(name), count) for name, count in plan.counts.items() if count] if plan else [],
        rows=[_row(one) for one in rows],
        wrong=wrong,
    )


def _row(one: Erasure) -> Row:
    is_done = one.state is ErasureState.DONE
    return Row(
        one.id,
        one.customer_id,
        _("agent %(number)s", number=one.by_id) if one.by_id else one.by_role,
        one.begun_at,
        is_done,
        url_for(".show_certificate", erasure_id=one.id) if is_done else "",
    )


def _label(step: str) -> str:
    labels = {
        "deliveries": _("recipients of emails of ours"),
        "forwards": _("forwards by colleagues"),
        "notes": _("notes"),
        "notes about them": _("notes about them"),
        "messages": _("messages with their files"),
        "tickets": _("subjects of tickets"),
        "addresses on others' messages": _("addresses on others' messages"),
        "participants": _("places on conversations"),
        "reasons of permissions": _("reasons of permissions"),
        "links of permissions": _("links of permissions"),
        "words of the audit trail": _("words of the audit trail"),
        "visits to the record": _("visits to their record"),
        "digests": _("monthly emails"),
        "emails on no ticket": _("emails on no ticket"),
        "addresses": _("addresses"),
    }
    return labels.get(step, step)
