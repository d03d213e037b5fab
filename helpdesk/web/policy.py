"""The public page of the policy in force: each promise, how it stands, and the evidence. No login, no cookie."""

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from helpdesk.models.promise import PolicyNotice, PromiseCheck, Standing
from helpdesk.privacy import checkpoints, policy, promises, publication
from helpdesk.privacy.policy import Policy
from helpdesk.web.auth import db, public, runtime
from helpdesk.web.language import _, number

bp = Blueprint("policy", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A promise as it stands on the page."""

    id: str
    sentence: str
    standing: str  # kept, broken, not_offered; or open, where nothing was looked at yet
    evidence: str
    checked_at: datetime | None
    check: str | None


@bp.get("/policy")
@public
def show() -> ResponseReturnValue:
    current = policy.current(db())
    shown = _shown(current)
    notice = publication.announced(db())
    return render_template(
        "policy/show.html",
        policy=current,
        since=publication.in_force_since(db()),
        promised=[one for one in shown if one.standing != Standing.NOT_OFFERED],
        not_offered=[one for one in shown if one.standing == Standing.NOT_OFFERED],
        checked_at=max((one.checked_at for one in shown if one.checked_at), default=None),
        broken=sum(one.standing == Standing.BROKEN for one in shown),
        notice=notice,
        changes=_changes(notice),
        verifier=checkpoints.signer(runtime().vault, runtime().config.host).verifier,
    )


def _shown(current: Policy) -> list[Shown]:
    checks = promises.latest(db())
    return [_one(current, promise, checks.get(promise.id)) for promise in current.promises]


def _one(current: Policy, promise: policy.Promise, last: PromiseCheck | None) -> Shown:
    sentence = current.said(promise)
    if promise.check is None:  # said by the policy itself, nothing to look at
        return Shown(promise.id, sentence, Standing.NOT_OFFERED, "", None, None)
    if last is None or last.policy_version != current.version:
        return Shown(promise.id, sentence, "open", "", None, promise.check)
    return Shown(promise.id, sentence, last.standing, evidence(last), last.at, promise.check)


def evidence(found: PromiseCheck) -> str:
    """What a check found, in the reader's language."""
    figures = json.loads(found.figures)
    return _(found.words, **{name: number(one) if isinstance(one, int) else one for name, one in figures.items()})


def _changes(notice: PolicyNotice | None) -> list[dict[str, object]]:
    return [] if notice is None else list(json.loads(notice.changes))
