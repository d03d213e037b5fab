"""Saved replies and macros: reusable texts with variables, and what is done with the ticket when they are sent."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import lengths, places, tickets
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.role import Permission
from helpdesk.models.saved_reply import SavedReply
from helpdesk.models.ticket import Priority, Ticket
from helpdesk.privacy import audit
from helpdesk.privacy.basis import teams_of

LONGEST_NAME: Final = 80
LONGEST_TEXT: Final = 20_000

MOST_ACTIONS: Final = 10
MOST_LISTED: Final = 200
THEN: Final = ("close", "wait")


class Nameless(Exception):
    """A saved reply needs a name and a text."""


class NotTheirs(Exception):
    """Their own, those of their teams, and, with the permission to set up the desk, everybody's."""


class ActionUnknown(Exception):
    """No such action, or too many: a macro assigns to me or to nobody, tags, sets a priority, closes or waits."""


def usable(by: Agent) -> ColumnElement[bool]:
    """Everybody's, those of the agent's teams, and their own."""
    everybody = SavedReply.team_id.is_(None) & SavedReply.agent_id.is_(None)
    return or_(everybody, SavedReply.agent_id == by.id, SavedReply.team_id.in_(teams_of(by)))


def seen(by: Agent) -> ColumnElement[bool]:
    """What this agent can look at in the settings: who sets up the desk, those of every team as well."""
    return or_(usable(by), SavedReply.team_id.is_not(None)) if by.may(Permission.SETUP) else usable(by)


def listed(session: Session, words: str = "", *, among: ColumnElement[bool]) -> Sequence[SavedReply]:
    """Those with all these words in name or text, the most used first; not more than `MOST_LISTED`."""
    chosen = select(SavedReply).where(among)
    for word in words.split()[:MOST_ACTIONS]:
        has = (column.icontains(word, autoescape=True) for column in (SavedReply.name, SavedReply.text))
        chosen = chosen.where(or_(*has))
    return session.scalars(chosen.order_by(SavedReply.used_count.desc(), SavedReply.name).limit(MOST_LISTED)).all()


def find(session: Session, reply_id: int, *, by: Agent) -> SavedReply | None:
    return session.scalar(select(SavedReply).where(SavedReply.id == reply_id, seen(by)))


def may_change(session: Session, reply: SavedReply, *, by: Agent) -> bool:
    if reply.agent_id is not None:
        return reply.agent_id == by.id
    if reply.team_id is None:
        return by.may(Permission.SETUP)
    if by.may(Permission.SETUP):
        return session.get(Team, reply.team_id) is not None
    return by.may(Permission.HANDLE) and session.get(TeamMember, (reply.team_id, by.id)) is not None


def keep(  # noqa: PLR0913  a macro has these
    session: Session,
    reply: SavedReply | None,
    *,
    name: str,
    text: str,
    actions: Sequence[str] = (),
    team_id: int | None = None,
    is_own: bool = False,
    by: Agent,
) -> SavedReply:
    """Make or change one. Raises Nameless, NotTheirs, ActionUnknown, TooLong."""
    name, text = lengths.name(name, LONGEST_NAME), lengths.text(text, LONGEST_TEXT, field="text")
    if not name or not text:
        raise Nameless("a saved reply needs a name and a text")
    if len(actions) > MOST_ACTIONS:
        raise ActionUnknown(f"a macro does {MOST_ACTIONS} things at most")
    for tag in (action.partition(":")[2] for action in actions if action.startswith("tag:")):
        lengths.name(tag, tickets.LONGEST_TAG, field="tags")
    done = json.dumps([checked(action) for action in actions])
    made = SavedReply(name=name, text=text, actions=done)
    made.team_id, made.agent_id = (None, by.id) if is_own else (team_id, None)
    if (reply is not None and not may_change(session, reply, by=by)) or not may_change(session, made, by=by):
        raise NotTheirs("this saved reply is not yours to change")
    if reply is None:
        reply = made
        session.add(reply)
    for field in ("name", "text", "actions", "team_id", "agent_id"):
        setattr(reply, field, getattr(made, field))
    reply.changed_at = clock.now()
    session.flush()
    audit.record(session, "saved_reply.change", by=by, on=("saved_reply", reply.id))
    return reply


def remove(session: Session, reply: SavedReply, *, by: Agent) -> None:
    if not may_change(session, reply, by=by):
        raise NotTheirs("this saved reply is not yours to remove")
    session.delete(reply)
    audit.record(session, "saved_reply.remove", by=by, on=("saved_reply", reply.id))


def used(session: Session, reply_ids: Sequence[int], *, by: Agent) -> None:
    """Count a use where a text that began with a saved reply is sent."""
    session.execute(
        update(SavedReply)
        .where(SavedReply.id.in_(list(reply_ids)[:MOST_ACTIONS]), usable(by))
        .values(used_count=SavedReply.used_count + 1, used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def actions_of(reply: SavedReply) -> list[str]:
    return [str(action) for action in json.loads(reply.actions)]


def checked(action: str) -> str:
    """An action as it is kept: a verb, and with a colon what it does it with. Raises ActionUnknown."""
    verb, _colon, what = action.strip().partition(":")
    what = " ".join(what.split())
    fits = (
        (verb == "tag" and 0 < len(what) <= tickets.LONGEST_TAG)
        or (verb == "assign" and what in {"me", "nobody"})
        or (verb == "priority" and what in set(Priority))
        or (verb == "then" and what in THEN)
    )
    if not fits:
        raise ActionUnknown("there is no such action")
    return f"{verb}:{what}"


def carry_out(session: Session, ticket: Ticket, actions: Sequence[str], *, by: Agent) -> str:
    """Do what a macro does besides writing; returns what it says is to become of the ticket, or nothing."""
    then = ""
    for action in [checked(each) for each in actions[:MOST_ACTIONS]]:
        verb, _colon, what = action.partition(":")
        if verb == "tag":
            tickets.tag(session, ticket, what, by=by)
        elif verb == "assign":
            tickets.assign(session, ticket, by if what == "me" else None, by=by)
        elif verb == "priority":
            places.prioritise(session, ticket, Priority(what), by=by)
        else:
            then = what
    return then
