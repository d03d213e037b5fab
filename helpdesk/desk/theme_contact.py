"""Writing back to customers of a theme: those who agreed beside their feedback and proved it, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import sendings, theme_tickets
from helpdesk.desk.editor import Written
from helpdesk.mail.parsed import Address
from helpdesk.models.access_grant import Purpose
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.theme_report import ThemeReport
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, objections

MOST: Final = 25  # customers of one letter; the others come with the next one


class NobodyAgreed(Exception):
    """No customer of the theme may be written to by this agent."""


@dataclass(frozen=True, slots=True)
class Willing:
    """A customer who agreed, on which ticket, and under which address they proved it."""

    consent: ContactConsent = field(repr=False)
    address: Address = field(repr=False)


def willing(session: Session, report: ThemeReport, numbers: Sequence[int], *, by: Agent) -> list[Willing]:
    """Who agreed, was not written to because of it, has not objected, and wrote what this agent may read."""
    is_bounced = exists().where(
        CustomerAddress.email == ContactConsent.email, CustomerAddress.bounced_at.is_not(None)
    )
    rows = session.execute(
        select(ContactConsent, Customer.name)
        .join(Ticket, Ticket.id == ContactConsent.ticket_id)
        .join(Customer, Customer.id == ContactConsent.customer_id)
        .where(
            ContactConsent.proved_at.is_not(None),
            ContactConsent.used_at.is_(None),
            ContactConsent.ticket_id.in_(theme_tickets.of_theme(report, numbers)),
            ContactConsent.customer_id.not_in(objections.left_out()),
            Customer.erased_at.is_(None),
            ~is_bounced,
            theme_tickets.is_open(session, by),
        )
        .order_by(ContactConsent.ticket_id.desc())
    )
    found: dict[str, Willing] = {}
    for consent, name in rows:
        found.setdefault(consent.email, Willing(consent, Address(name, consent.email)))
    return list(found.values())


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
    """Begin a ticket of its own with each of the first twenty-five: nobody learns who else was written to.

    Who agreed on several tickets gets one; each consent is used once, however often this is asked for.
    Raises NobodyAgreed, and what sendings.start raises.
    """
    people = [one for one in willing(session, report, numbers, by=by)[:MOST] if _use(session, one.consent)]
    if not people:
        raise NobodyAgreed("nobody of this theme may be written to")
    begun = [sendings.start(session, mailbox, subject, Written(text=text, to=[one.address]), by=by) for one in people]
    facts: dict[str, object] = {
        "theme": number, "purpose": Purpose.FEEDBACK.value, "tickets": [ticket.id for ticket in begun],
        "agreed_on": [one.consent.ticket_id for one in people],
    }  # fmt: skip
    audit.record(session, "theme.contact", by=by, on=("theme_report", report.id), facts=facts)
    return begun


def _use(session: Session, consent: ContactConsent) -> bool:
    """Whether nobody else used it in the meantime: two who write at the same moment write once."""
    ours = (
        update(ContactConsent)
        .where(ContactConsent.ticket_id == consent.ticket_id, ContactConsent.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(ContactConsent.ticket_id)
    )
    return session.scalar(ours) is not None
