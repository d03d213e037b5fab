"""The certificate of an erasure: what was done, how much, when, by whom, under which policy; nothing of a person."""

import json

from helpdesk.models.erasure import Erasure
from helpdesk.privacy import checkpoints
from helpdesk.privacy.checkpoints import Signer


def certificate(erasure: Erasure, by: Signer) -> str:
    """A signed text, the same each time it is asked for; checked with the verifier that checks the trail."""
    assert erasure.ended_at is not None  # noqa: S101  only of one that ended
    who = f"agent {erasure.by_id}, {erasure.by_role}" if erasure.by_id else erasure.by_role
    counts = {name: count for name, count in json.loads(erasure.counts).items() if count}
    lines = [
        f"{by.name} erasure",
        f"number {erasure.id}",
        f"customer {erasure.customer_id}",
        f"begun {erasure.begun_at.isoformat(timespec='seconds')}",
        f"ended {erasure.ended_at.isoformat(timespec='seconds')}",
        f"by {who}",
        f"policy version {erasure.policy_version}",
        *(f"{name}: {count}" for name, count in sorted(counts.items())),
    ]
    return checkpoints.sign("\n".join(lines) + "\n", by)
