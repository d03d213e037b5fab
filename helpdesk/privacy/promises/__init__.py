"""The promises of the policy in force: each is looked at by its check, and what was found is kept and shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.promise import PromiseCheck, Standing
from helpdesk.privacy import audit, policy
from helpdesk.privacy.policy import Policy, Promise
from helpdesk.privacy.promises import (
    backups,
    browser,
    mail,
    permission,
    requests,
    retention,
    review,
    sign_in,
    statistics,
    themes,
    traces,
    trail,
)  # fmt: skip
from helpdesk.privacy.promises.check import REGISTER, Asked, Evidence, not_offered, parameters_of, require
from helpdesk.privacy.readers import Reader

__all__ = [
    "REGISTER", "Evidence", "Found", "backups", "browser", "examine", "keep", "latest", "mail", "permission",
    "requests", "require", "retention", "review", "sign_in", "statistics", "themes", "traces", "trail",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One promise, its sentence, and what its check found."""

    promise: Promise
    sentence: str
    evidence: Evidence


def examine(session: Session) -> list[Found]:
    """Look at every promise of the policy in force; it only reads, and may take its time."""
    current = policy.current(session)
    return [Found(one, current.said(one), _look(session, current, one)) for one in current.promises]


def keep(session: Session, found: Sequence[Found], *, by: Reader) -> None:
    """Keep what was found: a row for the public page, and an event that the trail seals."""
    version, now = policy.current(session).version, clock.now()
    for one in found:
        figures = dict(one.evidence.figures)
        row = PromiseCheck(
            at=now, policy_version=version, promise=one.promise.id, standing=one.evidence.standing,
            words=one.evidence.words, figures=json.dumps(figures, sort_keys=True, ensure_ascii=False),
        )  # fmt: skip
        session.add(row)
        session.flush()
        facts: dict[str, object] = {
            "promise": one.promise.id, "standing": one.evidence.standing.value, "policy": version, "figures": figures,
        }  # fmt: skip
        audit.record(session, "promise.checked", by=by, on=("promise_check", row.id), facts=facts)


def latest(session: Session) -> Mapping[str, PromiseCheck]:
    """The last check of each promise, by its id."""
    newest = select(func.max(PromiseCheck.id)).group_by(PromiseCheck.promise)
    return {row.promise: row for row in session.scalars(select(PromiseCheck).where(PromiseCheck.id.in_(newest)))}


def _look(session: Session, current: Policy, promise: Promise) -> Evidence:
    if promise.check is None:
        return not_offered(N_("Not offered."))
    check = REGISTER.get(promise.check)
    if check is None:  # published by another release of this program
        return Evidence(Standing.BROKEN, N_("The check of this promise does not exist any more."))
    return check.look(Asked(session, current, parameters_of(promise)))
