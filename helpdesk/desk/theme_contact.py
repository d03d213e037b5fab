"""Writing back to customers of a theme: those who ticked the box beside their feedback, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox, sendings, theme_tickets
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import Purpose
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.theme_report import ThemeReport
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, objections

MOST: Final = 50  # customers of one letter


class NobodyAgreed(Exception):
    """No customer of the theme may be written to by this agent."""


@dataclass(frozen=True, slots=True)
class Willing:
    """A customer who agreed, by the ticket on which they did."""

    customer_id: int
    ticket_id: int
    address: Address = field(repr=False)


def willing(session: Session, report: ThemeReport, numbers: Sequence[int], *, by: Agent) -> list[Willing]:
    """Who agreed, has not objected, can be reached, and wrote on a ticket that this agent may know of; once each."""
    rows = session.execute(
        select(ContactConsent.customer_id, ContactConsent.ticket_id, CustomerAddress.email, Customer.name)
        .join(Ticket, Ticket.id == ContactConsent.ticket_id)
        .join(Customer, Customer.id == ContactConsent.customer_id)
        .join(CustomerAddress, CustomerAddress.customer_id == ContactConsent.customer_id)
        .where(
            ContactConsent.ticket_id.in_(theme_tickets.of_theme(report, numbers)),
            ContactConsent.customer_id.not_in(objections.left_out()),
            Customer.erased_at.is_(None),
            CustomerAddress.bounced_at.is_(None),
            inbox.is_visible(by),
        )
        .order_by(ContactConsent.customer_id, ContactConsent.ticket_id.desc(), CustomerAddress.id)
    )
    found: dict[int, Willing] = {}
    for customer_id, ticket_id, email, name in rows:
        found.setdefault(customer_id, Willing(customer_id, ticket_id, Address(name, email)))
    return list(found.values())[:MOST]


def write(  # noqa: PLR0913  to whom, from where, what, by whom
    session: Session,
    report: ThemeReport,
    number: int,
    numbers: Sequence[int],
    mailbox: Mailbox,
    subject: str,
    text: str,
    *,
    by: Agent,
) -> list[Ticket]:
    """Begin a ticket of its own with each of them: nobody learns who else was written to.

    Raises NobodyAgreed, and what outreach.start raises.
    """
    people = willing(session, report, numbers, by=by)
    if not people:
        raise NobodyAgreed("nobody of this theme may be written to")
    begun = [sendings.start(session, mailbox, [one.address], subject, text, by=by) for one in people]
    facts: dict[str, object] = {
        "theme": number, "purpose": Purpose.FEEDBACK.value, "tickets": [ticket.id for ticket in begun],
        "agreed_on": [one.ticket_id for one in people],
    }  # fmt: skip
    audit.record(session, "theme.contact", by=by, on=("theme_report", report.id), facts=facts)
    return begun
