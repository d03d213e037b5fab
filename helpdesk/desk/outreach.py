"""Outreach: we write first. A ticket of our own making, and its first email."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import people, replies, tickets
from helpdesk.desk.replies import Letter, NobodyToWriteTo
from helpdesk.desk.tickets import Empty, preview_of
from helpdesk.mail.address import wire_address
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent, Team, TeamMember
from helpdesk.models.customer import Source
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.sending import Mode
from helpdesk.models.ticket import Channel, Status, Ticket
from helpdesk.privacy import access, audit
from helpdesk.storage import jobs


class NotTheirMailbox(Exception):
    """An agent writes from the mailboxes of their teams, and from no other."""


def mailboxes(session: Session, *, by: Agent) -> Sequence[Mailbox]:
    """The mailboxes that this agent may write from, by address."""
    if by.is_disabled or not by.may(Permission.HANDLE):
        return []
    teams = select(TeamMember.team_id).where(TeamMember.agent_id == by.id)
    chosen = select(Mailbox).where(Mailbox.team_id.in_(teams), Mailbox.is_active.is_(True))
    return session.scalars(chosen.order_by(Mailbox.address)).all()


def usual(mailboxes: Sequence[Mailbox], tickets: Iterable[Ticket] = ()) -> int | None:
    """From which of these one writes first: where most of the tickets came to, else the one that was there first."""
    theirs = {mailbox.id for mailbox in mailboxes}
    came_to = Counter(ticket.mailbox_id for ticket in tickets if ticket.mailbox_id in theirs)
    return max(came_to, key=came_to.__getitem__) if came_to else min(theirs, default=None)


def start(  # noqa: PLR0913  an email has these
    session: Session,
    mailbox: Mailbox,
    to: Sequence[Address],
    subject: str,
    text: str,
    *,
    by: Agent,
    cc: Sequence[Address] = (),
    bcc: Sequence[Address] = (),
    files: Sequence[OutgoingAttachment] = (),
    html: str | None = None,
    below: str = "",
    due_in: timedelta = timedelta(0),
) -> Ticket:
    """Write to somebody first: the first of `to` is the ticket's customer, and their answer comes onto it.

    The ticket is with the mailbox's team, this agent's, and pending: the customer must act.
    Raises NotTheirMailbox, Empty, AddressRefused, NobodyToWriteTo, TooMuch.
    """
    subject, first = _checked(session, mailbox, to, subject, text, by=by)
    ticket = _ticket(session, mailbox, first, subject, text, by=by)
    letter = Letter(html=html, below=below, subject=subject, mode=Mode.NEW)
    replies.reply(session, ticket, text, by=by, to=to, cc=cc, bcc=bcc, files=files, letter=letter, due_in=due_in)
    return ticket


def write_down(
    session: Session, mailbox: Mailbox, to: Sequence[Address], subject: str, text: str, *, by: Agent, key: str = ""
) -> Ticket:
    """A ticket for somebody who did not write, after a call, say: what they said is a note, and nothing is sent.

    It is open and this agent's; the first of `to` is its customer, the others are on it: an answer to all goes to
    them too. The same once more from the same editor is the ticket that was begun.
    Raises NotTheirMailbox, Empty, AddressRefused, NobodyToWriteTo.
    """
    subject, first = _checked(session, mailbox, to, subject, text, by=by)
    for one in to:
        wire_address(one.email)
    ticket = _ticket(session, mailbox, first, subject, text, by=by, is_heard=True)
    own = people.own_addresses(session)
    people.join(session, ticket, [(one.email, one.name) for one in to if one.email.strip().lower() not in own])
    tickets.note(session, ticket, text, by=by, key=key)
    return ticket


def _checked(
    session: Session, mailbox: Mailbox, to: Sequence[Address], subject: str, text: str, *, by: Agent
) -> tuple[str, Address]:
    """The subject on one line, and whose ticket it becomes."""
    if mailbox.id not in {one.id for one in mailboxes(session, by=by)}:
        raise NotTheirMailbox("write from a mailbox of your own teams")
    if not subject.strip() or not text.strip():
        raise Empty("an email of ours needs a subject and a text")
    own = people.own_addresses(session)
    first = next((one for one in to if one.email.strip().lower() not in own), None)
    if first is None:
        raise NobodyToWriteTo("choose whom to write to: there is no address but our own")
    wire_address(first.email)
    return " ".join(subject.split())[:400], first


def _ticket(
    session: Session,
    mailbox: Mailbox,
    to: Address,
    subject: str,
    text: str,
    *,
    by: Agent,
    is_heard: bool = False,
) -> Ticket:
    """With the mailbox's team, this agent's; whom we heard waits for us, else we wait for them."""
    customer = people.customer_of(session, to.email, to.name, source=Source.AGENT)
    ticket = Ticket(
        customer=customer,
        team=session.get_one(Team, mailbox.team_id),
        mailbox=mailbox,
        assignee=by,
        status=Status.OPEN if is_heard else Status.PENDING,
        channel=Channel.AGENT,
        awaits_us=is_heard,
    )
    session.add(ticket)
    session.flush()
    access.write_ticket(session, ticket, subject=subject, preview=preview_of(text))
    people.join(session, ticket, [(to.email, to.name)], customer=customer)
    session.flush()
    action = "ticket.write_down" if is_heard else "ticket.start"
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=customer.id)
    jobs.announce(session, ticket.id)
    return ticket
