"""Which ticket an email belongs to. Everything an email points with is a claim: see docs/mail.md for the table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.mail import thread
from helpdesk.mail.address import spellings
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.mail.thread import Pointer
from helpdesk.models.acknowledgement import Acknowledgement
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.message import Direction, Message, Verdict
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.models.ticket import Place as Where
from helpdesk.storage import later

# later than this after closing, an answer opens a new ticket that is linked to the old one
TOO_OLD: Final = timedelta(days=30)
_EXPECTED: Final = "expected tickets"
_MOST_EXPECTED: Final = 500
_DEEPEST: Final = 50  # merges of merges that are followed
_PLACE: Final = ("place", "merged_into_id", "merged_count", "message_count")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an email belongs: on a ticket, on a new one after an old one, or nowhere yet."""

    ticket: Ticket | None = None
    origin: Ticket | None = None  # the ticket it answers, where that one was merged into `ticket`
    follows: Ticket | None = None
    is_stranger: bool = False  # it points to the ticket, but its writer is not on it


def place_of(session: Session, email: ParsedEmail, verdict: Verdict) -> Place:
    """Find the ticket an email answers, by the secret of our Message-IDs, else by an id known from that ticket."""
    ticket = by_secret(session, email)
    if ticket is None:
        known = by_known_id(session, email)
        if known is None or verdict is not Verdict.PASS or not is_on(session, known, email):
            return Place()
        ticket = held(session, known)  # is_on holds there
    now = held(session, going_on(session, ticket)) if ticket.merged_into_id else ticket
    if is_gone(session, now):
        return Place()
    if not (is_on(session, ticket, email) or is_on(session, now, email)):
        return Place(ticket=now, is_stranger=True)
    if now.closed_at is not None and now.is_closed and now.closed_at < clock.now() - TOO_OLD:
        return Place(follows=now)
    return Place(ticket=now, origin=None if now is ticket else ticket)


@dataclass(frozen=True, slots=True)
class _Expected:
    """The tickets that emails of a batch point to with our secrets: looked up together, and held."""

    secrets: Mapping[int, Sequence[str]]
    tickets: Mapping[int, Ticket] = field(default_factory=dict)
    people: frozenset[tuple[int, str]] = frozenset()


def expect(session: Session, emails: Iterable[ParsedEmail]) -> Sequence[int]:
    """Look up at once what these answer, and hold the tickets until the transaction ends; gives their ids.

    Nothing is decided by it: each email is asked for its place as if it came alone.
    """
    pointers = [
        pointer
        for email in emails
        if email.in_reply_to or email.references
        for pointer in thread.candidates(*_bracketed(email))
    ][:_MOST_EXPECTED]
    numbers = {pointer.ticket_number for pointer in pointers}
    if not numbers:
        return []
    secrets = dict.fromkeys(numbers, ()) | _kept_secrets(session, numbers)
    ids = {one.ticket_number for one in pointers if _is_kept(one, secrets[one.ticket_number])}
    chosen = select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update()
    tickets = {ticket.id: ticket for ticket in session.scalars(chosen)} if ids else {}
    session.info[_EXPECTED] = _Expected(secrets, tickets, _people_on(session, list(tickets)))
    return list(tickets)


def held(session: Session, ticket: Ticket) -> Ticket:
    """A ticket as it is now, and as it stays until the transaction ends.

    Two emails on it at once are counted one after the other, and one that is closed meanwhile is opened again.
    """
    expected: _Expected | None = session.info.get(_EXPECTED)
    if expected is not None and expected.tickets.get(ticket.id) is ticket:
        return ticket
    if ticket in session.dirty:
        session.flush()
    session.refresh(ticket, with_for_update=True)
    return ticket


def going_on(session: Session, ticket: Ticket) -> Ticket:
    """Where a ticket's conversation goes on; nobody merges that one until the transaction ends."""
    session.flush()
    for _step in range(_DEEPEST):
        session.refresh(ticket, _PLACE, with_for_update=True)
        further = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
        if further is None:
            break
        ticket = further
    return ticket


