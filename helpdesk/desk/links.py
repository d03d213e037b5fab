"""Links between tickets that belong together, and splitting one message off into a ticket of its own."""

from dataclasses import dataclass

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import conversation, inbox, merges, people, places
from helpdesk.desk.tickets import preview_of
from helpdesk.models.agent import Agent, Team
from helpdesk.models.customer import Customer
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.merge import LinkKind, TicketLink
from helpdesk.models.message import Direction, Message
from helpdesk.models.ticket import Place, Ticket
from helpdesk.privacy import access, audit, merged
from helpdesk.storage import jobs


class NotToBeSplit(Exception):
    """Only an email that came in can be split off, and not the last message of its ticket."""


class TooLate(Exception):
    """A message is put back within half a minute, by who split it off."""


class NotToBeLinked(Exception):
    """A ticket can't be linked with itself."""


@dataclass(frozen=True, slots=True)
class Linked:
    other: Ticket
    kind: LinkKind
    is_from_here: bool  # whether a split began on the ticket that is looked at
    may_rejoin: int = 0  # for how many seconds its reader can take back that they split it off from there


def link(session: Session, ticket: Ticket, other: Ticket, *, by: Agent, kind: LinkKind = LinkKind.RELATED) -> None:
    """Say that two tickets belong together; twice is once. Raises NotToBeLinked."""
    first, second = sorted((ticket.id, other.id))
    if first == second:
        raise NotToBeLinked("choose another ticket")
    session.execute(select(Ticket.id).where(Ticket.id == first).with_for_update())  # two at once link them once
    known = select(TicketLink.id).where(TicketLink.first_id == first, TicketLink.second_id == second)
    if session.scalar(known) is None:
        session.add(TicketLink(first_id=first, second_id=second, kind=kind, agent_id=by.id))
        _tell(session, "ticket.link", ticket, other, by)


def unlink(session: Session, ticket: Ticket, other: Ticket, *, by: Agent) -> None:
    """Take the link away, also one from before a merge; where there is none, nothing changes."""
    here, there = merged.family(session, ticket), merged.family(session, other)
    gone = session.execute(
        delete(TicketLink)
        .where(
            or_(
                and_(TicketLink.first_id.in_(here), TicketLink.second_id.in_(there)),
                and_(TicketLink.first_id.in_(there), TicketLink.second_id.in_(here)),
            )
        )
        .returning(TicketLink.id)
    )
    if gone.first() is not None:
        _tell(session, "ticket.unlink", ticket, other, by)


def of_ticket(session: Session, ticket: Ticket, *, by: Agent) -> list[Linked]:
    """What a ticket is linked with, as far as the agent may know of it; of what was merged, where it goes on."""
    here = merged.family(session, ticket) if ticket.merged_count else {ticket.id}
    rows = session.scalars(
        select(TicketLink).where(or_(TicketLink.first_id.in_(here), TicketLink.second_id.in_(here)))
    ).all()
    links = {row.second_id if row.first_id in here else row.first_id: row for row in rows}
    if not links.keys() - here:
        return []
    others = session.scalars(inbox.visible(by).where(Ticket.id.in_(links.keys() - here)).order_by(Ticket.id)).all()
    found: dict[int, Linked] = {}
    for one in others:
        now = _goes_on(session, one, by=by)
        row = links[one.id]
        if now.id not in here:
            seconds = _seconds_left(row, by) if row.second_id == ticket.id else 0
            found.setdefault(now.id, Linked(now, row.kind, row.first_id in here, seconds))
    return list(found.values())


def _goes_on(session: Session, ticket: Ticket, *, by: Agent) -> Ticket:
    """Where a merged ticket's conversation goes on, if the agent may know of that."""
    if ticket.place is not Place.MERGED:
        return ticket
    on = merged.end(session, ticket)
    return session.scalar(inbox.visible(by).where(Ticket.id == on.id)) or ticket


def split(session: Session, ticket: Ticket, message: Message, *, by: Agent) -> Ticket:
    """Make one received email a ticket of its own: its writer's, with the same team, linked with the old one.

    Raises AccessDenied, NotToBeSplit.
    """
    access.require(session, ticket, by=by)
    conversation.going_on(session, ticket)  # two who split it off at once make one ticket of it
    session.refresh(message, ["ticket_id"])
    alone = select(Message.id).where(Message.ticket_id == ticket.id, Message.id != message.id).limit(1)
    is_here = message.ticket_id == ticket.id and message.direction is Direction.RECEIVED
    if not is_here or session.scalar(alone) is None:
        raise NotToBeSplit("only an email that came in can be split off, and not the last message of its ticket")
    subject = access.read(session, message, by=by).subject
    new = _opened(session, ticket, message)
    access.write_ticket(session, new, subject=subject, preview="")
    writer = [(message.from_email, message.from_name)] if message.from_email else []
    people.join(session, new, writer, customer=new.customer)
    message.origin_ticket_id = message.origin_ticket_id or ticket.id
    if message.inbound_email_id is not None:
        session.get_one(InboundEmail, message.inbound_email_id).ticket_id = new.id
    access.move_writing(session, [message], [], new, shorten=preview_of)
    merges.recount(session, ticket, new)
    conversation.heard(session, ticket)
    link(session, ticket, new, by=by, kind=LinkKind.SPLIT)
    facts: dict[str, object] = {"message": message.id, "new": new.id}
    audit.record(session, "ticket.split", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    return new


def rejoin(session: Session, ticket: Ticket, *, by: Agent) -> Ticket:
    """What this agent has just split off goes back where it began: a merge, which can be undone in its turn.

    Raises TooLate, AccessDenied, NotToBeMerged.
    """
    row = session.scalar(
        select(TicketLink).where(TicketLink.second_id == ticket.id, TicketLink.kind == LinkKind.SPLIT)
    )
    if row is None or not _seconds_left(row, by):
        raise TooLate("half a minute is over, or somebody else split it off")
    on = merged.end(session, session.get_one(Ticket, row.first_id))
    merges.merge(session, ticket, on, by=by)
    return on


def _seconds_left(row: TicketLink, by: Agent) -> int:
    if row.kind is not LinkKind.SPLIT or row.agent_id != by.id:
        return 0
    return max(0, int((row.at + places.BACK_WITHIN - clock.now()).total_seconds()))


def _opened(session: Session, ticket: Ticket, message: Message) -> Ticket:
    is_their_own_and_open = not ticket.is_closed and message.customer_id in {None, ticket.customer_id}
    new = Ticket(
        customer=session.get_one(Customer, message.customer_id or ticket.customer_id),
        team=session.get_one(Team, ticket.team_id),
        mailbox=session.get_one(Mailbox, ticket.mailbox_id),
        assignee=session.get(Agent, ticket.assignee_id) if ticket.assignee_id else None,
        place=Place.DESK,
        channel=ticket.channel,
        opened_at=message.at,
        active_at=message.at,
        waiting_since=message.at,
        taken_up_at=None if is_their_own_and_open else clock.now(),
    )
    session.add(new)
    session.flush()
    return new


def _tell(session: Session, action: str, ticket: Ticket, other: Ticket, by: Agent) -> None:
    facts: dict[str, object] = {"other": other.id}
    audit.record(session, action, by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts)
    for one in (ticket, other):
        jobs.announce(session, one.id)
