"""Bulk actions: many tickets of a list at once, with progress, and taken back while that is offered."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import bulk, custom_fields
from helpdesk.desk.bulk import NothingChosen, NotUnderstood, TooLate, TooMany
from helpdesk.desk.lengths import TooLong
from helpdesk.models.agent import Agent, Team
from helpdesk.models.bulk import Bulk, Verb
from helpdesk.models.custom_field import FieldKind
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Priority
from helpdesk.web import lists, paging, words
from helpdesk.web.auth import agent, db, own_path
from helpdesk.web.composer import moments, zone
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _, number
from helpdesk.web.numbers import whole

bp = Blueprint("bulk", __name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the menu: what is done, and with what."""

    value: str
    words: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """What is done with the chosen tickets, by groups; `key` opens it."""

    key: str
    icon: str
    name: str
    groups: Sequence[tuple[str, Sequence[Choice]]] = ()


@bp.post("/bulk")
def ask() -> ResponseReturnValue:
    """Do it to the chosen tickets: `do` is a verb, a colon, and what goes with it. The list tells what came of it."""
    _may_handle()
    form = request.form
    word, _colon, argument = form.get("do", "").partition(":")
    verb = Verb(word) if word in set(Verb) else None
    if verb is None:
        return redirect(_back("0"), 303)
    key = form.get("key", "")[:64] or secrets.token_hex(8)
    try:
        made = bulk.ask(db(), verb, _argument(verb, argument), _chosen(), by=agent(), key=key)
    except (NotUnderstood, NothingChosen):
        return redirect(_back("0"), 303)
    except TooMany:
        return redirect(_back("many"), 303)
    except TooLong:
        return redirect(_back("long"), 303)
    return redirect(_back(made.id), 303)


def _argument(verb: Verb, chosen: str) -> str:
    """What goes with the verb: as its button says, or as it was typed beside it."""
    form = request.form
    if verb is Verb.TAG:
        return form.get("tag", "")
    if verb is Verb.MERGE:
        return chosen or form.get("into", "").strip().lstrip("#")
    if verb is not Verb.SNOOZE or chosen == "reply":
        return chosen
    moment = form.get("until_at", "") if chosen == "chosen" else chosen
    with suppress(ValueError):
        at = datetime.fromisoformat(moment)
        moment = (at if at.tzinfo else at.replace(tzinfo=zone())).isoformat()
    return f"{moment} or reply" if "on_reply" in form else moment


@bp.get("/bulk/choices")
def choices() -> ResponseReturnValue:
    """What can be done with what is chosen: asked for when something is."""
    _may_handle()
    return render_template("bulk/choices.html", menus=_menus(), moments=moments())


@bp.get("/bulk/<int:bulk_id>")
def show(bulk_id: int) -> ResponseReturnValue:
    """How far it is; the piece of the page asks for itself until nothing more can come of it."""
    found = _find(bulk_id)
    return render_template("bulk/progress.html", bulk=found, may_undo=bulk.may_be_undone(found), told=_told(found))


@bp.post("/bulk/<int:bulk_id>/undo")
def undo(bulk_id: int) -> ResponseReturnValue:
    found = _find(bulk_id)
    with suppress(TooLate):  # the list says how things are
        bulk.undo(db(), found, by=agent())
    return redirect(_back(found.id), 303)


def _chosen() -> Sequence[int]:
    """The tickets that were ticked, or all of the list they stand in, as it is now and as this agent sees it."""
    if "whole" not in request.form:
        return request.form.getlist("ticket", type=whole)
    here = paging.of_path(own_path(request.form.get("back") or "/"))
    return lists.ids_of(db(), agent(), here, most=bulk.MOST) if here else []


def _may_handle() -> None:
    if not agent().may(Permission.HANDLE):
        abort(404)


def _find(bulk_id: int) -> Bulk:
    found = bulk.find(db(), bulk_id, by=agent())
    if found is None:
        raise NotVisible("bulk", bulk_id)
    return found


def _back(bulk_id: int | str) -> str:
    """The list it was asked on; with the number of the action, 0 or `many` where there was none."""
    here = urlsplit(own_path(request.form.get("back") or "/"))
    kept = [(name, value) for name, value in parse_qsl(here.query) if name not in {"bulk", "after"}]
    return f"{here.path}?{urlencode([*kept, ('bulk', bulk_id)])}"


def _told(found: Bulk) -> str:
    if found.undo_asked_at:
        told = [_("%(done)s of %(total)s tickets put back", done=number(found.put_back), total=number(found.done))]
    else:
        told = [_("%(done)s of %(total)s tickets done", done=number(found.done), total=number(found.total))]
        if found.total == bulk.MOST:
            told.append(_("no more at once"))
    if found.already:
        told.append(_("%(count)s were so before", count=number(found.already)))
    if found.refused:
        told.append(_("%(count)s not allowed or not possible", count=number(found.refused)))
    if found.changed_since:
        told.append(_("%(count)s changed since, and left alone", count=number(found.changed_since)))
    return " · ".join(told)


def _menus() -> Sequence[Menu]:
    agents = db().execute(select(Agent.id, Agent.name).where(Agent.is_disabled.is_(False)).order_by(Agent.name))
    teams = db().execute(select(Team.id, Team.name).order_by(Team.name))
    others = [Choice(f"assign:{one}", name) for one, name in agents if one != agent().id]
    assign = [Choice(f"assign:{agent().id}", _("Me"), "i"), Choice("assign:", _("Nobody")), *others]
    states = [Choice("reopen:", _("Open")), Choice("wait:", _("Pending"), "w"), Choice("close:", _("Close"))]
    return (
        Menu("a", "user-plus", _("Assign"), [("", assign)]),
        Menu("t", "users", _("Move to another team"), [("", [Choice(f"team:{one}", name) for one, name in teams])]),
        Menu("s", "circle-dot", _("State"), [("", states)]),
        Menu("h", "alarm-clock", _("Snooze")),
        Menu("l", "tag", _("Tag")),
        Menu("m", "git-merge", _("Merge")),
        Menu("p", "ellipsis", _("More"), _rest()),
    )


def _rest() -> Sequence[tuple[str, Sequence[Choice]]]:
    named = words.priorities()
    return (
        (_("Priority"), [Choice(f"priority:{one.value}", named[one]) for one in Priority]),
        *((field.name, [Choice(f"field:{field.id}={word}", _("yes") if field.kind is FieldKind.CHECKBOX else word)
                        for word in custom_fields.choices(field)]) for field in custom_fields.chosen_from(db())),
        ("", [Choice("restore:", _("Put back from spam or trash"))]),
    )  # fmt: skip
