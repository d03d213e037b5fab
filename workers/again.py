"""Reading a stored email again, because somebody who looked at it decided so."""

from sqlalchemy.orm import Session

from helpdesk import runtime
from helpdesk.mail.sandbox import Sandbox
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.privacy import access
from helpdesk.privacy.readers import Machine
from workers.intake import Intake
from workers.limits import of_config


def read_again(inbound_email_id: int) -> None:
    """Read one email in a child of its own and file it as it was ruled; done already, it is left alone."""
    here = runtime.current()
    with here.db.transaction() as session:
        email = session.get(InboundEmail, inbound_email_id)
        if email is None or email.outcome is not Outcome.STORED:
            return
        mailbox_id, raw = email.mailbox_id, access.read(session, email, by=Machine.INTAKE)
    with Sandbox(of_config(here.config)) as sandbox:
        Intake(here, sandbox, mailbox_id, _no_fence).take_in([(inbound_email_id, raw)])


def _no_fence(_session: Session) -> None:
    """The ledger's row decides: whoever files it first, poller or job, the other finds it done."""