def heard(session: Session, ticket: Ticket) -> None:
    """After a message left a ticket: who had the last word on it was us, or the customer still waits."""
    session.flush()
    there = select(Message.direction).where(Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
    if session.scalar(there.order_by(Message.at.desc(), Message.id.desc()).limit(1)) is Direction.SENT:
        ticket.awaits_us = False


def is_gone(session: Session, ticket: Ticket) -> bool:
    """Whether a ticket left the trash for good, so that nothing is put on it any more.

    One that is in the trash is held until the transaction ends: what is put on it is not thrown away meanwhile.
    """
    if ticket.place is Where.TRASH:
        session.flush()
        session.refresh(ticket, ["place"], with_for_update=True)
    return ticket.place is Where.PURGED


def by_secret(session: Session, email: ParsedEmail) -> Ticket | None:
    """The ticket whose secret an email carries in In-Reply-To or References, the nearest ancestor first."""
    return ticket_of_ids(session, *_bracketed(email))


def _bracketed(email: ParsedEmail) -> tuple[list[str], list[str]]:
    return [f"<{one}>" for one in email.in_reply_to], [f"<{one}>" for one in email.references]


def ticket_of_ids(session: Session, in_reply_to: list[str], references: list[str]) -> Ticket | None:
    expected: _Expected | None = session.info.get(_EXPECTED)
    for pointer in thread.candidates(in_reply_to, references):
        number = pointer.ticket_number
        kept = expected.secrets.get(number) if expected is not None else None
        if kept is None:
            kept = _kept_secrets(session, [number]).get(number, ())
        if _is_kept(pointer, kept):
            return _held_by_number(session, number)
    return None


def _is_kept(pointer: Pointer, kept: Iterable[str]) -> bool:
    """Whether it is one of our secrets: all of them are compared, each in constant time."""
    return sum(thread.same_secret(pointer.secret, secret) for secret in kept) > 0


def _kept_secrets(session: Session, numbers: Collection[int]) -> dict[int, list[str]]:
    """The secrets in the Message-IDs of what we sent on these tickets, and told of them, by the ticket's number."""
    ours = (Message.direction == Direction.SENT, Message.rfc_message_id.is_not(None))
    sent = select(Message.ticket_id, Message.rfc_message_id).where(Message.ticket_id.in_(numbers), *ours)
    merged = select(Message.origin_ticket_id, Message.rfc_message_id).where(
        Message.origin_ticket_id.in_(numbers), *ours
    )
    told = (
        select(Acknowledgement.ticket_id, OutboundEmail.rfc_message_id)
        .join(Acknowledgement, Acknowledgement.outbound_email_id == OutboundEmail.id)
        .where(Acknowledgement.ticket_id.in_(numbers))
    )
    kept: dict[int, list[str]] = {}
    found: Any = session.execute(union_all(sent, merged, told))
    for number, message_id in found:
        if (secret := thread.secret_of(message_id or "")) is not None:
            kept.setdefault(number, []).append(secret)
    return kept


def _people_on(session: Session, ids: Collection[int]) -> frozenset[tuple[int, str]]:
    """Who takes part in these tickets: (ticket, address)."""
    if not ids:
        return frozenset()
    on_it = select(Participant.ticket_id, Participant.email).where(Participant.ticket_id.in_(ids))
    of_customers = (
        select(Ticket.id, CustomerAddress.email)
        .join(CustomerAddress, CustomerAddress.customer_id == Ticket.customer_id)
        .where(Ticket.id.in_(ids))
    )
    return frozenset((ticket_id, email) for ticket_id, email in session.execute(union_all(on_it, of_customers)))


def _held_by_number(session: Session, number: int) -> Ticket | None:
    """The same, of a ticket that may not be loaded yet: in one statement."""
    expected: _Expected | None = session.info.get(_EXPECTED)
    known = expected.tickets.get(number) if expected is not None else None
    known = known or session.identity_map.get(session.identity_key(Ticket, number))
    if known is not None:
        return held(session, known)
    return session.get(Ticket, number, with_for_update=True)


def is_on(session: Session, ticket: Ticket, email: ParsedEmail) -> bool:
    """Whether the writer takes part in this ticket: by address, or by another address of its customer."""
    return email.sender is not None and takes_part(session, ticket, email.sender.email.lower())


def takes_part(session: Session, ticket: Ticket, address: str) -> bool:
    expected: _Expected | None = session.info.get(_EXPECTED)
    if expected is not None and (ticket.id, address) in expected.people:
        return True
    later.settle_those(session, Participant, ticket_id=ticket.id)
    spelt = spellings(address)
    on_it = select(Participant.id).where(Participant.ticket_id == ticket.id, Participant.email.in_(spelt))
    of_customer = select(CustomerAddress.id).where(
        CustomerAddress.customer_id == ticket.customer_id, CustomerAddress.email.in_(spelt)
    )
    return session.scalar(on_it) is not None or session.scalar(of_customer) is not None


def by_known_id(session: Session, email: ParsedEmail, *, besides: Ticket | None = None) -> Ticket | None:
    """The ticket that alone holds received emails this one refers to: everybody who got them knows their ids."""
    ids = list(dict.fromkeys([*email.in_reply_to, *reversed(email.references)]))[: thread.MOST_CANDIDATES]
    if not ids:
        return None
    later.settle(session)
    found = session.scalars(
        select(Message.ticket_id).where(Message.rfc_message_id.in_(ids), Message.direction == Direction.RECEIVED)
    )
    tickets = set(found) - {besides.id if besides else 0}
    return session.get(Ticket, tickets.pop()) if len(tickets) == 1 else None
