"""Publishing the policy: every version is a row, and one that promises less is announced before it holds."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.access_grant import Approver
from helpdesk.models.customer import Customer
from helpdesk.models.policy import PolicyVersion
from helpdesk.models.promise import PolicyNotice
from helpdesk.privacy import audit, policy, promises
from helpdesk.privacy.policy import MOST_BREAK_GLASS_HOURS, Mode, Policy, PolicyUnusable, Promise
from helpdesk.privacy.readers import Machine, Reader

NOTICE: Final = timedelta(days=30)

# what promises more comes first
_STRICTNESS: Final[Mapping[str, tuple[object, ...]]] = {
    "mode": (Mode.STRICT, Mode.RECENT, Mode.TEAM),
    "approver": (Approver.CUSTOMER, Approver.TWO_PEOPLE, Approver.ADMIN),
    "approver_of_wide": (Approver.CUSTOMER, Approver.TWO_PEOPLE, Approver.ADMIN),
    "show_names_to_customers": (True, False),
}

Change = dict[str, Any]


def publish(session: Session, body: str, *, by: Reader = Machine.COMMAND) -> PolicyVersion:
    """Make a text of policy.toml the next version; the same text again changes nothing.

    It holds at once, unless it promises less than the one in force to people who wrote already: then it is
    announced, and holds after the notice. Raises PolicyUnusable, also where a promise has no check.
    """
    wanted = policy.understand(body)
    if wanted.access.break_glass_hours > MOST_BREAK_GLASS_HOURS:
        raise PolicyUnusable(
            f"access.break_glass_hours is {MOST_BREAK_GLASS_HOURS} at the most: for longer, ask for a permission"
        )
    for promise in wanted.promises:
        promises.require(promise)
    last = session.scalar(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(1))
    if last is not None and last.body == body:
        return last
    policy.forget(session)
    in_force = policy.current(session)
    changed = changes(in_force, wanted)
    is_loosening = any(change["looser"] for change in changed)
    now = clock.now()
    waits = is_loosening and in_force.version > 0 and _is_relied_on(session)
    version = PolicyVersion(body=body, published_at=now, effective_at=now + NOTICE if waits else now)
    session.add(version)
    session.flush()
    if in_force.version:
        session.add(
            PolicyNotice(
                version_id=version.id, previous_id=in_force.version, announced_at=now,
                effective_at=version.effective_at, is_loosening=is_loosening,
                changes=json.dumps(changed, ensure_ascii=False),
            )
        )  # fmt: skip
    facts: dict[str, object] = {
        "previous": in_force.version,
        "changed": [change["what"] for change in changed],
        "loosened": [change["what"] for change in changed if change["looser"]],
        "effective_at": version.effective_at.isoformat(timespec="seconds"),
    }
    audit.record(session, "policy.publish", by=by, on=("policy", version.id), facts=facts)
    session.flush()
    policy.forget(session)
    return version


def announced(session: Session) -> PolicyNotice | None:
    """A version that was announced and does not hold yet; one published after it takes its place."""
    newest = session.scalar(select(PolicyNotice).order_by(PolicyNotice.version_id.desc()).limit(1))
    return newest if newest is not None and newest.effective_at > clock.now() else None


def in_force_since(session: Session) -> datetime | None:
    version = session.get(PolicyVersion, policy.current(session).version)
    return version.effective_at if version else None


def changes(old: Policy, new: Policy) -> list[Change]:
    """What is different, in the order of the file, and whether it promises less than before.

    No program can tell whether other words promise less, so they count as if they did.
    """
    was, will = asdict(old.access), asdict(new.access)
    found = [
        _change(f"access.{key}", was[key], will[key], looser=_is_looser(key, was[key], will[key]))
        for key in was
        if was[key] != will[key]
    ]
    before, after = ({one.id: one for one in each.promises} for each in (old, new))
    for name, promise in before.items():
        if name not in after:
            found.append(_change(name, old.said(promise), "", looser=promise.check is not None))
        else:
            found += _changes_of(promise, after[name])
    found += [_change(name, "", new.said(one), looser=False) for name, one in after.items() if name not in before]
    return found


def _changes_of(was: Promise, will: Promise) -> list[Change]:
    found = []
    if was.sentence != will.sentence:
        found.append(_change(was.id, was.sentence, will.sentence, looser=was.check is not None))
    if was.check != will.check:
        found.append(_change(f"{was.id}.check", was.check or "", will.check or "", looser=was.check is not None))
    for key in sorted({*was.parameters, *will.parameters}):
        one, other = was.parameters.get(key), will.parameters.get(key)
        if one != other:
            found.append(_change(f"{was.id}.{key}", one, other, looser=True))
    return found


def _change(what: str, was: object, will: object, *, looser: bool) -> Change:
    return {"what": what, "was": was, "will": will, "looser": looser}


def _is_looser(key: str, was: object, will: object) -> bool:
    if key in _STRICTNESS:
        order = _STRICTNESS[key]
        return order.index(will) > order.index(was)
    assert isinstance(was, int)  # noqa: S101  the rest are days and hours: more of them promise less
    assert isinstance(will, int)  # noqa: S101
    return will > was


def _is_relied_on(session: Session) -> bool:
    """Whether anybody has written to the desk while the version in force held."""
    return session.scalar(select(Customer.id).limit(1)) is not None
