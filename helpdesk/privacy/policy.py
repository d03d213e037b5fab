"""The operator's policy in force: the parameters that the gate, the workers and the public page all read."""

import enum
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.access_grant import Approver
from helpdesk.models.policy import PolicyVersion


class Mode(enum.StrEnum):
    """What ordinary handling covers without a grant."""

    RECENT = "recent"  # the team's tickets while open and some days after, earlier ones while one is open
    TEAM = "team"  # all tickets of one's team
    STRICT = "strict"  # nothing: every reading needs a grant


@dataclass(frozen=True, slots=True)
class Access:
    """Who may read what, and who says so."""

    mode: Mode = Mode.RECENT
    days_after_closing: int = 14
    approver: Approver = Approver.CUSTOMER
    approver_of_wide: Approver = Approver.TWO_PEOPLE  # of a team's or the whole desk's tickets
    longest_days: int = 7
    longest_hours_wide: int = 24
    lapses_hours: int = 72
    break_glass_hours: int = 4
    show_names_to_customers: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence of the policy, and which check proves it; none where it says what is not offered."""

    id: str
    sentence: str
    check: str | None
    parameters: Mapping[str, int | str | bool] = field(default_factory=dict)


class PolicyUnusable(Exception):
    """The policy can't be published; the message names the key and the fix."""


@dataclass(frozen=True, slots=True)
class Policy:
    version: int = 0
    access: Access = field(default_factory=Access)
    promises: tuple[Promise, ...] = ()

    def said(self, promise: Promise) -> str:
        """A promise's sentence with its parameters filled in."""
        values = _values(self.access, promise)
        return _PLACE.sub(lambda found: str(values[found[1]]), promise.sentence)

    @property
    def after_closing(self) -> timedelta:
        return timedelta(days=self.access.days_after_closing)


DEFAULT: Final = Policy()
MOST_BREAK_GLASS_HOURS: Final = 4
_KEY: Final = "policy"
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_ID: Final = re.compile(r"[a-z][a-z0-9-]{1,60}")
_SECTIONS: Final = frozenset({"access", "promise"})


def current(session: Session) -> Policy:
    """The policy in force; looked up once a session."""
    known = session.info.get(_KEY)
    if isinstance(known, Policy):
        return known
    in_force = select(PolicyVersion).where(PolicyVersion.effective_at <= clock.now())
    return learn(session, session.scalars(in_force.order_by(PolicyVersion.id.desc()).limit(1)).one_or_none())


def strict_since(session: Session) -> datetime | None:
    """Since when every reading needs a grant; None where ordinary handling reaches something."""
    if current(session).access.mode is not Mode.STRICT:
        return None
    since: datetime | None = None
    in_force = select(PolicyVersion).where(PolicyVersion.effective_at <= clock.now())
    for row in session.scalars(in_force.order_by(PolicyVersion.id.desc())):
        if _understood(row.body, row.id).access.mode is not Mode.STRICT:
            break
        since = row.effective_at
    return since


def learn(session: Session, row: PolicyVersion | None) -> Policy:
    """Of the version in force, for the rest of this session; without one, what a new desk begins with."""
    policy = DEFAULT if row is None else _understood(row.body, row.id)
    session.info[_KEY] = policy
    return policy


@lru_cache(maxsize=8)
def _understood(body: str, version: int) -> Policy:
    return understand(body, version=version)  # a version's text never changes


def forget(session: Session) -> None:
    """Look the policy up again in this session: another may have come into force."""
    session.info.pop(_KEY, None)


def understand(body: str, *, version: int = 0) -> Policy:
    """A Policy from the text of policy.toml. Raises PolicyUnusable."""
    try:
        tables = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        raise PolicyUnusable(f"the policy is not valid TOML: {error}") from None
    access = tables.get("access", {})
    if not isinstance(access, dict):
        raise PolicyUnusable("[access] must be a section with keys")
    if unknown := set(tables) - _SECTIONS:
        raise PolicyUnusable(f"[{min(unknown)}] is no section of the policy: it knows [access] and [[promise]]")
    known = _access(access)
    return Policy(version, known, _promises(tables.get("promise", []), known))


def _access(table: dict[str, Any]) -> Access:
    kinds: dict[str, type[enum.StrEnum]] = {"mode": Mode, "approver": Approver, "approver_of_wide": Approver}
    values: dict[str, Any] = {}
    for key, value in table.items():
        default = getattr(DEFAULT.access, key, None) if key in Access.__dataclass_fields__ else None
        if default is None:
            known = ", ".join(Access.__dataclass_fields__)
            raise PolicyUnusable(f"access.{key} is no key of the policy: it knows {known}")
        if key in kinds:
            if value not in set(kinds[key]):
                raise PolicyUnusable(f"access.{key} must be one of {', '.join(kinds[key])}, not {value!r}")
            values[key] = kinds[key](value)
        elif type(value) is not type(default) or (isinstance(value, int) and value < 0):
            raise PolicyUnusable(f"access.{key} must be like {default!r}, not {value!r}")
        else:
            values[key] = value
    return Access(**values)


def _promises(tables: object, access: Access) -> tuple[Promise, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise PolicyUnusable("a promise begins with [[promise]]")
    made = tuple(_promise(table, access) for table in tables)
    ids = [promise.id for promise in made]
    if twice := [one for one in ids if ids.count(one) > 1]:
        raise PolicyUnusable(f"promise {twice[0]!r} is there twice")
    return made


def _promise(table: dict[str, Any], access: Access) -> Promise:
    """A promise names the check that proves it (its own id, if it says nothing), or says `offered = false`."""
    name, sentence = table.get("id"), table.get("sentence")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise PolicyUnusable(f"a promise's id must be like 'audit-trail-whole', not {name!r}")
    if not isinstance(sentence, str) or not sentence.strip():
        raise PolicyUnusable(f"promise {name}: its sentence is missing")
    if unknown := set(table) - {"id", "sentence", "check", "offered", "parameters"}:
        raise PolicyUnusable(f"promise {name}: {min(unknown)} is no key of a promise")
    check, offered, parameters = table.get("check"), table.get("offered", True), table.get("parameters", {})
    if not isinstance(offered, bool) or not isinstance(check, str | None) or (check and not offered):
        raise PolicyUnusable(f'promise {name}: say check = "…", or offered = false')
    if not isinstance(parameters, dict) or not all(isinstance(one, int | str) for one in parameters.values()):
        raise PolicyUnusable(f"promise {name}: its parameters are names with a number, a text, true or false")
    made = Promise(name, " ".join(sentence.split()), (check or name) if offered else None, parameters)
    if missing := set(_PLACE.findall(sentence)) - set(_values(access, made)):
        raise PolicyUnusable(f"promise {name}: its sentence names {{{min(missing)}}}, which nothing gives")
    return made


def _values(access: Access, promise: Promise) -> dict[str, int | str | bool]:
    return {**asdict(access), **promise.parameters}
