"""An email becomes a ticket: known? thread? new? — with its ledger outcome and audit event."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Desk
from helpdesk.desk import (
    acknowledgements,
    blocks,
    conversation,
    copies,
    filter_rules,
    followers,
    forwards,
    ledger,
    people,
    privacy_requests,
    received,
    snooze,
    suggestions,
    taking_back,
)
from helpdesk.desk.identity import verdict
from helpdesk.mail import filtering
from helpdesk.mail.filtering import NO_RULE, Judgement, Rule, Seen
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.models.agent import Team
from helpdesk.models.base import Base
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.inbound_email import InboundEmail, Outcome, Ruling
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Attachment, Message, Verdict
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.statistic import Metric
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import access, audit, merged, settings, tombstones
from helpdesk.privacy.readers import Machine
from helpdesk.privacy.statistics import plan
from helpdesk.privacy.statistics.plan import Usage
from helpdesk.storage import jobs, later
from helpdesk.storage.vault import Vault

_FEW_NUMBERS: Final = 5
_MOST_NUMBERS: Final = 10  # of tickets: those not used are left out on PostgreSQL, and people would wonder


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is the same for all emails of a batch."""

    mailbox: Mailbox
    team: Team
    own_addresses: frozenset[str]
    staff: forwards.Staff
    trusted_authserv_id: str = ""
    desk: Desk | None = None  # what acknowledgements say and when; None: none are sent
    counts_languages: bool = False
    vault: Vault | None = None  # to know by whom nothing old is taken in; None: nobody was ever erased
    has_blocks: bool = False
    rules: tuple[Rule, ...] = ()
    time_zone: str = "UTC"
    own_ids: frozenset[str] | None = None  # Message-IDs of ours among the batch's; None: each is asked for
    elsewhere: frozenset[str] | None = None  # Message-IDs among them that another of our mailboxes got too
    numbers_at_once: int = 1  # of tickets, where it is not sure how many there will be


def arrival(
    session: Session,
    mailbox: Mailbox,
    *,
    emails: Sequence[ParsedEmail] | None = None,
    trusted_authserv_id: str = "",
    vault: Vault | None = None,
    desk: Desk | None = None,
    time_zone: str = "UTC",
) -> Arrival:
    """Look up once what each email of this mailbox's batch needs; `emails` are those of it, where they are known."""
    team = session.get_one(Team, mailbox.team_id)
    knows_the_erased = vault is not None and tombstones.are_any(session)
    at = Arrival(
        mailbox,
        team,
        people.own_addresses(session),
        forwards.staff(session),
        trusted_authserv_id,
        desk,
        counts_languages(session),
        vault if knows_the_erased else None,
        has_blocks=blocks.are_there(session),
        rules=filter_rules.in_force(session),
        time_zone=time_zone,
        own_ids=None if emails is None else _our_own(session, emails),
        elsewhere=None if emails is None else copies.ids_elsewhere(session, mailbox, emails),
        numbers_at_once=min(len(emails or ()), _FEW_NUMBERS) or 1,
    )
    _expect_rows(session, emails or (), at)
    return at


def _expect_rows(session: Session, emails: Sequence[ParsedEmail], at: Arrival) -> None:
    """Take the ids of what a batch becomes: of tickets, whose numbers people see, no more than it surely makes."""
    new = people.newcomers(session)
    files = sum(len(email.attachments) for email in emails)
    rows: dict[type[Base], int] = {Customer: new, CustomerAddress: new, Message: len(emails), Attachment: files}
    if not (at.rules or at.has_blocks or at.vault):
        rows[Ticket] = min(sum(_surely_opens(email, at) for email in emails), _MOST_NUMBERS)
    later.expect(session, rows)


def _surely_opens(email: ParsedEmail, at: Arrival) -> bool:
    known = (at.own_ids or frozenset()) | (at.elsewhere or frozenset())
    if email.in_reply_to or email.references or email.message_id in known or received.is_report(email):
        return False
    return any(address.lower() not in at.own_addresses for address, _name in people.senders(email))


def counts_languages(session: Session) -> bool:
    """Whether usage statistics tell in which languages people write, so that each writer's is to be known."""
    usage = settings.of(session, Usage)
    return usage.is_on and Metric.LANGUAGE in plan.extras(usage)


def receive(session: Session, email: InboundEmail, parsed: ParsedEmail, *, at: Arrival) -> Outcome:
    """Make a stored email a ticket, a message on one, or something to look at; every email ends with a reason.

    When it raises, what it began is to be undone: with a savepoint of its own, or with all of its batch.
    """
    with session.no_autoflush:  # the verbs below flush where they need an id: each flush costs, and there are many
        outcome = _received(session, email, parsed, at)
    later.change(session, email, *ledger.DECIDED)
    privacy_requests.flag(session, email, parsed, time_zone=at.time_zone)
    if outcome is not Outcome.NEW_TICKET:  # of a new ticket, its opening is the event
        _tell(session, email, outcome)
    if email.ticket_id is not None:
        jobs.announce(session, email.ticket_id)
    return outcome


