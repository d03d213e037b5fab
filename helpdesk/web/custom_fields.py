"""Custom fields: defined in the settings, filled in beside a ticket."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import custom_fields, teams
from helpdesk.desk.custom_fields import YES, FieldRefused, NotAValue, Wanted
from helpdesk.models.custom_field import CustomField, FieldKind
from helpdesk.models.role import Permission
from helpdesk.web import as_seen, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import back_to, handle, page

bp = Blueprint("custom_fields", __name__)


@bp.get("/settings/custom-fields")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _page()


@bp.post("/settings/custom-fields")
def create() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    kind = request.form.get("kind", "")
    try:
        custom_fields.add(db(), FieldKind(kind if kind in set(FieldKind) else "text"), _wanted(), by=agent())
    except FieldRefused as refused:
        return _page(
            beside(refused.why if refused.why in {"team", "choices"} else "name", _why(refused)),
            typed=_wanted(),
            kind=kind,
        )
    return settings.saved(".index")


@bp.post("/settings/custom-fields/<int:field_id>")
def change(field_id: int) -> ResponseReturnValue:
    field = _find(field_id)
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    try:
        custom_fields.change(db(), field, _wanted(), by=agent())
    except FieldRefused as refused:
        return _page(beside(refused.why if refused.why in {"team", "choices"} else "name", _why(refused)))
    return settings.saved(".index")


@bp.post("/settings/custom-fields/<int:field_id>/place")
def move(field_id: int) -> ResponseReturnValue:
    custom_fields.move(db(), _find(field_id), is_up=request.form.get("to") == "up", by=agent())
    return settings.saved(".index")


@bp.post("/settings/custom-fields/<int:field_id>/retirement")
def retire(field_id: int) -> ResponseReturnValue:
    """Offered no more, or, taken back, offered again."""
    verb = custom_fields.bring_back if "undo" in request.form else custom_fields.retire
    verb(db(), _find(field_id), by=agent())
    return settings.saved(".index")


@bp.post("/tickets/<int:number>/fields")
def fill_in(number: int) -> ResponseReturnValue:
    """What was changed in the form, and nothing else: two agents who fill in two fields do not undo each other."""
    ticket, form = handle(number), request.form
    typed = {int(name[3:]): form.get(f"f-{name[3:]}", "") for name in form if _is_before(name)}
    changed = {key: value for key, value in typed.items() if value != form[f"was{key}"]}
    try:
        custom_fields.fill_in(db(), ticket, changed, by=agent())
    except NotAValue as refused:
        name = db().get_one(CustomField, refused.field_id).name
        wrong = _("This can't stand in %(name)s.", name=name)
        return page(ticket, wrong=beside(f"f-{refused.field_id}", wrong))
    return back_to(number)


def _is_before(name: str) -> bool:
    digits = name.removeprefix("was")
    return name.startswith("was") and digits.isascii() and digits.isdecimal() and len(digits) < 16


def _page(wrong: str = "", typed: Wanted | None = None, kind: str = "") -> ResponseReturnValue:
    return settings.page(
        "custom_fields/index.html",
        "custom_fields.index",
        422 if wrong else 200,
        fields=custom_fields.all_of(db()),
        teams=teams.all_of(db()),
        kinds=_kinds(),
        typed=typed or Wanted(""),
        kind=kind,
        wrong=wrong,
    )


def _find(field_id: int) -> CustomField:
    settings.must(Permission.SETUP)
    found = db().get(CustomField, field_id)
    if found is None:
        raise NotVisible("custom_field", field_id)
    return found


def _wanted() -> Wanted:
    form = request.form
    team = form.get("team", type=whole)
    return Wanted(form.get("name", ""), form.get("choices", ""), team or None, form.get("is_personal") == YES)


def _kinds() -> dict[FieldKind, str]:
    return {
        FieldKind.TEXT: _("Text"),
        FieldKind.NUMBER: _("A number"),
        FieldKind.CHOICE: _("One of a list"),
        FieldKind.DATE: _("Date"),
        FieldKind.CHECKBOX: _("Yes or no"),
    }


def _why(refused: FieldRefused) -> str:
    return {
        "nameless": _("A field needs a name, of 60 letters at most."),
        "choices": _("Write what can be chosen, one a line: 100 lines at most, each of 60 letters at most."),
        "team": _("There is no such team."),
        "too_many": _("There are as many fields as there can be."),
    }[refused.why]
