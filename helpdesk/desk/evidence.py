"""Evidence that leaves the desk: signed checkpoints go to the data protection officer, who keeps them elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import outbox
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent, Role
from helpdesk.models.audit import AuditCheckpoint, AuditEvent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.role import Permission
from helpdesk.privacy import checkpoints, unusual


def mail_checkpoint(session: Session) -> OutboundEmail | None:
    """Queue the newest checkpoint for those who keep it; None: it was mailed already, or nobody is there."""
    latest, sender = checkpoints.latest(session), sending_mailbox(session)
    if latest is None or latest.mailed_at is not None or sender is None:
        return None
    keepers = officers(session)
    if not keepers:
        return None
    latest.mailed_at = clock.now()
    return outbox.queue(
        session,
        sender,
        Purpose.CHECKPOINT,
        to=[Address(one.name, one.email) for one in keepers],
        rfc_message_id=thread.new_message_id(0, sender.address.rpartition("@")[2]),
        checkpoint=latest,
    )


def began_after(session: Session, moment: datetime) -> bool:
    """Whether the trail begins later than this, or has not begun."""
    first = session.scalar(select(AuditEvent.at).order_by(AuditEvent.id).limit(1))
    return first is None or first > moment


def raise_flags(session: Session) -> int:
    """Flag unusual reading, and write to those who may audit, but not to whom it is about; how many were raised."""
    raised, sender = unusual.look(session), sending_mailbox(session)
    for flag in raised if sender is not None else ():
        assert sender is not None  # noqa: S101  said in the line above
        chosen = select(Agent).where(Agent.is_disabled.is_(False), Agent.id != flag.agent_id).order_by(Agent.id)
        auditors = [one for one in session.scalars(chosen) if one.may(Permission.AUDIT)]
        if auditors:
            queued = outbox.queue(
                session, sender, Purpose.UNUSUAL_READING, to=[Address(one.name, one.email) for one in auditors],
                rfc_message_id=thread.new_message_id(0, sender.address.rpartition("@")[2]),
            )  # fmt: skip
            flag.outbound_email_id = queued.id
    return len(raised)


def officers(session: Session) -> Sequence[Agent]:
    """The data protection officers; where the desk has none, its admins."""
    for role in (Role.DPO, Role.ADMIN):
        chosen = select(Agent).where(Agent.role == role, Agent.is_disabled.is_(False)).order_by(Agent.id)
        if found := session.scalars(chosen).all():
            return found
    return []


def last_mailed(session: Session) -> AuditCheckpoint | None:
    chosen = select(AuditCheckpoint).where(AuditCheckpoint.mailed_at.is_not(None))
    return session.scalar(chosen.order_by(AuditCheckpoint.size.desc()).limit(1))


def sending_mailbox(session: Session) -> Mailbox | None:
    """The mailbox that the desk itself writes from: the first that can send."""
    is_paused = Mailbox.sending_paused_because.is_not(None)
    return session.scalar(select(Mailbox).where(Mailbox.is_active).order_by(is_paused, Mailbox.id).limit(1))
