"""Roles of this desk's own: named sets of permissions with a scope; and that nobody gives what they do not have."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import languages
from helpdesk.desk import lengths
from helpdesk.languages import N_
from helpdesk.models.agent import Agent
from helpdesk.models.role import PERMISSIONS, SCOPES, OwnRole, Permission, Role, Scope
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader
from helpdesk.storage.db import hold

LONGEST_NAME: Final = 60
# what the roles are called that every desk has: one of the desk's own by that name would be taken for it
_TAKEN: Final = (
    N_("Agent"), N_("Team lead"), N_("Admin"), N_("Data protection officer"), N_("Auditor"), N_("Developer"),
)  # fmt: skip
_WIDER: Final = (Scope.NONE, Scope.MINE, Scope.MINE_OR_FREE, Scope.TEAM, Scope.MAILBOX, Scope.ALL)
WIDTH: Final = {scope: width for width, scope in enumerate(_WIDER)}


class RoleNameless(Exception):
    """A role needs a name."""


class RoleKnown(Exception):
    """Another role has this name."""


class RoleHeld(Exception):
    """Somebody has this role: give them another one first."""


class BeyondOwn(Exception):
    """Nobody gives, or takes from others, what they may not do or see themselves."""


@dataclass(frozen=True, slots=True)
class Powers:
    """What a role may do, and how far it sees."""

    permissions: Collection[Permission]
    scope: Scope


def powers_of(role: Role, own_role: OwnRole | None = None) -> Powers:
    """What somebody with this role may do; nothing, where a role of the desk's own is gone."""
    if role is not Role.OWN:
        return Powers(PERMISSIONS[role], SCOPES[role])
    return Powers(own_role.permissions, own_role.scope) if own_role else Powers((), Scope.NONE)


def require_within(by: Reader, powers: Powers) -> None:
    """Raises BeyondOwn; the command line gives everything."""
    if not isinstance(by, Agent):
        return
    is_within = all(by.may(one) for one in powers.permissions) and WIDTH[powers.scope] <= WIDTH[by.scope]
    if not is_within:
        raise BeyondOwn("this role may do or see more than who gives it")


def of_the_desk(session: Session) -> list[tuple[OwnRole, int]]:
    """The desk's own roles, each with how many have it."""
    holders = select(func.count(Agent.id)).where(Agent.own_role_id == OwnRole.id, Agent.role == Role.OWN)
    found = session.execute(select(OwnRole, holders.scalar_subquery()).order_by(func.lower(OwnRole.name)))
    return [(role, count) for role, count in found]


def make(session: Session, name: str, powers: Powers, *, by: Reader) -> OwnRole:
    """A new role. Raises RoleNameless, RoleKnown, TooLong, BeyondOwn."""
    require_within(by, powers)
    role = OwnRole(name=_free_name(session, name), scope=powers.scope, permission_words=_words(powers))
    session.add(role)
    session.flush()
    _record(session, role, "role.add", powers, by=by)
    return role


def change(session: Session, role: OwnRole, name: str, powers: Powers, *, by: Reader) -> None:
    """Another name, other permissions, another scope: at once for all who have it. Raises as make() does."""
    require_within(by, Powers(role.permissions, role.scope))
    require_within(by, powers)
    if isinstance(by, Agent) and by.role is Role.OWN and by.own_role_id == role.id:
        raise BeyondOwn("nobody changes the role they have")
    role.name = _free_name(session, name, but=role)
    role.scope, role.permission_words = powers.scope, _words(powers)
    _record(session, role, "role.change", powers, by=by)


def remove(session: Session, role: OwnRole, *, by: Reader) -> None:
    """Raises RoleHeld, BeyondOwn."""
    require_within(by, Powers(role.permissions, role.scope))
    if session.scalar(select(Agent.id).where(Agent.own_role_id == role.id).limit(1)) is not None:
        raise RoleHeld("somebody has this role")
    _record(session, role, "role.remove", Powers((), Scope.NONE), by=by)
    session.delete(role)


def _words(powers: Powers) -> str:
    return " ".join(one.value for one in Permission if one in powers.permissions)


def _free_name(session: Session, name: str, *, but: OwnRole | None = None) -> str:
    tidy = lengths.name(name, LONGEST_NAME)
    if not tidy:
        raise RoleNameless("a role needs a name")
    hold(session, "the names of roles")  # two who take the same one at once
    known = session.scalar(select(OwnRole).where(func.lower(OwnRole.name) == tidy.lower()))
    if (known is not None and known is not but) or _is_of_every_desk(tidy):
        raise RoleKnown("another role has this name")
    return tidy


def _is_of_every_desk(name: str) -> bool:
    spoken = [languages.catalogue(folder.name) for folder in languages.FOLDER.iterdir() if folder.is_dir()]
    said = {*_TAKEN, *(words.ugettext(name) for words in spoken for name in _TAKEN)}
    return name.casefold() in {one.casefold() for one in said}


def _record(session: Session, role: OwnRole, action: str, powers: Powers, *, by: Reader) -> None:
    facts: dict[str, object] = {
        "permissions": sorted(one.value for one in powers.permissions),
        "scope": powers.scope.value,
    }
    audit.record(session, action, by=by, on=("role", role.id), facts=facts)
