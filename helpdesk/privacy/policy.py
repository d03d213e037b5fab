"""The operator's policy in force: the parameters that the gate, the workers and the public page all read."""

import enum
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
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


class PolicyUnusable(Exception):
    """The policy can't be published; the message names the key and the fix."""


@dataclass(frozen=True, slots=True)
class Policy:
    version: int = 0
    access: Access = field(default_factory=Access)

    @property
    def after_closing(self) -> timedelta:
        return timedelta(days=self.access.days_after_closing)


DEFAULT: Final = Policy()
_KEY: Final = "policy"


def current(session: Session) -> Policy:
    """The policy in force; looked up once a session."""
    known = session.info.get(_KEY)
    if isinstance(known, Policy):
        return known
    row = session.execute(
        select(PolicyVersion.id, PolicyVersion.body)
        .where(PolicyVersion.effective_at <= clock.now())
        .order_by(PolicyVersion.id.desc())
        .limit(1)
    ).one_or_none()
    policy = DEFAULT if row is None else understand(row.body, version=row.id)
    session.info[_KEY] = policy
    return policy


def publish(session: Session, body: str) -> Policy:
    """Make a text of policy.toml the policy in force. Raises PolicyUnusable; the same text again changes nothing."""
    understand(body)
    last = session.scalar(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(1))
    if last is None or last.body != body:
        session.add(PolicyVersion(body=body))
        session.flush()
    session.info.pop(_KEY, None)
    return current(session)


def understand(body: str, *, version: int = 0) -> Policy:
    """A Policy from the text of policy.toml. Raises PolicyUnusable."""
    try:
        tables = tomllib.loads(body)
    except tomllib.TOMLDecodeError as error:
        raise PolicyUnusable(f"the policy is not valid TOML: {error}") from None
    access = tables.get("access", {})
    if not isinstance(access, dict):
        raise PolicyUnusable("[access] must be a section with keys")
    return Policy(version, _access(access))


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
