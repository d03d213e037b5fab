"""Blocked senders in the settings: who is blocked, since when, how much of theirs waits; blocked and let go."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from helpdesk.desk import blocks
from helpdesk.models.blocked_sender import BlockedSender
from helpdesk.models.role import Permission
from helpdesk.web import settings
from helpdesk.web.auth import agent, db
from helpdesk.web.errors import NotVisible
from helpdesk.web.sent_back import beside
from helpdesk.web.waiting import why_not

bp = Blueprint("blocks", __name__)


@bp.get("/settings/blocked-senders")
def index() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    return _page()


@bp.post("/settings/blocked-senders")
def create() -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    try:
        blocks.block(db(), request.form.get("address", ""), by=agent())
    except blocks.CanNotBlock as refused:
        return _page(beside("address", why_not(refused)))
    return settings.saved(".index")


@bp.post("/settings/blocked-senders/<int:block_id>/end")
def end(block_id: int) -> ResponseReturnValue:
    settings.must(Permission.SETUP)
    blocked = db().get(BlockedSender, block_id)
    if blocked is None:
        raise NotVisible("blocked_sender", block_id)
    blocks.lift(db(), blocked, by=agent())
    return settings.saved(".index")


def _page(wrong: str = "") -> ResponseReturnValue:
    status = 422 if wrong else 200
    return settings.page("blocks/index.html", "blocks.index", status, blocks=blocks.listed(db()), wrong=wrong)
