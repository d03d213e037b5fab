"""A colleague forwards a customer's letter: the ticket is the author's, and that can be taken back."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.desk import people
from helpdesk.mail import forwarded
from helpdesk.mail.parsed import Address, ParsedEmail
from helpdesk.models.agent import Agent
from helpdesk.models.message import Message, Verdict
from helpdesk.models.staff_forward import Reading, StaffForward
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.privacy import access, audit
from helpdesk.storage import jobs, later


@dataclass(frozen=True, slots=True)
class Staff:
    """Addresses of agents, in lower case: of everybody, and of those who still work here."""

    all: frozenset[str] = frozenset()
    active: frozenset[str] = frozenset()


def staff(session: Session) -> Staff:
    """The addresses of our agents, in lower case."""
    rows = session.execute(select(func.lower(Agent.email), Agent.is_disabled)).all()
    return Staff(
        frozenset(email for email, _ in rows), frozenset(email for email, is_disabled in rows if not is_disabled)
    )


def author_of(email: ParsedEmail, own_addresses: frozenset[str], staff: Staff) -> Address | None:
    """The author of the letter that an email forwards, if it says it is from one of our agents.

    What it says is a claim: see `keep` for what follows from it. An agent's address gives no right here.
    """
    if email.sender is None or email.sender.email.lower() not in staff.active:
        return None
    if not (email.nested or forwarded.is_marked(email.subject) or not email.in_reply_to):
        return None
    inside = next((nested.senders[0] for nested in email.nested if nested.senders), None)
    author = inside or forwarded.original_author(email.text, email.html, besides=own_addresses | staff.all)
    is_usable = author is not None and "@" in author.email and author.email.lower() not in own_addresses | staff.all
    return author if is_usable else None


def keep(session: Session, message: Message, author: Address, verdict: Verdict) -> StaffForward:
    """Keep that a ticket's first message forwards a letter; only a sender our own MX vouches for is believed."""
    later.settle(session)
    made = StaffForward(
        ticket_id=message.ticket_id,
        message_id=message.id,
        author_email=author.email.strip().lower(),
        author_name=author.name,
        colleague_email=message.from_email,
        colleague_name=message.from_name,
        reading=Reading.AUTHOR if verdict is Verdict.PASS else Reading.OFFERED,
    )
    session.add(made)
    return made


def of_ticket(session: Session, ticket: Ticket) -> StaffForward | None:
    return session.get(StaffForward, ticket.id)


def believe(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Make the author of the forwarded letter the customer of the ticket."""
    forward = _decidable(session, ticket, by)
    if forward is not None and forward.reading is not Reading.AUTHOR:
        forward.reading = Reading.AUTHOR
        _change(session, ticket, forward, (forward.author_email, forward.author_name), by=by)


def undo(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Make the colleague, whom From names, the customer of the ticket again."""
    forward = _decidable(session, ticket, by)
    if forward is not None and forward.reading is Reading.AUTHOR:
        forward.reading = Reading.OFFERED
        _change(session, ticket, forward, (forward.colleague_email, forward.colleague_name), by=by)


def decline(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """Stop offering the author."""
    forward = _decidable(session, ticket, by)
    if forward is not None and forward.reading is Reading.OFFERED:
        forward.reading = Reading.DECLINED
        jobs.announce(session, ticket.id)


def _decidable(session: Session, ticket: Ticket, by: Agent) -> StaffForward | None:
    access.require(session, ticket, by=by)
    return of_ticket(session, ticket)


def _change(session: Session, ticket: Ticket, forward: StaffForward, person: tuple[str, str], *, by: Agent) -> None:
    """Put one person in the place of the other: on the ticket, on its message, and among those who take part."""
    before = ticket.customer_id
    customer = people.customer_of(session, *person)
    ticket.customer = customer
    session.get_one(Message, forward.message_id).customer_id = customer.id
    both = {forward.author_email, forward.colleague_email}
    on_it = [one for one in people.participants(session, ticket) if one.email in both]
    for row in on_it[1:]:
        session.delete(row)
    session.flush()
    place = on_it[0] if on_it else Participant(ticket_id=ticket.id, email=person[0])
    place.email, place.name, place.customer_id = person[0], person[1], customer.id
    session.add(place)
    session.flush()
    facts: dict[str, object] = {"from": before, "to": customer.id}
    audit.record(session, "ticket.requester", by=by, on=("ticket", ticket.id), subject_id=customer.id, facts=facts)
    jobs.announce(session, ticket.id)
