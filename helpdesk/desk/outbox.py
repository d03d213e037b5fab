"""The outbox: what is due is claimed by one worker, some emails of a mailbox at a time, under a lease."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.audit import AuditCheckpoint
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.notice import Notice
from helpdesk.models.outbound_email import ON_THE_WAY, Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.sign_in import PasswordReset
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job

LEASE: Final = timedelta(seconds=45)  # renewed while a mail server takes its time
MOST_AT_ONCE: Final = 40
MOST_ATTEMPTS: Final = 20  # so many attempts were all cut off before they had an answer

_WAITING: Final = (DeliveryState.QUEUED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One email in our hands until the lease ends, and those of its recipients who have not got it yet."""

    outbound_email_id: int
    mailbox_id: int
    token: str
    recipients: tuple[str, ...]
    is_hopeless: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Emails of one mailbox in our hands; or, for a mailbox that sends slowly, when its next one may leave."""

    claimed: tuple[Claimed, ...] = ()
    not_before: datetime | None = None


def queue(  # noqa: PLR0913  a row of the outbox has these
    session: Session,
    mailbox: Mailbox,
    purpose: Purpose,
    *,
    to: Sequence[Address],
    cc: Sequence[Address] = (),
    bcc: Sequence[Address] = (),
    rfc_message_id: str,
    message: Message | None = None,
    password_reset: PasswordReset | None = None,
    access_grant: AccessGrant | None = None,
    checkpoint: AuditCheckpoint | None = None,
    notice: Notice | None = None,
    due_at: datetime | None = None,
) -> OutboundEmail:
    """Put an email into the outbox: it leaves when it is due, after this transaction has committed."""
    email = OutboundEmail(
        mailbox_id=mailbox.id,
        purpose=purpose,
        rfc_message_id=rfc_message_id.strip("<>"),
        message_id=message.id if message else None,
        password_reset_id=password_reset.id if password_reset else None,
        access_grant_id=access_grant.id if access_grant else None,
        checkpoint_size=checkpoint.size if checkpoint else None,
        notice_id=notice.id if notice else None,
    )
    due_at = due_at or clock.now()
    for field, addresses in (("to", to), ("cc", cc), ("bcc", bcc)):
        for one in addresses:
            Delivery(outbound_email=email, email=one.email, name=one.name, field=field, due_at=due_at)
    session.add(email)
    session.flush()
    jobs.ring(session, Job.DELIVER, email.id, at=due_at, group=mailbox.id)
    return email


def claim(session: Session, outbound_email_id: int, *, lease: timedelta | None = None) -> Claimed | None:
    """Take what is due of one email into our hands; None when nothing is: sent, cancelled, paused, or in others'."""
    return next(iter(_claim(session, [outbound_email_id], lease)), None)


def claim_batch(session: Session, mailbox_id: int, *, most: int = MOST_AT_ONCE) -> Batch:
    """Take the emails of a mailbox that are due for the longest and in nobody's hands.

    A mailbox with a limit gives one at a time, evenly spaced, so that no minute ever has more.
    """
    limit = session.scalar(select(Mailbox.most_per_minute).where(Mailbox.id == mailbox_id))
    if not limit:
        return Batch(_claim(session, due(session, mailbox_id=mailbox_id, limit=most)))
    mailbox = session.get_one(Mailbox, mailbox_id, with_for_update=True, populate_existing=True)
    now = clock.now()
    if mailbox.next_send_at is not None and mailbox.next_send_at > now:
        return Batch(not_before=mailbox.next_send_at if due(session, mailbox_id=mailbox_id, limit=1) else None)
    claimed = _claim(session, due(session, mailbox_id=mailbox_id, limit=most), only=1)
    if claimed:
        mailbox.next_send_at = now + timedelta(minutes=1) / limit
    return Batch(claimed)


