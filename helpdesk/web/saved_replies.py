"""Saved replies and macros: a page of the settings, and the picker of the editor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import counters, outreach, saved_replies, teams, variables
from helpdesk.desk.lengths import TooLong
from helpdesk.desk.saved_replies import ActionUnknown, Nameless, NotTheirs
from helpdesk.models.role import Permission
from helpdesk.models.saved_reply import SavedReply
from helpdesk.web import actions, as_seen, settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside, too_long
from helpdesk.web.tickets import handle
from helpdesk.web.words import priorities

bp = Blueprint("saved_replies", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    reply: SavedReply
    does: Sequence[str]
    team: str  # whose it is, if a team's
    unknown: Sequence[str]  # what somebody has to write in by hand
    may_change: bool

    @property
    def whose(self) -> str:
        return "own" if self.reply.agent_id else str(self.reply.team_id or "all")

    @property
    def fields(self) -> Mapping[str, str]:
        return actions.fields(self.does)


@bp.get("/settings/saved-replies")
def index() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    return _page()


@bp.get("/tickets/<int:number>/saved-replies")
def offer(number: int) -> ResponseReturnValue:
    """What this agent can use on a ticket, with its variables filled; the editor's picker looks through them."""
    return _offered(variables.values_for(db(), handle(number), by=agent()))


@bp.get("/tickets/new/saved-replies")
def offer_for_new() -> ResponseReturnValue:
    """The same for an email that begins a ticket: of whom it goes to nothing is known yet."""
    mailbox_id = request.args.get("mailbox", type=whole)
    for mailbox in outreach.mailboxes(db(), by=agent()) if agent().may(Permission.HANDLE) else ():
        if mailbox.id == mailbox_id:
            return _offered(variables.values_at(mailbox, by=agent()))
    raise NotVisible("mailbox", mailbox_id or 0)


@bp.post("/settings/saved-replies")
def create() -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    return _keep(None)


@bp.post("/settings/saved-replies/<int:reply_id>")
def change(reply_id: int) -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    reply = _find(reply_id)
    if wrong := as_seen.changed(_page):
        return _page(wrong)
    return _keep(reply)


@bp.post("/settings/saved-replies/<int:reply_id>/removal")
def remove(reply_id: int) -> ResponseReturnValue:
    settings.must(Permission.HANDLE)
    try:
        saved_replies.remove(db(), _find(reply_id), by=agent())
    except NotTheirs:
        return _page(_("This saved reply is not yours to change."))
    return settings.saved(".index")


def _offered(values: Mapping[str, str]) -> ResponseReturnValue:
    found = saved_replies.listed(db(), request.args.get("q", ""), among=saved_replies.usable(agent()))
    filled = [(one, variables.fill(one.text, values)) for one in found]
    return {
        "isAll": len(found) < saved_replies.MOST_LISTED,
        "replies": [
            {
                "id": one.id,
                "name": one.name,
                "text": text,
                "unknown": variables.unknown(text),
                "actions": [[each, actions.words(each)] for each in saved_replies.actions_of(one)],
            }
            for one, text in filled
        ],
    }


def _keep(reply: SavedReply | None) -> ResponseReturnValue:
    whose, form, does = request.form.get("whose", "own"), request.form, actions.typed()
    try:
        with db().begin_nested():
            saved_replies.keep(
                db(),
                reply,
                name=form.get("name", ""),
                text=form.get("text", ""),
                actions=does,
                team_id=form.get("whose", type=whole),
                is_own=whose == "own",
                by=agent(),
            )
    except Nameless:
        wrong = _("A saved reply needs a name and a text.")
        return _page(beside("text" if form.get("name", "").strip() else "name", wrong))
    except ActionUnknown:
        most = saved_replies.MOST_ACTIONS
        return _page(
            beside("tags", _("A saved reply does %(most)s things at most, of those in the form.", most=most))
        )
    except TooLong as error:
        return _page(too_long(error))
    except NotTheirs:
        return _page(beside("whose", _("This saved reply is not yours to change.")))
    return settings.saved(".index")


def _find(reply_id: int) -> SavedReply:
    reply = saved_replies.find(db(), reply_id, by=agent())
    if reply is None:
        raise NotVisible("saved_reply", reply_id)
    return reply


def _page(wrong: str = "") -> ResponseReturnValue:
    sets_up, q = agent().may(Permission.SETUP), request.args.get("q", "")
    names = {team.id: team.name for team in (teams.all_of(db()) if sets_up else counters.teams(db(), agent()))}
    found = saved_replies.listed(db(), q, among=saved_replies.seen(agent()))
    return settings.page(
        "saved_replies/index.html", "saved_replies.index", 422 if wrong else 200, wrong=wrong,
        rows=[_row(one, names) for one in found], teams=names, q=q,
        is_all=len(found) < saved_replies.MOST_LISTED, names=variables.NAMES,
        words=actions.words, priorities=priorities(), is_for_all=sets_up,
    )  # fmt: skip


def _row(reply: SavedReply, names: Mapping[int, str]) -> Row:
    return Row(
        reply,
        saved_replies.actions_of(reply),
        names.get(reply.team_id or 0, ""),
        [name for name in variables.unknown(reply.text) if name not in variables.NAMES],
        saved_replies.may_change(db(), reply, by=agent()),
    )
