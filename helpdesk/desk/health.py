"""How the desk is, as its rows tell it: is mail fetched, does mail leave, is the trail sealed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent, Role
from helpdesk.models.audit import AuditEvent, AuditLink, AuditUnsealed
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail

# a mailbox is polled at least once a minute, a due email is swept up within one
LATE: Final = timedelta(minutes=5)
RECENT: Final = timedelta(days=7)

_WAITING: Final = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits to leave, and what could not."""

    waiting: int
    late: int
    oldest_due_at: datetime | None
    failed: int  # within the last days


@dataclass(frozen=True, slots=True)
class TrailRights:
    """What the desk's own role may do to the trail that it should not."""

    is_superuser: bool
    excess: tuple[str, ...]


def unpolled(session: Session) -> list[Mailbox]:
    """Mailboxes that were not fetched from for some minutes, or not since they were set up."""
    long_ago = clock.now() - LATE
    seen = func.coalesce(Mailbox.polled_at, Mailbox.created_at)
    return list(session.scalars(select(Mailbox).where(Mailbox.is_active, seen < long_ago).order_by(Mailbox.id)))


def outbox(session: Session) -> Outbox:
    """Deliveries of mailboxes that may send; those of a paused one wait with good reason."""
    now = clock.now()
    may_send = (
        select(func.count(Delivery.id), func.min(Delivery.due_at))
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
        .where(Delivery.state.in_(_WAITING), Mailbox.sending_paused_because.is_(None))
    )
    waiting, _ = session.execute(may_send).one()
    late, oldest = session.execute(may_send.where(Delivery.due_at < now - LATE)).one()
    lost = select(func.count(Delivery.id)).where(
        Delivery.state == DeliveryState.FAILED, Delivery.changed_at > now - RECENT
    )
    return Outbox(waiting, late, oldest, session.scalar(lost) or 0)


def has_admin(session: Session) -> bool:
    """Whether somebody can sign in and set up the desk."""
    able = select(Agent.id).where(
        Agent.role == Role.ADMIN, Agent.is_disabled.is_(False), Agent.password_hash.is_not(None)
    )
    return session.scalar(able.limit(1)) is not None


def unsealed_since(session: Session) -> datetime | None:
    """When the oldest event was written that the sealer has not linked into the chain."""
    return session.scalar(
        select(func.min(AuditEvent.at)).join(AuditUnsealed, AuditUnsealed.event_id == AuditEvent.id)
    )


def rights_over_the_trail(session: Session) -> TrailRights:
    """What the database would let us do to the trail besides adding to it. For PostgreSQL alone."""
    is_superuser = session.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    tables = [AuditEvent.__tablename__, AuditLink.__tablename__]
    held = {
        f"{right} on {table}": func.has_table_privilege(table, right)
        for table in tables
        for right in ("UPDATE", "DELETE", "TRUNCATE")
    }
    row = session.execute(select(*held.values())).one()
    return TrailRights(bool(is_superuser), tuple(name for name, may in zip(held, row, strict=True) if may))


def last_event_at(session: Session) -> datetime | None:
    """When the youngest event was written: a clock that is before it went back."""
    return session.scalar(select(AuditEvent.at).order_by(AuditEvent.id.desc()).limit(1))