def keep(session: Session, batch: Sequence[Claimed], *, lease: timedelta | None = None) -> None:
    """Renew the lease on emails that are being sent."""
    session.execute(
        update(Delivery)
        .where(_is_held(batch), Delivery.state == DeliveryState.SENDING)
        .values(lease_until=clock.now() + (lease or LEASE))
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, batch: Sequence[Claimed]) -> None:
    """Let go of emails that were not tried: they wait as before, and no attempt is counted."""
    session.execute(
        update(Delivery)
        .where(_is_held(batch))
        .values(
            state=DeliveryState.QUEUED,
            claim=None,
            lease_until=None,
            attempts=Delivery.attempts - 1,
            changed_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )


def due(session: Session, *, mailbox_id: int, limit: int = 100) -> list[int]:
    """The emails of a mailbox that should be on their way, the longest due first."""
    waiting = (
        select(Delivery.outbound_email_id)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .where(_is_due(clock.now()), OutboundEmail.mailbox_id == mailbox_id)
        .group_by(Delivery.outbound_email_id)
        .order_by(func.min(Delivery.due_at), Delivery.outbound_email_id)
        .limit(limit)
    )
    return list(session.scalars(waiting))


def first_due(session: Session, *, since: timedelta = timedelta(0)) -> list[int]:
    """One email of each mailbox that has some due for at least so long; paused and waiting mailboxes have none.

    Leases of the dead need no giving back: what they held is due again when they end.
    """
    now = clock.now()
    may_send = or_(Mailbox.next_send_at.is_(None), Mailbox.next_send_at <= now)
    first = (
        select(func.min(Delivery.outbound_email_id))
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
        .where(_is_due(now), Delivery.due_at <= now - since, Mailbox.sending_paused_because.is_(None), may_send)
        .group_by(OutboundEmail.mailbox_id)
    )
    return sorted(session.scalars(first))


def ring_for(session: Session, mailbox_id: int, *, at: datetime | None = None) -> None:
    """Ring for what is due at a mailbox: one job, which then goes on with the others."""
    for outbound_email_id in due(session, mailbox_id=mailbox_id, limit=1):
        jobs.ring(session, Job.DELIVER, outbound_email_id, at=at, group=mailbox_id)


def _claim(
    session: Session, ids: Sequence[int], lease: timedelta | None = None, *, only: int | None = None
) -> tuple[Claimed, ...]:
    free = session.execute(
        select(OutboundEmail.id, OutboundEmail.mailbox_id)
        .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
        .where(OutboundEmail.id.in_(ids), Mailbox.sending_paused_because.is_(None))
        .with_for_update(of=OutboundEmail, skip_locked=True)
    ).all()
    mailboxes = {row.id: row.mailbox_id for row in free}
    chosen = [one for one in ids if one in mailboxes][:only]
    if not chosen:
        return ()
    now, token = clock.now(), secrets.token_hex(8)
    taken = session.execute(
        update(Delivery)
        .where(Delivery.outbound_email_id.in_(chosen), _is_due(now))
        .values(
            state=DeliveryState.SENDING,
            claim=token,
            lease_until=now + (lease or LEASE),
            attempts=Delivery.attempts + 1,
            changed_at=now,
        )
        .returning(Delivery.outbound_email_id, Delivery.id, Delivery.email, Delivery.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    of_email = {number: list(rows) for number, rows in groupby(sorted(taken), key=lambda row: row[0])}
    return tuple(
        Claimed(
            number,
            mailboxes[number],
            token,
            tuple(row.email for row in of_email[number]),
            any(row.attempts > MOST_ATTEMPTS for row in of_email[number]),
        )
        for number in chosen
        if number in of_email
    )


def _is_held(batch: Sequence[Claimed]) -> ColumnElement[bool]:
    return and_(
        Delivery.outbound_email_id.in_([one.outbound_email_id for one in batch]),
        Delivery.claim.in_({one.token for one in batch}),
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    # the first condition repeats what the partial index is made of
    return and_(
        Delivery.state.in_(ON_THE_WAY),
        Delivery.due_at <= now,
        or_(Delivery.state.in_(_WAITING), Delivery.lease_until < now),
    )
