"""Bringing an outbound email to its recipients: claim, send, mark; each recipient has a state of its own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, notices, sent_copies, tickets
from helpdesk.desk.outbox import Claimed
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
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job

# how long a deferred recipient waits after the first attempt, the second …: two days in all, then it has failed
WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 80, 160, 320, 500, 580, 580, 582))
LOST: Final = (DeliveryState.FAILED, DeliveryState.BOUNCED)


def mark(session: Session, claimed: Claimed, answers: Mapping[str, Answer]) -> None:
    """Write down what the mail server said of each recipient. Done twice, it changes nothing."""
    mark_all(session, [(claimed, answers)])


def mark_all(session: Session, answered: Sequence[tuple[Claimed, Mapping[str, Answer]]]) -> None:
    """The same for several emails at once; until this transaction ends nobody else moves them."""
    ids = [claimed.outbound_email_id for claimed, _answers in answered]
    emails, owing = _held_all(session, ids)
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.outbound_email_id.in_(ids))
        .order_by(Delivery.id)
        .execution_options(populate_existing=True)
    ).all()
    about = _tickets_of(session, emails.values())
    for claimed, answers in answered:
        theirs = [row for row in rows if row.outbound_email_id == claimed.outbound_email_id and row.email in answers]
        changed = [row for row in theirs if _mark_one(row, claimed, answers[row.email])]
        if changed:
            _follow(session, emails[claimed.outbound_email_id], changed, about)
        if claimed.outbound_email_id in owing and any(row.state is DeliveryState.ACCEPTED for row in changed):
            sent_copies.owe(emails[claimed.outbound_email_id])
    session.flush()


def held(session: Session, outbound_email_id: int) -> Sequence[Delivery]:
    """The recipients of an email as they are now; until this transaction ends nobody else moves them."""
    session.execute(select(OutboundEmail.id).where(OutboundEmail.id == outbound_email_id).with_for_update())
    chosen = select(Delivery).where(Delivery.outbound_email_id == outbound_email_id).order_by(Delivery.id)
    return session.scalars(chosen.execution_options(populate_existing=True)).all()


def _held_all(session: Session, ids: Sequence[int]) -> tuple[dict[int, OutboundEmail], set[int]]:
    """These emails, which nobody else moves until this transaction ends, and which of them copies are kept of."""
    rows = session.execute(
        select(OutboundEmail, Mailbox.sent_folder, Mailbox.smtp_host)
        .join(Mailbox, Mailbox.id == OutboundEmail.mailbox_id)
        .where(OutboundEmail.id.in_(ids))
        .order_by(OutboundEmail.id)
        .with_for_update(of=OutboundEmail)
    ).all()
    owing = {email.id for email, folder, host in rows if sent_copies.is_wanted(folder, host)}
    return {email.id: email for email, _folder, _host in rows}, owing


def _follow(session: Session, email: OutboundEmail, changed: Sequence[Delivery], about: Mapping[int, Ticket]) -> None:
    for due_at in {row.due_at for row in changed if row.state is DeliveryState.DEFERRED}:
        jobs.ring(session, Job.DELIVER, email.id, at=due_at, group=email.mailbox_id)
    ticket = about.get(email.id)
    _tell(session, email, ticket, "email.deliver", changed)
    if any(row.state is DeliveryState.FAILED for row in changed):
        _has_failed(session, email, ticket)


def cancel(session: Session, email: OutboundEmail, *, by: Reader) -> bool:
    """Stop an email before anything of it left; False when it is too late, and then it goes to all."""
    rows = held(session, email.id)
    if any(row.state is not DeliveryState.QUEUED or row.attempts or row.attempts_before for row in rows):
        return False
    for row in rows:
        _move(row, DeliveryState.CANCELLED, "")
    session.flush()
    _tell(session, email, _ticket_of(session, email), "email.cancel", rows, by=by)
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
    _tell(session, email, _ticket_of(session, email), "email.retry", rows, by=by)


def is_any_lost(session: Session, ticket: Ticket) -> bool:
    """Whether an answer of this ticket did not arrive somewhere."""
    session.flush()
    of_it = select(OutboundEmail.id).join(Message).where(Message.ticket_id == ticket.id)
    lost = select(Delivery.id).where(Delivery.outbound_email_id.in_(of_it), Delivery.state.in_(LOST))
    return session.scalar(lost.limit(1)) is not None


def bounced(session: Session, rfc_message_id: str, recipient: str | None, status: str) -> OutboundEmail | None:
    """Tie a bounce to the email it answers: the recipient's delivery has failed after all, and the ticket reopens.

    None when no email of ours has this Message-ID, or the address was never on it: then the bounce proves nothing.
    Without an address it is the only recipient's. The address is flagged; told twice, nothing changes.
    """
    ids = {rfc_message_id.strip("<> "), f"<{rfc_message_id.strip('<> ')}>"}
    email = session.scalar(select(OutboundEmail).where(OutboundEmail.rfc_message_id.in_(ids)))
    if email is None:
        return None
    rows = held(session, email.id)
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
        ticket = _ticket_of(session, email)
        _tell(session, email, ticket, "email.bounce", lost)
        _has_failed(session, email, ticket)
    return email


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
    return _tickets_of(session, [email]).get(email.id)


def _tickets_of(session: Session, emails: Collection[OutboundEmail]) -> dict[int, Ticket]:
    """The ticket of each email that is on one, by the email's id."""
    messages = {email.message_id: email.id for email in emails if email.message_id is not None}
    found = select(Message.id, Ticket).join(Ticket, Ticket.id == Message.ticket_id).where(Message.id.in_(messages))
    return {messages[message_id]: ticket for message_id, ticket in session.execute(found)} if messages else {}


def _tell(
    session: Session,
    email: OutboundEmail,
    ticket: Ticket | None,
    action: str,
    rows: Sequence[Delivery],
    *,
    by: Reader = Machine.DELIVERY,
) -> None:
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
