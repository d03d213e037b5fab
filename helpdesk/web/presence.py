"""Who is at a ticket, and who is writing: signs of life of open pages, and what others see of them."""

from contextlib import suppress
from typing import Final

import redis
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.desk import inbox, sign_in
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Ticket
from helpdesk.storage import presence
from helpdesk.storage.presence import Doing
from helpdesk.web.auth import agent, browser, db, runtime, without_database
from helpdesk.web.filters import initials, tone
from helpdesk.web.language import _

bp = Blueprint("presence", __name__)
_MOST: Final = 200  # tickets asked about at once


@bp.post("/tickets/<int:number>/presence")
@without_database
def beat(number: int) -> ResponseReturnValue:
    """A sign of life of a page that shows this ticket; with `left`, its last. It changes no row."""
    here = runtime()
    with here.db.reading() as session:
        login = sign_in.current(session, browser().secret)
        if login is None or login.must_set_up:
            return "", 401
        sees = select(Ticket.id).where(Ticket.id == number, inbox.is_visible(login.agent))
        agent_id, is_visible = login.agent.id, session.scalar(sees) is not None
    if not is_visible:
        return "", 404
    with suppress(redis.RedisError):  # nobody sees anybody for a while
        if "left" in request.form:
            presence.left(here.doorbell.redis, number, agent_id)
        else:
            presence.seen(here.doorbell.redis, number, agent_id, doing=_doing())
    return "", 204


@bp.get("/presence")
def show() -> ResponseReturnValue:
    """The colleagues at those of the asked-for tickets that this agent may know of."""
    asked = [
        int(one)
        for one in request.args.get("tickets", "").split(",")
        if one.isascii() and one.isdecimal() and len(one) < 16
    ]
    visible = select(Ticket.id).where(Ticket.id.in_(asked[:_MOST]), inbox.is_visible(agent()))
    try:
        found = presence.at(runtime().doorbell.redis, db().scalars(visible).all()) if asked else []
    except redis.RedisError:
        found = []
    others = [one for one in found if one.agent_id != agent().id]
    named = select(Agent.id, Agent.name).where(Agent.id.in_({one.agent_id for one in others}))
    names = {agent_id: name for agent_id, name in db().execute(named)} if others else {}  # noqa: C416  rows
    return [_as_json(one, names[one.agent_id]) for one in others if one.agent_id in names]


def _as_json(one: presence.Here, name: str) -> dict[str, object]:
    words = {
        Doing.WRITING: _("%(name)s is writing", name=name),
        Doing.LOOKING: _("%(name)s is looking at this", name=name),
        Doing.IDLE: _("%(name)s has this open", name=name),
    }[one.doing]
    return {
        "ticket": one.ticket_id,
        "words": words,
        "initials": initials(name),
        "tone": tone(name),
        "typing": one.is_typing,
        "idle": one.doing is Doing.IDLE,
    }


def _doing() -> Doing:
    if request.form.get("typing") == "1":
        return Doing.WRITING
    return Doing.IDLE if request.form.get("idle") == "1" else Doing.LOOKING
