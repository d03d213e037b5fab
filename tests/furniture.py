"""What pages with a secret in their address are about, made by the verbs that mail it: so that they can be opened."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from helpdesk import clock
from helpdesk.desk import contact_consents, notices, password_resets, records
from helpdesk.desk.feedback import FeedbackForm
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.notice import Notice
from helpdesk.models.record import RecordDigest, RecordVisit
from helpdesk.models.sign_in import LoginSession
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import settings
from helpdesk.storage.vault import Vault

Paths = Mapping[str, tuple[str, ...]]


def furnish(session: Session, vault: Vault, ticket: Ticket, *, by: Agent) -> Paths:
    """Paths by endpoint: what a customer and an agent would find in their mail, and an open feedback form.

    Who does it is called to the ticket, too.
    """
    whole = select(Ticket).where(Ticket.id == ticket.id).options(joinedload(Ticket.mailbox))
    ticket = session.scalars(whole.execution_options(populate_existing=True)).one()
    settings.change(session, FeedbackForm(is_open=True, mailbox_id=ticket.mailbox_id), by=by)
    of_customer = select(CustomerAddress).where(CustomerAddress.customer_id == ticket.customer_id)
    address = session.scalars(of_customer).first()
    assert address is not None
    for earlier in (
        delete(RecordVisit).where(RecordVisit.customer_id == ticket.customer_id),
        delete(ContactConsent).where(ContactConsent.ticket_id == ticket.id),
    ):
        session.execute(earlier)
    waiting, opened = (records.ask(session, address.email).secret for _ in range(2))
    _open(session, vault, opened)
    customer = session.get_one(Customer, ticket.customer_id)
    records.want_digest(session, vault, customer)
    contact_consents.note(session, vault, ticket, address.email)
    reset = password_resets.begin(session, vault, by, by=None)
    notices.call(session, by, ticket)
    session.flush()
    notice = session.scalars(select(Notice).where(Notice.agent_id == by.id).order_by(Notice.id.desc())).first()
    consent = session.scalars(select(ContactConsent).where(ContactConsent.ticket_id == ticket.id)).first()
    digest = session.get_one(RecordDigest, ticket.customer_id)
    assert consent is not None
    assert notice is not None
    return {
        "record.show": (f"/record/{waiting}", f"/record/{opened}"),
        "record.show_digest": (f"/record/digests/{records.stop_secret(vault, digest.nonce)}",),
        "feedback.show": ("/feedback", "/feedback?thanks=1"),
        "feedback.contact": (f"/feedback/contact/{contact_consents.secret_of(vault, consent.nonce)}",),
        "notices.show": (f"/notices/{notice.id}",),
        "password_resets.show": (f"/password-resets/{password_resets.secret_of(vault, reset.nonce)}",),
    }


def let_time_pass(session: Session, agent: Agent) -> None:
    """Who signed in proved so long ago to be there that they are asked again before what weighs."""
    logins = update(LoginSession).where(LoginSession.agent_id == agent.id)
    session.execute(logins.values(confirmed_at=clock.now() - timedelta(hours=1)))


def _open(session: Session, vault: Vault, secret: str) -> None:
    visit = records.waits_for_code(session, secret)
    assert visit is not None
    records.open_with(session, vault, visit, records.code_of(vault, visit))