def _tell(session: Session, email: InboundEmail, outcome: Outcome) -> None:
    ticket = session.get(Ticket, email.ticket_id) if email.ticket_id else None
    audit.record(
        session,
        "email.receive",
        by=Machine.INTAKE,
        on=("raw_email", email.id),
        subject_id=ticket.customer_id if ticket else None,
        facts={"outcome": outcome.value, "ticket": email.ticket_id},
    )


def quarantine(session: Session, email: InboundEmail, reason: str) -> Outcome:
    """Put aside an email that could not be read or filed: it is kept, visible, and in nobody's way."""
    outcome = ledger.decide(email, Outcome.QUARANTINED, reason)
    _tell(session, email, outcome)
    return outcome


def _received(session: Session, email: InboundEmail, parsed: ParsedEmail, at: Arrival) -> Outcome:
    proven = verdict(parsed, trusted=at.trusted_authserv_id)
    if (passed_over := _passed_over(session, email, parsed, at)) is not None:
        return passed_over
    if email.ruling is not None:
        return _as_ruled(session, email, parsed, at, proven)
    if (first := copies.first_of(session, email, parsed, at.own_addresses, elsewhere=at.elsewhere)) is not None:
        reason = copies.reason(session, first)
        return ledger.decide(email, Outcome.ALREADY_RECEIVED, reason, ticket_id=first.ticket_id)
    if received.is_report(parsed):
        return received.report(session, email, parsed)
    judgement = filtering.judge(at.rules, Seen(parsed, at.mailbox.address, proven is Verdict.PASS))
    if (doubt := _doubt(session, email, parsed, at) or _held(session, email, judgement)) is not None:
        return ledger.decide(email, Outcome.HELD, doubt)
    return _placed(session, email, parsed, at, proven, judgement)


def _placed(
    session: Session, email: InboundEmail, parsed: ParsedEmail, at: Arrival, proven: Verdict, judgement: Judgement
) -> Outcome:
    place = conversation.place_of(session, parsed, proven)
    if place.is_stranger and place.ticket is not None:
        reason = "a new participant: it answers this ticket, but its writer is not on it"
        return ledger.decide(email, Outcome.HELD, reason, ticket_id=place.ticket.id)
    if place.ticket is not None:
        return _append(session, email, parsed, place.ticket, proven, origin=place.origin)
    return _open(session, email, parsed, at, place.follows, proven, judgement)


def _passed_over(session: Session, email: InboundEmail, parsed: ParsedEmail, at: Arrival) -> Outcome | None:
    """What becomes no message at all: our own email, come back, and what somebody wrote before they were erased."""
    own_ids = _our_own(session, [parsed]) if at.own_ids is None else at.own_ids
    if parsed.message_id in own_ids:
        return ledger.decide(email, Outcome.OWN, "an email of our own, come back")
    vault, writers = at.vault, [address for address, _name in people.senders(parsed)]
    if vault is None or not any(tombstones.covers(session, vault, one, email.arrived_at) for one in writers):
        return None
    access.erase_raw_emails(session, [email.id])
    return ledger.decide(email, Outcome.ERASED, "its writer was erased after it had arrived")


def _our_own(session: Session, emails: Sequence[ParsedEmail]) -> frozenset[str]:
    """The Message-IDs of those that are ours, come back: each was written down before it was sent."""
    ids = {email.message_id for email in emails if email.message_id}
    if not ids:
        return frozenset()
    spellings = sorted(ids | {f"<{one}>" for one in ids})
    found = session.scalars(select(OutboundEmail.rfc_message_id).where(OutboundEmail.rfc_message_id.in_(spellings)))
    return frozenset(one.strip("<>") for one in found)


def _doubt(session: Session, email: InboundEmail, parsed: ParsedEmail, at: Arrival) -> str | None:
    """Why somebody should look at it first; None where nothing speaks against it."""
    if not people.has_usable_sender(parsed):
        return "it names no usable sender: look at it, then make a ticket of it"
    sender = people.senders(parsed)[0][0].lower()
    if at.has_blocks and (blocked := blocks.blocking(session, sender)) is not None:
        email.block_id = blocked.id
        return "its sender is blocked"
    if sender in at.own_addresses:
        return "it says it is from one of our own mailboxes"
    return None


def _held(session: Session, email: InboundEmail, judgement: Judgement) -> str | None:
    rule = judgement.held_by
    if rule is None:
        return None
    filter_rules.keep_hits(session, email, judgement, None)
    return f"a rule holds it; {rule.name}"


