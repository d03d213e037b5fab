"""Bringing an outbound email to its recipients: claim, send, mark; each recipient has a state of its own."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import tickets
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Answer, Verdict
from helpdesk.models.access_grant import AccessGrant
from helpdesk.models.audit import AuditCheckpoint
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.sign_in import PasswordReset
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job

LEASE: Final = timedelta(seconds=45)  # renewed while a mail server takes its time
# how long a deferred recipient waits after the first attempt, the second …: two days in all, then it has failed
WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 80, 160, 320, 500, 580, 580, 582))

# more attempts than that were all cut off before they had an answer
_MOST_ATTEMPTS: Final = len(WAITS) + 7

_WAITING: Final = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
_ON_THE_WAY: Final = (*_WAITING, DeliveryState.SENDING)
_LOST: Final = (DeliveryState.FAILED, DeliveryState.BOUNCED)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One email in our hands until the lease ends, and those of its recipients who have not got it yet."""

    outbound_email_id: int
    mailbox_id: int
    token: str
    recipients: tuple[str, ...]
    is_hopeless: bool = False


def queue(  # noqa: PLR0913  a row of the outbox has these
    session: Session,
    mailbox: Mailbox,
    purpose: Purpose,
    *,
    to: Sequence[Address],
    cc: Sequence[Address] = (),
    rfc_message_id: str,
    message: Message | None = None,
    password_reset: PasswordReset | None = None,
    access_grant: AccessGrant | None = None,
    checkpoint: AuditCheckpoint | None = None,
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
    )
    due_at = due_at or clock.now()
    for field, addresses in (("to", to), ("cc", cc)):
        for one in addresses:
            Delivery(outbound_email=email, email=one.email, name=one.name, field=field, due_at=due_at)
    session.add(email)
    session.flush()
    jobs.ring(session, Job.DELIVER, email.id, at=due_at)
    return email


