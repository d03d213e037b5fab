"""Saved replies and macros: a page of the settings, and the picker of the editor."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import counters, saved_replies, variables
from helpdesk.desk.saved_replies import ActionUnknown, Nameless, NotTheirs
from helpdesk.models.role import Permission
from helpdesk.models.saved_reply import SavedReply
from helpdesk.web import actions, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.sent_back import beside
from helpdesk.web.tickets import handle

bp = Blueprint("saved_replies", __name__)

EXAMPLE = "tag:refund\nassign:me\npriority:high\nthen:close"


@bp.get("/settings/saved-replies")
def index() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    return _page()


@bp.get("/tickets/<int:number>/saved-replies")
def offer(number: int) -> ResponseReturnValue:
    """All that this agent can use on a ticket, with its variables filled; the editor's picker looks through them."""
    ticket = handle(number)
    values = variables.values_for(db(), ticket, by=agent())
    return {
        "replies": [
            {
                "id": one.id,
                "name": one.name,
                "text": variables.fill(one.text, values),
                "unknown": variables.unknown(variables.fill(one.text, values)),
                "actions": [[each, actions.words(each)] for each in saved_replies.actions_of(one)],
            }
            for one in saved_replies.listed(db(), by=agent())
        ]
    }


@bp.post("/settings/saved-replies")
def create() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    return _keep(None)


@bp.post("/settings/saved-replies/<int:reply_id>")
def change(reply_id: int) -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    return _keep(_find(reply_id))


@bp.post("/settings/saved-replies/<int:reply_id>/removal")
def remove(reply_id: int) -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    try:
        saved_replies.remove(db(), _find(reply_id), by=agent())
    except NotTheirs:
        return _page(_("This saved reply is not yours to change."))
    return settings.saved(".index")


def _keep(reply: SavedReply | None) -> ResponseReturnValue:
    whose, form = request.form.get("whose", "own"), request.form
    chosen = [line for line in form.get("actions", "").splitlines() if line.strip()]
    try:
        with db().begin_nested():
            saved_replies.keep(
                db(),
                reply,
                name=form.get("name", ""),
                text=form.get("text", ""),
                actions=chosen,
                team_id=int(whose) if whose.isdecimal() else None,
                is_own=whose == "own",
                by=agent(),
            )
    except Nameless:
        wrong = _("A saved reply needs a name and a text.")
        return _page(beside("text" if form.get("name", "").strip() else "name", wrong))
    except ActionUnknown:
        return _page(beside("actions", _("There is no such action. Look at the examples.")))
    except NotTheirs:
        return _page(_("This saved reply is not yours to change."))
    return settings.saved(".index")


def _find(reply_id: int) -> SavedReply:
    reply = saved_replies.find(db(), reply_id, by=agent())
    if reply is None:
        raise NotVisible("saved_reply", reply_id)
    return reply


def _page(wrong: str = "") -> ResponseReturnValue:
    found = saved_replies.listed(db(), by=agent())
    teams = {team.id: team.name for team in counters.teams(db(), agent())}
    rows = [
        (
            one,
            saved_replies.actions_of(one),
            saved_replies.may_change(db(), one, by=agent()),
            teams.get(one.team_id or 0),
        )
        for one in found
    ]
    status = 422 if wrong else 200
    return settings.page(
        "saved_replies/index.html", "saved_replies.index", status, rows=rows, teams=teams,
        names=variables.NAMES, example=EXAMPLE, words=actions.words, wrong=wrong,
        is_for_all=agent().may(Permission.SETUP),
    )  # fmt: skip
