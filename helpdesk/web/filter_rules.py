"""Filter rules in the settings: what an email must be like, what is done with it, and what that would have hit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import filter_rules
from helpdesk.desk.filter_rules import RuleRefused, Wanted
from helpdesk.desk.lengths import TooLong
from helpdesk.languages import N_
from helpdesk.mail.filtering import WORDLESS, Actions, Condition, Field, Rule
from helpdesk.models.agent import Team
from helpdesk.models.filter_rule import FilterRule
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Priority
from helpdesk.web import as_seen, filter_preview, settings, words
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("filter_rules", __name__)
SPARE: Final = 2  # empty lines for further conditions
_WRONG: Final = {
    "name": N_("Give the rule a name."),
    "conditions": N_("A rule needs one condition at least, and twelve at most."),
    "words": N_("Write the words to look for."),
    "header": N_("Write a header's name, a colon, and the words to look for: X-Priority: 1"),
    "actions": N_("Choose what is to be done."),
    "team": N_("This team is not there any more."),
    "too_many": N_("These are too many."),
}
_FIELDS: Final = {"conditions": "field", "words": "words", "header": "words", "actions": "then", "team": "team"}


@dataclass(frozen=True, slots=True)
class Row:
    row: FilterRule
    looks_for: Sequence[str]
    does: Sequence[str]
    hit: int


@bp.get("/settings/filter-rules")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    counts, teams = filter_rules.hit_counts(db()), _teams()
    rows = [
        Row(row, _looks_for(rule), _does(rule.actions, teams), counts.get(row.id, 0))
        for row, rule in ((row, filter_rules.value(row)) for row in filter_rules.listed(db()))
    ]
    return settings.page("filter_rules/index.html", "filter_rules.index", rows=rows)


@bp.get("/settings/filter-rules/new")
def new() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _form(None, Wanted("", (), Actions()))


@bp.post("/settings/filter-rules")
def create() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    wanted = _wanted()
    try:
        row = filter_rules.add(db(), wanted, by=agent())
    except (RuleRefused, TooLong) as refused:
        return _form(None, wanted, _why(refused))
    return redirect(url_for(".preview", rule_id=row.id), code=303)


@bp.get("/settings/filter-rules/<int:rule_id>")
def edit(rule_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _standing(_find(rule_id))


@bp.post("/settings/filter-rules/<int:rule_id>")
def change(rule_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    row, wanted = _find(rule_id), _wanted()
    if wrong := as_seen.changed(lambda: _standing(row)):
        return _standing(row, wrong, lines_typed=len(wanted.conditions))
    try:
        filter_rules.change(db(), row, wanted, by=agent())
    except (RuleRefused, TooLong) as refused:
        return _form(row, wanted, _why(refused))
    return redirect(url_for(".preview", rule_id=row.id), code=303)


@bp.get("/settings/filter-rules/<int:rule_id>/preview")
def preview(rule_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    row = _find(rule_id)
    rule = filter_rules.value(row)
    return settings.page(
        "filter_rules/preview.html", "filter_rules.index", row=row, preview=filter_preview.of(rule),
        looks_for=_looks_for(rule), does=_does(rule.actions, _teams()),
    )  # fmt: skip


@bp.post("/settings/filter-rules/<int:rule_id>/state")
def activate(rule_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    filter_rules.switch(db(), _find(rule_id), on=request.form.get("on") == "1", by=agent())
    return settings.saved(".index")


@bp.post("/settings/filter-rules/<int:rule_id>/position")
def move(rule_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    filter_rules.move(db(), _find(rule_id), up=request.form.get("to") == "up", by=agent())
    return settings.saved(".index")


@bp.post("/settings/filter-rules/<int:rule_id>/removal")
def remove(rule_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    filter_rules.remove(db(), _find(rule_id), by=agent())
    return settings.saved(".index")


def fields() -> Mapping[Field, str]:
    """What a condition can look at, as a list offers it."""
    return {
        Field.FROM: _("Sender"),
        Field.TO: _("Recipient or copy"),
        Field.SUBJECT: _("Subject has"),
        Field.TEXT: _("Text has"),
        Field.HEADER: _("Header"),
        Field.ATTACHMENT: _("Has a file"),
        Field.MAILBOX: _("Came to mailbox"),
        Field.LANGUAGE: _("Language (de, en, fr …)"),
        Field.LIST: _("Sent to a list"),
        Field.AUTOMATIC: _("Sent by a machine"),
        Field.UNPROVEN: _("Sender not proven"),
        Field.SPAM: _("Marked as spam by a filter before us"),
    }


def _find(rule_id: int) -> FilterRule:
    row = filter_rules.find(db(), rule_id)
    if row is None:
        raise NotVisible("filter_rule", rule_id)
    return row


def _teams() -> Mapping[int, str]:
    return {team.id: team.name for team in db().scalars(select(Team).order_by(Team.name))}


def _standing(row: FilterRule, wrong: str = "", *, lines_typed: int = 0) -> ResponseReturnValue:
    rule = filter_rules.value(row)
    wanted = Wanted(rule.name, rule.conditions, rule.actions, rule.needs_all, rule.stops)
    return _form(row, wanted, wrong, lines_typed=lines_typed)


def _form(row: FilterRule | None, wanted: Wanted, wrong: str = "", *, lines_typed: int = 0) -> ResponseReturnValue:
    lines = [(one.field, _written(one), one.is_not) for one in wanted.conditions]
    spare = max(SPARE, 3 - len(lines), lines_typed - len(lines))
    return settings.page(
        "filter_rules/form.html", "filter_rules.index", 422 if wrong else 200, row=row, wanted=wanted, wrong=wrong,
        lines=[*lines, *[(None, "", False)] * spare][: filter_rules.MOST_CONDITIONS], fields=fields(), teams=_teams(),
        priorities=words.priorities(),
    )  # fmt: skip


def _why(refused: RuleRefused | TooLong) -> str:
    if isinstance(refused, TooLong):
        return too_long(refused)
    return beside(_FIELDS.get(refused.why, "name"), _(_WRONG[refused.why]))


def _wanted() -> Wanted:
    given = request.form
    lines = zip(given.getlist("field"), given.getlist("is_not"), given.getlist("words"), strict=False)
    conditions = [
        _condition(field, text, is_not=is_not == "1") for field, is_not, text in lines if field in set(Field)
    ]
    then = given.get("then", "")
    actions = Actions(
        team_id=given.get("team", type=whole),
        tags=_tags(given.get("tags", "")),
        priority=given.get("priority", "") if given.get("priority") in set(Priority) else "",
        holds=then == "hold",
        is_spam=then == "spam",
    )
    return Wanted(given.get("name", ""), tuple(conditions), actions, given.get("needs") != "any", "stops" in given)


def _tags(text: str) -> tuple[str, ...]:
    written = [" ".join(tag.split()).lower() for tag in text.split(",")]
    return tuple(dict.fromkeys(tag for tag in written if tag))


def _condition(field: str, text: str, *, is_not: bool) -> Condition:
    name = ""
    if field == Field.HEADER:
        name, _colon, text = text.partition(":")
    looked_for = () if field in WORDLESS else tuple(word.strip() for word in text.split(",") if word.strip())
    return Condition(Field(field), looked_for, name.strip()[:80], is_not)


def _written(condition: Condition) -> str:
    said = ", ".join(condition.words)
    return f"{condition.name}: {said}".removesuffix(": ") if condition.name else said


def _looks_for(rule: Rule) -> list[str]:
    named = fields()
    return [
        f"{_('not') + ' ' if one.is_not else ''}{named[one.field]} {_written(one)}".strip() for one in rule.conditions
    ]


def _does(actions: Actions, teams: Mapping[int, str]) -> list[str]:
    found = []
    if actions.team_id:
        found.append(_("to team %(team)s", team=teams.get(actions.team_id, "?")))
    if actions.tags:
        found.append(_("tag %(tags)s", tags=", ".join(actions.tags)))
    if actions.priority:
        found.append(_("priority %(priority)s", priority=words.priorities()[Priority(actions.priority)]))
    if actions.holds:
        found.append(_("hold it for a look"))
    if actions.is_spam:
        found.append(_("to spam"))
    return found