def claim(session: Session, outbound_email_id: int, *, lease: timedelta | None = None) -> Claimed | None:
    """Take what is due of one email into our hands; None when nothing is: sent, cancelled, paused, or in others'."""
    email = session.scalar(
        select(OutboundEmail)
        .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
        .where(OutboundEmail.id == outbound_email_id, Mailbox.sending_paused_because.is_(None))
        .with_for_update(of=OutboundEmail, skip_locked=True)
    )
    if email is None:
        return None
    now, token = clock.now(), secrets.token_hex(8)
    taken = session.execute(
        update(Delivery)
        .where(Delivery.outbound_email_id == outbound_email_id, _is_due(now))
        .values(
            state=DeliveryState.SENDING,
            claim=token,
            lease_until=now + (lease or LEASE),
            attempts=Delivery.attempts + 1,
            changed_at=now,
        )
        .returning(Delivery.id, Delivery.email, Delivery.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    if not taken:
        return None
    recipients = tuple(row.email for row in sorted(taken))
    is_hopeless = any(row.attempts > _MOST_ATTEMPTS for row in taken)
    return Claimed(email.id, email.mailbox_id, token, recipients, is_hopeless)


def claim_next(session: Session, mailbox_id: int) -> Claimed | None:
    """Take the email of a mailbox that is due for the longest and in nobody's hands."""
    claims = (
        claim(session, outbound_email_id) for outbound_email_id in due(session, mailbox_id=mailbox_id, limit=20)
    )
    return next((claimed for claimed in claims if claimed is not None), None)


def mark(session: Session, claimed: Claimed, answers: Mapping[str, Answer]) -> None:
    """Write down what the mail server said of each recipient. Done twice, it changes nothing."""
    rows = _held(session, claimed.outbound_email_id)
    changed = [row for row in rows if row.email in answers and _mark_one(row, claimed, answers[row.email])]
    if not changed:
        return
    session.flush()
    for due_at in {row.due_at for row in changed if row.state is DeliveryState.DEFERRED}:
        jobs.ring(session, Job.DELIVER, claimed.outbound_email_id, at=due_at)
    email = session.get_one(OutboundEmail, claimed.outbound_email_id)
    _tell(session, email, "email.deliver", changed)
    if any(row.state is DeliveryState.FAILED for row in changed):
        _has_failed(session, email)


def keep(session: Session, claimed: Claimed, *, lease: timedelta | None = None) -> None:
    """Renew the lease on an email that is being sent."""
    session.execute(
        update(Delivery)
        .where(Delivery.outbound_email_id == claimed.outbound_email_id, Delivery.claim == claimed.token)
        .values(lease_until=clock.now() + (lease or LEASE))
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, claimed: Claimed) -> None:
    """Let go of an email that was not tried: it waits as before, and no attempt is counted."""
    session.execute(
        update(Delivery)
        .where(Delivery.outbound_email_id == claimed.outbound_email_id, Delivery.claim == claimed.token)
        .values(
            state=DeliveryState.QUEUED,
            claim=None,
            lease_until=None,
            attempts=Delivery.attempts - 1,
            changed_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )


def cancel(session: Session, email: OutboundEmail, *, by: Reader) -> bool:
    """Stop an email before anything of it left; False when it is too late, and then it goes to all."""
    rows = _held(session, email.id)
    if any(row.state is not DeliveryState.QUEUED or row.attempts for row in rows):
        return False
    for row in rows:
        _move(row, DeliveryState.CANCELLED, "")
    session.flush()
    _tell(session, email, "email.cancel", rows, by=by)
    return True


def retry(session: Session, email: OutboundEmail, *, by: Reader) -> None:
    """Try now what failed, bounced or waits; who has the email already does not get it again."""
    rows = [row for row in _held(session, email.id) if row.state in {*_LOST, DeliveryState.DEFERRED}]
    if not rows:
        return
    for row in rows:
        _move(row, DeliveryState.QUEUED, row.answer)
        row.due_at, row.attempts = clock.now(), 0
    session.flush()
    jobs.ring(session, Job.DELIVER, email.id)
    _tell(session, email, "email.retry", rows, by=by)


def bounced(session: Session, rfc_message_id: str, recipient: str | None, status: str) -> OutboundEmail | None:
    """Tie a bounce to the email it answers: the recipient's delivery has failed after all, and the ticket reopens.

    None when no email of ours has this Message-ID, or the address was never on it: then the bounce proves nothing.
    Without an address it is the only recipient's. The address is flagged; told twice, nothing changes.
    """
    ids = {rfc_message_id.strip("<> "), f"<{rfc_message_id.strip('<> ')}>"}
    email = session.scalar(select(OutboundEmail).where(OutboundEmail.rfc_message_id.in_(ids)))
    if email is None:
        return None
    rows = _held(session, email.id)
    theirs = [row for row in rows if recipient is None or row.email == recipient.strip().lower()]
    if not theirs or (recipient is None and len(rows) > 1):
        return None
    lost = [row for row in theirs if row.state not in {DeliveryState.BOUNCED, DeliveryState.CANCELLED}]
    for row in lost:
        _move(row, DeliveryState.BOUNCED, status[:500])
        session.execute(
            update(CustomerAddress).where(CustomerAddress.email == row.email).values(bounced_at=clock.now())
        )
    if lost:
        session.flush()
        _tell(session, email, "email.bounce", lost)
        _has_failed(session, email)
    return email


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
    """One email of each mailbox that has some due for at least so long; paused mailboxes have none.

    Leases of the dead need no giving back: what they held is due again when they end.
    """
    now = clock.now()
    first = (
        select(func.min(Delivery.outbound_email_id))
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
        .where(_is_due(now), Delivery.due_at <= now - since, Mailbox.sending_paused_because.is_(None))
        .group_by(OutboundEmail.mailbox_id)
    )
    return sorted(session.scalars(first))


def ring_for(session: Session, mailbox_id: int) -> None:
    """Ring for what is due at a mailbox: one job, which then goes on with the others."""
    for outbound_email_id in due(session, mailbox_id=mailbox_id, limit=1):
        jobs.ring(session, Job.DELIVER, outbound_email_id)


def _held(session: Session, outbound_email_id: int) -> Sequence[Delivery]:
    """The recipients of an email as they are now; until this transaction ends nobody else moves them."""
    session.execute(select(OutboundEmail.id).where(OutboundEmail.id == outbound_email_id).with_for_update())
    chosen = select(Delivery).where(Delivery.outbound_email_id == outbound_email_id).order_by(Delivery.id)
    return session.scalars(chosen.execution_options(populate_existing=True)).all()


def _is_due(now: datetime) -> ColumnElement[bool]:
    # the first condition repeats what the partial index is made of
    return and_(
        Delivery.state.in_(_ON_THE_WAY),
        Delivery.due_at <= now,
        or_(Delivery.state.in_(_WAITING), Delivery.lease_until < now),
    )


def _mark_one(row: Delivery, claimed: Claimed, answer: Answer) -> bool:
    if row.state not in _ON_THE_WAY:
        return False
    is_ours = row.claim == claimed.token
    if answer.verdict is Verdict.ACCEPTED:  # true whoever holds the lease by now: it must not be sent again
        _move(row, DeliveryState.ACCEPTED, _words(answer))
        return True
    if not is_ours:
        return False
    waits_left = WAITS[row.attempts - 1 :]
    if answer.verdict is Verdict.DEFERRED and waits_left:
        _move(row, DeliveryState.DEFERRED, _words(answer))
        row.due_at = clock.now() + waits_left[0]
    else:
        _move(row, DeliveryState.FAILED, _words(answer))
    return True


def _move(row: Delivery, state: DeliveryState, answer: str) -> None:
    row.state, row.answer, row.changed_at = state, answer, clock.now()
    row.claim = row.lease_until = None


def _words(answer: Answer) -> str:
    return f"{answer.code} {answer.text}".strip()


def _has_failed(session: Session, email: OutboundEmail) -> None:
    """A ticket whose answer did not arrive is open again and says so in every list, until somebody writes again."""
    ticket = _ticket_of(session, email)
    if ticket is not None:
        ticket.has_failed_delivery = True
        tickets.reopen(session, ticket, by=Machine.DELIVERY)


def _ticket_of(session: Session, email: OutboundEmail) -> Ticket | None:
    message = session.get(Message, email.message_id) if email.message_id else None
    return session.get(Ticket, message.ticket_id) if message else None


def _tell(
    session: Session, email: OutboundEmail, action: str, rows: Sequence[Delivery], *, by: Reader = Machine.DELIVERY
) -> None:
    ticket = _ticket_of(session, email)
    facts: dict[str, object] = {
        "ticket": ticket.id if ticket else None,
        "deliveries": {str(row.id): f"{row.state.value} {row.answer[:3]}".strip() for row in rows},
    }
    audit.record(
        session,
        action,
        by=by,
        on=("outbound_email", email.id),
        subject_id=ticket.customer_id if ticket else None,
        facts=facts,
    )
    if ticket is not None:
        jobs.announce(session, ticket.id)
