"""Builders of a small world: each makes one believable thing and leaves the rest to defaults."""

from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import people
from helpdesk.models.agent import Agent, Role, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer
from helpdesk.models.mailbox import Mailbox, Security
from helpdesk.models.message import Direction, Message, Note
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import MessageText

_numbers = count(1)


def a_team(session: Session, name: str | None = None) -> Team:
    team = Team(name=name or f"Team {next(_numbers)}")
    session.add(team)
    session.flush()
    return team


def an_agent(session: Session, *teams: Team, name: str = "Ada Fischer", role: Role = Role.AGENT) -> Agent:
    agent = Agent(name=name, email=f"agent{next(_numbers)}@desk.example", role=role, teams=list(teams))
    session.add(agent)
    session.flush()
    return agent


def an_admin(session: Session, *teams: Team) -> Agent:
    return an_agent(session, *teams, name="Root Admin", role=Role.ADMIN)


def a_mailbox(session: Session, team: Team, address: str | None = None, *, port: int = 1) -> Mailbox:
    mailbox = Mailbox(
        address=address or f"support{next(_numbers)}@desk.example",
        name="Support",
        team_id=team.id,
        imap_host="127.0.0.1",
        imap_port=port,
        imap_security=Security.PLAIN,
        imap_user="support",
        imap_secret=b"",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security=Security.PLAIN,
    )
    session.add(mailbox)
    session.flush()
    return mailbox


def a_customer(session: Session, email: str | None = None, name: str = "Nils Berg") -> Customer:
    return people.customer_of(session, email or f"customer{next(_numbers)}@customer.example", name)


def a_ticket(  # noqa: PLR0913
    session: Session,
    team: Team | None = None,
    *,
    customer: Customer | None = None,
    subject: str = "The lamp flickers",
    text: str = "Since Monday the lamp flickers every evening.",
    status: Status = Status.OPEN,
    at: datetime | None = None,
    mailbox: Mailbox | None = None,
) -> Ticket:
    """A ticket with one message of its customer."""
    team = team or a_team(session)
    customer = customer or a_customer(session)
    ticket = Ticket(customer=customer, team=team, mailbox=mailbox or a_mailbox(session, team), status=status)
    moment = at or clock.now()
    ticket.opened_at = ticket.active_at = ticket.waiting_since = moment
    if status is Status.CLOSED:
        ticket.closed_at = moment
    session.add(ticket)
    session.flush()
    access.write_ticket(session, ticket, subject=subject, preview=text[:80])
    people.join(session, ticket, [(f"customer-of-{ticket.id}@customer.example", customer.name)], customer=customer)
    a_message(session, ticket, text=text, subject=subject, at=moment)
    return ticket


def a_message(  # noqa: PLR0913
    session: Session,
    ticket: Ticket,
    *,
    text: str = "Any news?",
    subject: str = "Re: The lamp flickers",
    at: datetime | None = None,
    html: str | None = None,
    rfc_message_id: str | None = None,
    direction: Direction = Direction.RECEIVED,
) -> Message:
    message = Message(
        ticket_id=ticket.id,
        direction=direction,
        from_email="nils@customer.example",
        from_name="Nils Berg",
        customer_id=ticket.customer_id if direction is Direction.RECEIVED else None,
        rfc_message_id=rfc_message_id,
        at=at or clock.now(),
        has_html=html is not None,
    )
    session.add(message)
    session.flush()
    access.write_message(session, message, MessageText(subject, text, text, html), found_by=text)
    ticket.message_count += 1
    return message


def a_note(session: Session, ticket: Ticket, by: Agent, text: str = "He called twice.") -> Note:
    note = Note(ticket_id=ticket.id, agent_id=by.id)
    session.add(note)
    session.flush()
    access.write_note(session, note, text)
    return note


def days_ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


def trail(session: Session, action: str) -> list[AuditEvent]:
    """The events of one kind, the oldest first."""
    session.flush()
    return session.query(AuditEvent).filter_by(action=action).order_by(AuditEvent.id).all()
