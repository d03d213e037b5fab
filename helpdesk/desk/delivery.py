"""Bringing an outbound email to its recipients: claim, send, mark; each recipient has a state of its own."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, notices, sent_copies, tickets
from helpdesk.desk.outbox import Claimed
from helpdesk.mail.address import spellings
from helpdesk.mail.smtp import Answer, Verdict
from helpdesk.models.agent import Agent
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.notice import NoticeKind
from helpdesk.models.outbound_email import ON_THE_WAY, Delivery, DeliveryState, OutboundEmail, Purpose
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs, later
from helpdesk.storage.jobs import Job

# how long a deferred recipient waits after the first attempt, the second …: two days in all, then it has failed
WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 80, 160, 320, 500, 580, 580, 582))
LOST: Final = (DeliveryState.FAILED, DeliveryState.BOUNCED)
_NOT_SENT: Final = (DeliveryState.BOUNCED, DeliveryState.CANCELLED, DeliveryState.QUEUED)


def mark(session: Session, claimed: Claimed, answers: Mapping[str, Answer]) -> None:
    """Write down what the mail server said of each recipient. Done twice, it changes nothing."""
    mark_all(session, [(claimed, answers)])


def mark_all(session: Session, answered: Sequence[tuple[Claimed, Mapping[str, Answer]]]) -> None:
    """The same for several emails at once; until this transaction ends nobody else moves them."""
    found: dict[int, list[_Row]] = {}
    asked = {"ids": [claimed.outbound_email_id for claimed, _answers in answered]}
    for row in session.execute(_MARKED, asked, execution_options={"populate_existing": True}):
        found.setdefault(row.email_id, []).append(_Row(*row))
    for claimed, answers in answered:
        theirs = [one for one in found.get(claimed.outbound_email_id, ()) if one.delivery.email in answers]
        changed = [one for one in theirs if _mark_one(one.delivery, claimed, answers[one.delivery.email])]
        if changed:
            _follow(session, changed)
    session.flush()


def held(session: Session, outbound_email_id: int) -> Sequence[Delivery]:
    """The recipients of an email as they are now; until this transaction ends nobody else moves them."""
    session.execute(select(OutboundEmail.id).where(OutboundEmail.id == outbound_email_id).with_for_update())
    chosen = select(Delivery).where(Delivery.outbound_email_id == outbound_email_id).order_by(Delivery.id)
    return session.scalars(chosen.execution_options(populate_existing=True)).all()


def cancel(session: Session, email: OutboundEmail, *, by: Reader) -> bool:
    """Stop an email before anything of it left; False when it is too late, and then it goes to all."""
    rows = held(session, email.id)
    if any(row.state is not DeliveryState.QUEUED or row.attempts or row.attempts_before for row in rows):
        return False
    for row in rows:
        _move(row, DeliveryState.CANCELLED, "")
    session.flush()
    _tell_of(session, email, "email.cancel", rows, by=by)
    return True


def retry(session: Session, email: OutboundEmail, *, by: Reader, only: Delivery | None = None) -> None:
    """Try now what failed, bounced or waits, to all or one; who has the email already does not get it again.

    What was lost has its two days anew; what waits goes on with them, and no try that is asked for shortens them.
    """
    rows = [row for row in held(session, email.id) if row.state in {*LOST, DeliveryState.DEFERRED}]
    rows = [row for row in rows if only is None or row.id == only.id]
    if not rows:
        return
    for row in rows:
        made = row.attempts if row.state in LOST else min(1, row.attempts)
        row.attempts, row.attempts_before = row.attempts - made, row.attempts_before + made
        _move(row, DeliveryState.QUEUED, row.answer)
        row.due_at = clock.now()
    session.flush()
    jobs.ring(session, Job.DELIVER, email.id, group=email.mailbox_id)
    _tell_of(session, email, "email.retry", rows, by=by)


def is_any_lost(session: Session, ticket: Ticket) -> bool:
    """Whether an answer of this ticket did not arrive somewhere."""
    session.flush()
    of_it = select(OutboundEmail.id).join(Message).where(Message.ticket_id == ticket.id)
    lost = select(Delivery.id).where(Delivery.outbound_email_id.in_(of_it), Delivery.state.in_(LOST))
    return session.scalar(lost.limit(1)) is not None


def bounced(session: Session, rfc_message_id: str, recipient: str | None, status: str) -> OutboundEmail | None:
    """Tie a bounce to the email it answers: the recipient's delivery has failed after all, and the ticket reopens.

    None when no email of ours has this Message-ID, or the address was never on it: then the bounce proves nothing.
    Without an address it is the only recipient's. The address is flagged; told twice, nothing changes. What waits to
    be sent, perhaps again or to another address, a bounce can't be about: it leaves.
    """
    ids = {rfc_message_id.strip("<> "), f"<{rfc_message_id.strip('<> ')}>"}
    email = session.scalar(select(OutboundEmail).where(OutboundEmail.rfc_message_id.in_(ids)))
    if email is None:
        return None
    rows = held(session, email.id)
    theirs = [row for row in rows if recipient is None or row.email in spellings(recipient)]
    if not theirs or (recipient is None and len(rows) > 1):
        return None
    lost = [row for row in theirs if row.state not in _NOT_SENT]
    for row in lost:
        _move(row, DeliveryState.BOUNCED, status[:500])
        session.execute(
            update(CustomerAddress).where(CustomerAddress.email == row.email).values(bounced_at=clock.now())
        )
    if lost:
        session.flush()
        _has_failed(session, email, _tell_of(session, email, "email.bounce", lost))
    return email


class _Row(NamedTuple):
    """A recipient, of which email and mailbox, whether a copy is kept, and on which ticket of whom, if on one."""

    delivery: Delivery
    email_id: int
    mailbox_id: int
    sent_folder: str | None
    smtp_host: str
    ticket_id: int | None
    customer_id: int | None


# the recipients of some emails, which nobody else moves until the transaction ends: those who wait for a lock get the
# rows as they are then
_MARKED: Final = (
    select(
        Delivery,
        OutboundEmail.id.label("email_id"),
        OutboundEmail.mailbox_id,
        Mailbox.sent_folder,
        Mailbox.smtp_host,
        Message.ticket_id,
        Ticket.customer_id,
    )
    .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
    .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
    .outerjoin(Message, Message.id == OutboundEmail.message_id)
    .outerjoin(Ticket, Ticket.id == Message.ticket_id)
    .where(OutboundEmail.id.in_(bindparam("ids", expanding=True)))
    .order_by(OutboundEmail.id, Delivery.id)
    .with_for_update(of=[OutboundEmail, Delivery])
)


def _follow(session: Session, changed: Sequence[_Row]) -> None:
    first, rows = changed[0], [one.delivery for one in changed]
    for due_at in {row.due_at for row in rows if row.state is DeliveryState.DEFERRED}:
        jobs.ring(session, Job.DELIVER, first.email_id, at=due_at, group=first.mailbox_id)
    _tell(session, first.email_id, first.ticket_id, first.customer_id, "email.deliver", rows)
    is_accepted = any(row.state is DeliveryState.ACCEPTED for row in rows)
    if is_accepted and sent_copies.is_wanted(first.sent_folder, first.smtp_host):
        sent_copies.owe(session.get_one(OutboundEmail, first.email_id))
    if any(row.state is DeliveryState.FAILED for row in rows):
        email = session.get_one(OutboundEmail, first.email_id)
        _has_failed(session, email, _ticket_of(session, email))
    for row in rows:
        later.change(session, row, "state", "answer", "due_at", "changed_at", "claim", "lease_until")


def _mark_one(row: Delivery, claimed: Claimed, answer: Answer) -> bool:
    if row.state not in ON_THE_WAY:
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


def _has_failed(session: Session, email: OutboundEmail, ticket: Ticket | None) -> None:
    """A ticket whose answer did not arrive is open again and says so in every list, until somebody writes again.

    Whoever wrote the answer is told.
    """
    if ticket is None:
        return
    ticket = conversation.going_on(session, ticket)  # where it is looked at, also when it was merged since
    session.refresh(ticket, ["status", "has_failed_delivery"])
    ticket.has_failed_delivery = True
    tickets.reopen(session, ticket, by=Machine.DELIVERY)
    message = session.get(Message, email.message_id) if email.message_id else None
    author = session.get(Agent, message.agent_id) if message and message.agent_id else None
    notice = notices.tell(session, author, ticket, NoticeKind.DELIVERY_FAILED) if author else None
    if author and notice and notices.wants_mail(session, author):
        notices.mail(session, notice, author, mailbox_id=email.mailbox_id, purpose=Purpose.DELIVERY_FAILED)


def _ticket_of(session: Session, email: OutboundEmail) -> Ticket | None:
    message = session.get(Message, email.message_id) if email.message_id else None
    return session.get(Ticket, message.ticket_id) if message else None


def _tell_of(
    session: Session, email: OutboundEmail, action: str, rows: Sequence[Delivery], *, by: Reader = Machine.DELIVERY
) -> Ticket | None:
    """Returns the ticket it is on."""
    ticket = _ticket_of(session, email)
    ticket_id, customer_id = (ticket.id, ticket.customer_id) if ticket else (None, None)
    _tell(session, email.id, ticket_id, customer_id, action, rows, by=by)
    return ticket


def _tell(
    session: Session,
    email_id: int,
    ticket_id: int | None,
    customer_id: int | None,
    action: str,
    rows: Sequence[Delivery],
    *,
    by: Reader = Machine.DELIVERY,
) -> None:
    facts: dict[str, object] = {
        "ticket": ticket_id,
        "deliveries": {str(row.id): f"{row.state.value} {row.answer[:3]}".strip() for row in rows},
    }
    audit.record(session, action, by=by, on=("outbound_email", email_id), subject_id=customer_id, facts=facts)
    if ticket_id is not None:
        jobs.announce(session, ticket_id)
