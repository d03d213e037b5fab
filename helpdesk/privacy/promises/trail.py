"""The check of the audit trail: its chain holds, is sealed and signed in time, and agrees with its last signature."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.languages import N_
from helpdesk.models.audit import AuditCheckpoint, AuditEvent, AuditLink, AuditUnsealed
from helpdesk.privacy import chain, checkpoints
from helpdesk.privacy.promises.check import Asked, Evidence, broken, kept, proves

_SEALED_WITHIN: Final = timedelta(minutes=10)


@proves(
    "audit-trail-whole",
    kept_by=("helpdesk.privacy.audit.record", "helpdesk.privacy.chain.seal", "helpdesk.privacy.checkpoints.make"),
    checkpoint_hours=26,
)
def the_trail_is_whole(asked: Asked) -> Evidence:
    session, hours = asked.session, asked.number("checkpoint_hours")
    found = chain.verify(session)
    if found.fault is not None:
        return broken(N_("The trail does not hold at link %(link)s."), link=found.fault.sequence)
    signed = checkpoints.latest(session)
    if signed is not None and not _agrees(session, signed):
        return broken(N_("The trail is not the one that was signed at %(size)s events."), size=signed.size)
    waits = session.scalar(select(func.min(AuditEvent.at)).join(AuditUnsealed))
    if waits is not None and waits < clock.now() - _SEALED_WITHIN:
        return broken(N_("Events that wait to be sealed for too long: %(unsealed)s."), unsealed=found.unsealed)
    unsigned = session.scalar(
        select(func.min(AuditEvent.at)).join(AuditLink).where(AuditLink.sequence > (signed.size if signed else 0))
    )
    if unsigned is not None and unsigned < clock.now() - timedelta(hours=hours):
        return broken(N_("The trail was not signed for more than %(hours)s hours."), hours=hours)
    figures = {"links": found.links, "unsealed": found.unsealed, "signed": signed.size if signed else 0}
    return kept(
        N_(
            "Sealed events: %(links)s, and all of them hold. "
            "Waiting for their seal: %(unsealed)s; signed: %(signed)s."
        ),
        **figures,
    )


def _agrees(session: Session, signed: AuditCheckpoint) -> bool:
    link = session.get(AuditLink, signed.size)
    return link is not None and link.hash == signed.chain_hash
