"""Objections: who asked to be left out of what is reckoned from many people's mail, noted and withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import customers
from helpdesk.models.customer import Customer
from helpdesk.models.objection import Objection, Wish
from helpdesk.models.role import Permission
from helpdesk.privacy import erasure, objections
from helpdesk.privacy.erasure import NobodyFound
from helpdesk.web import settings
from helpdesk.web.auth import agent, db
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside

bp = Blueprint("objections", __name__)
_MOST = 500


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    customer: str
    wish: str
    noted_at: datetime


@bp.get("/settings/objections")
def index() -> ResponseReturnValue:
    """Who is left out; with `who`, the form for one more is begun."""
    settings.must(Permission.ERASE)
    return _page(who=request.args.get("who", "").strip()[:254])


@bp.post("/settings/objections")
def create() -> ResponseReturnValue:
    settings.must(Permission.ERASE)
    who, wish = request.form.get("who", "").strip()[:254], request.form.get("wish", "")
    if wish not in set(Wish):
        return _page(who=who, wrong=beside("wish", _("Please choose one of what is offered.")))
    found = _customer(who)
    if found is None:
        return _page(who=who, wrong=beside("who", _("No customer here has this address or number.")))
    objections.note(db(), found, Wish(wish), by=agent())
    return settings.saved(".index")


@bp.post("/settings/objections/<int:objection_id>/end")
def end(objection_id: int) -> ResponseReturnValue:
    settings.must(Permission.ERASE)
    objections.end(db(), db().get(Objection, objection_id) or abort(404), by=agent())
    return settings.saved(".index")


def _customer(who: str) -> Customer | None:
    """Somebody whose address only stands on others' emails has no tickets that could be counted."""
    try:
        found = erasure.find(db(), who)
    except NobodyFound:
        return None
    return found if isinstance(found, Customer) else None


def _page(*, who: str = "", wrong: str = "") -> ResponseReturnValue:
    held = objections.in_force(db(), most=_MOST)
    names = customers.labels(db(), [customer for _objection, customer in held])
    rows = [
        Row(one.id, names.get(customer.id) or f"#{customer.id}", wishes()[one.wish], one.noted_at)
        for one, customer in held
    ]
    return settings.page(
        "objections/index.html", "objections.index", 422 if wrong else 200, rows=rows, who=who, wrong=wrong,
        wishes=wishes(),
    )  # fmt: skip


def wishes() -> dict[Wish, str]:
    return {
        Wish.OBJECTION: _("They object to being analysed"),
        Wish.RESTRICTION: _("Their data may only be kept, not worked with"),
    }
