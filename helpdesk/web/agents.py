"""The people of the desk: invited, given a role and teams, disabled and let in again."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.desk import agents, password_resets, roles, second_factor, teams
from helpdesk.desk.lengths import TooLong
from helpdesk.models.agent import Agent, AgentMailbox, Role, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import OwnRole, Permission, Scope
from helpdesk.web import as_seen, settings, words
from helpdesk.web.auth import agent, db, fresh, runtime
from helpdesk.web.errors import NotVisible
from helpdesk.web.filters import role_word
from helpdesk.web.language import _
from helpdesk.web.numbers import whole
from helpdesk.web.sent_back import beside, too_long

bp = Blueprint("agents", __name__)


class RoleGone(Exception):
    """The role that was chosen was removed meanwhile."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A role as a form offers it."""

    value: str
    name: str


@bp.get("/settings/agents")
def index() -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    return _list()


@bp.post("/settings/agents")
def invite() -> ResponseReturnValue:
    """Add somebody and mail them a link; where nothing can be mailed, their page says what to do."""
    settings.must(Permission.PEOPLE)
    fresh()
    form = request.form
    try:
        with db().begin_nested():
            role, own_role = _chosen_role()
            name, email = form.get("name", ""), form.get("email", "")
            made = agents.add(db(), name=name, email=email, teams=_chosen_teams(), by=agent())
            agents.change_role(db(), made, role, own_role=own_role, by=agent())
    except TooLong as error:
        return _list(too_long(error))
    except (agents.AgentExists, agents.AddressUnusable, roles.BeyondOwn, RoleGone) as error:
        return _list(_words_of(error))
    return _invited(made)


