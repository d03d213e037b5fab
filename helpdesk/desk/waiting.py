"""Emails that wait to be looked at: held, quarantined, too large; and what those who look decide."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome, Ruling
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.privacy.basis import teams_of
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job

WAITS: Final = (Outcome.HELD, Outcome.QUARANTINED, Outcome.TOO_LARGE)
PAGE: Final = 50
COUNTED_UP_TO: Final = 1_000


class NotWaiting(Exception):
    """It was decided meanwhile, or there is nothing of it to read."""


def is_visible(by: Agent) -> ColumnElement[bool]:
    """The waiting emails this agent may know of: of the teams' mailboxes; all with the quarantine permission."""
    of_the_teams = InboundEmail.mailbox_id.in_(select(Mailbox.id).where(Mailbox.team_id.in_(teams_of(by))))
    if by.may(Permission.QUARANTINE) and by.is_admin:
        return true()
    return or_(of_the_teams) if by.may(Permission.HANDLE) else InboundEmail.id.is_(None)


def listed(session: Session, *, by: Agent, before: int | None = None) -> Sequence[InboundEmail]:
    """What waits, the newest first, a page and one more."""
    chosen = select(InboundEmail).where(InboundEmail.outcome.in_(WAITS), is_visible(by))
    if before is not None:
        chosen = chosen.where(InboundEmail.id < before)
    return session.scalars(chosen.order_by(InboundEmail.id.desc()).limit(PAGE + 1)).all()


def count(session: Session, *, by: Agent) -> int:
    """How many wait, up to a thousand and one."""
    chosen = select(InboundEmail.id).where(InboundEmail.outcome.in_(WAITS), is_visible(by)).limit(COUNTED_UP_TO + 1)
    return session.scalar(select(func.count()).select_from(chosen.subquery())) or 0


def find(session: Session, email_id: int, *, by: Agent) -> InboundEmail | None:
    return session.scalar(
        select(InboundEmail).where(InboundEmail.id == email_id, InboundEmail.outcome.in_(WAITS), is_visible(by))
    )


def mailbox_names(session: Session, emails: Sequence[InboundEmail]) -> dict[int, str]:
    ids = {email.mailbox_id for email in emails}
    return {row.id: row.address for row in session.scalars(select(Mailbox).where(Mailbox.id.in_(ids)))}


def make_ticket(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """Make it a ticket of its own, whatever spoke against it."""
    _rule(session, email, Ruling.NEW_TICKET, by=by)


def let_on_ticket(session: Session, email: InboundEmail, ticket: Ticket, *, by: Agent) -> None:
    """Put it on a ticket; its writer is on the conversation from now on."""
    email.ticket_id = ticket.id
    _rule(session, email, Ruling.ON_ITS_TICKET, by=by)


def read_again(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """Read it once more as if it had just come: after an upgrade, or when something was mended."""
    _rule(session, email, None, by=by)


def put_aside(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """It needs nothing: it leaves the list, and stays in the ledger with its bytes."""
    email.outcome, email.decided_at = Outcome.PUT_ASIDE, clock.now()
    email.reason = f"{email.reason}; put aside"
    email.ruled_by_id = by.id
    _tell(session, email, "email.put_aside", by=by)


def _rule(session: Session, email: InboundEmail, ruling: Ruling | None, *, by: Agent) -> None:
    if email.outcome is Outcome.TOO_LARGE:
        raise NotWaiting("only its header was fetched: the email is still in the mailbox")
    email.ruling, email.ruled_by_id = ruling, by.id
    email.outcome, email.decided_at = Outcome.STORED, None
    _tell(session, email, f"email.{ruling.value if ruling else 'read_again'}", by=by)
    jobs.ring(session, Job.READ_AGAIN, email.id)


def _tell(session: Session, email: InboundEmail, action: str, *, by: Agent) -> None:
    audit.record(session, action, by=by, on=("raw_email", email.id), facts={"ticket": email.ticket_id})