def _as_ruled(session: Session, email: InboundEmail, parsed: ParsedEmail, at: Arrival, proven: Verdict) -> Outcome:
    """Somebody looked at it and decided; the writer of an email that was let onto a ticket is on it from now."""
    email.block_id = None
    if email.ruling is Ruling.RELEASED:
        place = conversation.place_of(session, parsed, proven)
        if place.ticket is not None and not place.is_stranger:
            return _append(session, email, parsed, place.ticket, proven, origin=place.origin)
        return _open(session, email, parsed, at, place.follows, proven)
    ticket = session.get(Ticket, email.ticket_id) if email.ticket_id else None
    ticket = conversation.held(session, merged.end(session, ticket)) if ticket else None
    if email.ruling is Ruling.NEW_TICKET or ticket is None or conversation.is_gone(session, ticket):
        return _open(session, email, parsed, at, None, proven)
    if people.has_usable_sender(parsed):
        people.join(session, ticket, people.senders(parsed), customer=people.writer_of(session, parsed))
    return _append(session, email, parsed, ticket, proven)


def _append(
    session: Session,
    email: InboundEmail,
    parsed: ParsedEmail,
    ticket: Ticket,
    proven: Verdict,
    *,
    origin: Ticket | None = None,
) -> Outcome:
    writer = people.writer_of(session, parsed)
    message = received.add(session, email, parsed, ticket, proven, writer=writer, origin=origin)
    if message.is_automatic:
        reason = "an automatic answer: filed, the ticket stays as it was"
        return ledger.decide(email, Outcome.FILED, reason, ticket_id=ticket.id)
    _has_spoken(session, ticket, message)
    followers.hear_of(session, ticket)
    return ledger.decide(email, Outcome.APPENDED, "an answer on its ticket", ticket_id=ticket.id)


def _open(
    session: Session,
    email: InboundEmail,
    parsed: ParsedEmail,
    at: Arrival,
    follows: Ticket | None,
    proven: Verdict,
    judgement: Judgement = NO_RULE,
) -> Outcome:
    author = forwards.author_of(parsed, at.own_addresses, at.staff)
    is_believed = author is not None and proven is Verdict.PASS
    requester = [(author.email, author.name)] if author and is_believed else people.senders(parsed)
    customer = people.customer_at(session, *requester[0]) if requester else people.writer_at(session, parsed)
    is_new_customer = customer.id is None
    if author is None:  # of a forwarded one the words are partly a colleague's
        people.learn_language(customer, parsed, by_words=at.counts_languages)
    people.keep(session, customer)
    later.settle_those(session, Ticket, customer_id=customer.id)  # suggestions ask for those
    ticket = Ticket(
        customer=customer,
        team=at.team,
        mailbox=at.mailbox,
        opened_at=clock.now(),
        follows_id=follows.id if follows else None,
    )
    received.count(ticket, email, parsed)
    filter_rules.shape(session, ticket, judgement)
    later.keep(session, ticket, at_once=at.numbers_at_once)
    filter_rules.keep_hits(session, email, judgement, ticket)
    access.write_ticket(session, ticket, subject=parsed.subject, preview=received.preview(parsed))
    people.join(session, ticket, requester, customer=customer, is_new=True)
    message = received.add(session, email, parsed, ticket, proven, writer=customer, is_first=True)
    if author is not None:
        forwards.keep(session, message, author, proven)
    if follows is None:
        suggestions.suggest(session, ticket, parsed, is_first=is_new_customer)
    audit.record(
        session, "ticket.open", by=Machine.INTAKE, on=("ticket", ticket.id), subject_id=customer.id,
        facts={"email": email.id, "follows": ticket.follows_id},
    )  # fmt: skip
    if author is None and at.desk is not None and not judgement.is_spam:
        acknowledgements.acknowledge(session, ticket, email, parsed, proven, desk=at.desk)
    reason = "an answer to a ticket closed long ago: a new ticket, linked to it" if follows else "a new ticket"
    return ledger.decide(email, Outcome.NEW_TICKET, reason, ticket_id=ticket.id)


def _has_spoken(session: Session, ticket: Ticket, message: Message) -> None:
    """The customer wrote: the ticket is open, and waits for us since the first email we have not answered."""
    if not ticket.awaits_us or ticket.status is not Status.OPEN:
        ticket.waiting_since = message.at
    ticket.awaits_us, ticket.taken_up_at = True, None
    taking_back.customer_wrote(session, ticket)
    if ticket.place is Place.TRASH:  # who writes to a ticket in the trash is not thrown away with it
        ticket.put(Place.DESK)
        audit.record(
            session, "ticket.restore", by=Machine.INTAKE, on=("ticket", ticket.id), subject_id=ticket.customer_id
        )
    if ticket.status is Status.OPEN or snooze.sleeps_on(session, ticket):
        return
    ticket.woke_at = message.at if ticket.status is Status.SNOOZED else None
    ticket.status = Status.OPEN
    ticket.closed_at = None
    audit.record(session, "ticket.reopen", by=Machine.INTAKE, on=("ticket", ticket.id), subject_id=ticket.customer_id)