@bp.get("/settings/agents/<int:agent_id>")
def show(agent_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    return _page(_find(agent_id))


@bp.post("/settings/agents/<int:agent_id>")
def change(agent_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    fresh()
    found = _find(agent_id)
    if wrong := as_seen.changed(lambda: _page(_find(agent_id))):
        return _page(_find(agent_id), wrong)

    def step() -> None:
        role, own_role = _chosen_role()
        narrower = request.form.get("scope", "")
        scope = Scope(narrower) if narrower in set(Scope) else None
        agents.change_role(db(), found, role, own_role=own_role, narrower_scope=scope, by=agent())
        agents.put_in_teams(db(), found, _chosen_teams(), by=agent())
        agents.let_see_mailboxes(db(), found, request.form.getlist("mailbox", type=whole), by=agent())

    return _done(found, step)


@bp.post("/settings/agents/<int:agent_id>/invitation")
def invite_again(agent_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    fresh()
    found = _find(agent_id)
    if found.is_disabled or found.password_hash:
        return _page(found, _("This person can sign in already, or is disabled."))
    return _invited(found)


@bp.post("/settings/agents/<int:agent_id>/invitation/revocation")
def revoke_invitation(agent_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    found = _find(agent_id)
    return _done(found, lambda: password_resets.revoke(db(), found, by=agent()))


@bp.post("/settings/agents/<int:agent_id>/second-step/removal")
def reset_second_step(agent_id: int) -> ResponseReturnValue:
    settings.must(Permission.PEOPLE)
    fresh()
    found = _find(agent_id)
    return _done(found, lambda: agents.reset_second_step(db(), found, by=agent()))


@bp.post("/settings/agents/<int:agent_id>/disablement")
def disable(agent_id: int) -> ResponseReturnValue:
    """Or let in again, with `undo`."""
    settings.must(Permission.PEOPLE)
    fresh()
    found = _find(agent_id)
    act = agents.enable if "undo" in request.form else agents.disable
    return _done(found, lambda: act(db(), found, by=agent()))


def role_choices() -> list[Choice]:
    """The roles that whoever asks may give."""
    own = [(f"own:{role.id}", role.name, roles.Powers(role.permissions, role.scope)) for role, _n in _own_roles()]
    built_in = [(role.value, role_word(role), roles.powers_of(role)) for role in Role if role is not Role.OWN]
    return [Choice(value, name) for value, name, powers in (*built_in, *own) if _may_give(powers)]


def _done(found: Agent, step: Callable[[], None]) -> ResponseReturnValue:
    """All of a step or nothing of it; the page says why not."""
    try:
        with db().begin_nested():
            step()
    except (agents.LastAdmin, roles.BeyondOwn, RoleGone) as error:
        return _page(_find(found.id), _words_of(error))
    return redirect(url_for(".show", agent_id=found.id, saved=1), code=303)


def _invited(found: Agent) -> ResponseReturnValue:
    try:
        password_resets.invite(db(), runtime().vault, found, by=agent())
    except password_resets.NoMailbox:
        return redirect(url_for(".show", agent_id=found.id, unsent=1), code=303)
    return redirect(url_for(".show", agent_id=found.id, saved=1), code=303)


def _chosen_role() -> tuple[Role, OwnRole | None]:
    """The role of a form. Raises RoleGone, and BeyondOwn for one that is not offered."""
    value = request.form.get("role", "")
    if value.startswith("own:") and value not in {f"own:{role.id}" for role, _n in _own_roles()}:
        raise RoleGone
    if value not in {choice.value for choice in role_choices()}:
        raise roles.BeyondOwn("not a role that can be given")
    if value.startswith("own:"):
        return Role.OWN, db().get_one(OwnRole, int(value.removeprefix("own:")))
    return Role(value), None


def _chosen_teams() -> list[Team]:
    return list(db().scalars(select(Team).where(Team.id.in_(request.form.getlist("team", type=whole)))))


def _own_roles() -> list[tuple[OwnRole, int]]:
    return roles.of_the_desk(db())


def _may_give(powers: roles.Powers) -> bool:
    try:
        roles.require_within(agent(), powers)
    except roles.BeyondOwn:
        return False
    return True


def _find(agent_id: int) -> Agent:
    found = db().scalar(select(Agent).where(Agent.id == agent_id).options(selectinload(Agent.teams)))
    if found is None:
        raise NotVisible("agent", agent_id)
    return found


def _words_of(error: Exception) -> str:
    said = {
        agents.AgentExists: _("Somebody has this address already."),
        agents.AddressUnusable: _("This is not an email address."),
        RoleGone: _("This role is not there any more: choose another one."),
        agents.LastAdmin: _("This is the only admin: make another colleague an admin first."),
        roles.BeyondOwn: _("Nobody gives or takes what they may not do themselves, and nobody changes their own."),
    }
    is_address = isinstance(error, (agents.AgentExists, agents.AddressUnusable))
    return beside("email" if is_address else "role", said[type(error)])


def _list(wrong: str = "") -> ResponseReturnValue:
    return settings.page(
        "agents/index.html",
        "agents.index",
        422 if wrong else 200,
        people=agents.everybody(db()),
        invited=password_resets.invited_until(db()),
        choices=role_choices(),
        teams=[team for team, _members, _mailboxes in teams.everything(db())],
        typed=request.form,
        wrong=wrong,
    )


def _page(found: Agent, wrong: str = "") -> ResponseReturnValue:
    seen = db().scalars(select(AgentMailbox.mailbox_id).where(AgentMailbox.agent_id == found.id)).all()
    own = f"own:{found.own_role.id}" if found.own_role else ""
    return settings.page(
        "agents/show.html",
        "agents.index",
        422 if wrong else 200,
        person=found,
        role=own or found.role.value,
        role_name=found.own_role.name if found.own_role else role_word(found.role),
        choices=role_choices(),
        scopes=words.scopes(),
        teams=[team for team, _members, _mailboxes in teams.everything(db())],
        mailboxes=db().scalars(select(Mailbox).order_by(Mailbox.address)).all(),
        seen=set(seen),
        ways=second_factor.ways(db(), found),
        invited_until=password_resets.invited_until(db()).get(found.id),
        is_self=found.id == agent().id,
        unsent="unsent" in request.args,
        wrong=wrong,
    )
