"""Writing back from a theme: nobody who did not agree and prove it, or who would rather not, gets anything."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent, Role, Team
from helpdesk.models.audit import AuditEvent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.objection import Wish
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.theme_report import ThemeMessage
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import objections
from tests import world
from tests.web.browser import PASSWORD_HASH
from tests.web.desk import Desk

EMAIL = "kim@home.example"


def never_ticked_the_box(session: Session, consent: ContactConsent, _lead: Agent) -> None:
    session.delete(consent)


def never_proved_it(_session: Session, consent: ContactConsent, _lead: Agent) -> None:
    consent.proved_at = None


def was_written_to_before(_session: Session, consent: ContactConsent, _lead: Agent) -> None:
    consent.used_at = clock.now()


def objected(session: Session, consent: ContactConsent, lead: Agent) -> None:
    objections.note(session, session.get_one(Customer, consent.customer_id), Wish.OBJECTION, by=lead)


def is_restricted(session: Session, consent: ContactConsent, lead: Agent) -> None:
    objections.note(session, session.get_one(Customer, consent.customer_id), Wish.RESTRICTION, by=lead)


def is_erased(session: Session, consent: ContactConsent, _lead: Agent) -> None:
    session.get_one(Customer, consent.customer_id).erased_at = clock.now()


def cannot_be_reached(session: Session, _consent: ContactConsent, _lead: Agent) -> None:
    address = session.scalars(select(CustomerAddress).where(CustomerAddress.email == EMAIL)).one()
    address.bounced_at = clock.now()


def wrote_to_others(session: Session, consent: ContactConsent, _lead: Agent) -> None:
    session.get_one(Ticket, consent.ticket_id).team_id = world.a_team(session, "Others").id


@pytest.mark.parametrize(
    "who",
    [
        never_ticked_the_box, never_proved_it, was_written_to_before, objected, is_restricted, is_erased,
        cannot_be_reached, wrote_to_others,
    ],
)  # fmt: skip
def test_who_is_not_to_be_written_to_gets_nothing(desk: Desk, who: Callable[[Session, ContactConsent, Agent], None]):
    with desk.runtime.db.transaction() as session:
        team, mailbox = session.get_one(Team, desk.ticket.team_id), session.get_one(Mailbox, desk.ticket.mailbox_id)
        lead = world.an_agent(session, team, name="Lea Diehl", role=Role.LEAD)
        lead.password_hash = PASSWORD_HASH
        customer = world.a_customer(session, EMAIL)
        ticket = world.a_ticket(session, team, mailbox=mailbox, customer=customer)
        message = session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
        session.add(ThemeMessage(report_id=desk.report.id, message_id=message.id, number=desk.ticket.number))
        consent = ContactConsent(
            ticket_id=ticket.id, customer_id=customer.id, email=EMAIL, nonce=b"", secret_hash=b"k",
            proved_at=clock.now(),
        )  # fmt: skip
        session.add(consent)
    browser, here = desk.browser(lead), f"/themes/{desk.report.id}/{desk.ticket.number}"
    assert "1 customer agreed" in browser.get(here).text
    with desk.runtime.db.transaction() as session:
        before = sent(session)
        who(session, session.get_one(ContactConsent, consent.ticket_id), session.merge(lead))

    form = {"mailbox": str(desk.ticket.mailbox_id), "subject": "Your lamp", "text": "It is mended."}
    page, answer = browser.get(here), browser.post(f"{here}/contact", form)

    assert "agreed to be written to" not in page.text
    assert answer.status_code == 422
    assert "Nobody is left to write to" in answer.text
    with desk.runtime.db.reading() as session:
        assert sent(session) == before
        assert session.scalar(select(func.count()).where(AuditEvent.action == "theme.contact")) == 0


def sent(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(one)) or 0 for one in (OutboundEmail, Ticket)]
