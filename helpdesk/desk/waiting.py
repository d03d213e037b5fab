"""Emails that wait to be looked at: held, quarantined, too large; and what those who look decide."""

import enum
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.agent import Agent
from helpdesk.models.blocked_sender import BlockedSender
from helpdesk.models.inbound_email import InboundEmail, Outcome, Ruling
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.role import Permission
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit
from helpdesk.privacy.basis import teams_of
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job
from helpdesk.storage.prepared import plain

WAITS: Final = (Outcome.HELD, Outcome.QUARANTINED, Outcome.TOO_LARGE)
PAGE: Final = 50
_ASIDE: Final = "; put aside"
COUNTED_UP_TO: Final = 1_000


class Shelf(enum.StrEnum):
    """Where an email waits."""

    WAITING = "waiting"
    BLOCKED = "blocked"  # its sender is
    ASIDE = "aside"


class NotWaiting(Exception):
    """It was decided meanwhile, or there is nothing of it to read."""


def is_visible(by: Agent) -> ColumnElement[bool]:
    """The waiting emails this agent may know of: of the teams' mailboxes; all with the quarantine permission."""
    of_the_teams = InboundEmail.mailbox_id.in_(select(Mailbox.id).where(Mailbox.team_id.in_(teams_of(by))))
    if by.may(Permission.QUARANTINE) and by.is_admin:
        return true()
    return or_(of_the_teams) if by.may(Permission.HANDLE) else InboundEmail.id.is_(None)


def listed(
    session: Session, *, by: Agent, shelf: Shelf = Shelf.WAITING, before: int | None = None
) -> Sequence[InboundEmail]:
    """What waits on one shelf, the newest first, a page and one more."""
    chosen = select(InboundEmail).where(_lies_on(shelf), is_visible(by))
    if before is not None:
        chosen = chosen.where(InboundEmail.id < before)
    return session.scalars(chosen.order_by(InboundEmail.id.desc()).limit(PAGE + 1)).all()


def count(session: Session, *, by: Agent, shelf: Shelf = Shelf.WAITING) -> int:
    """How many wait there, up to a thousand and one."""
    return session.scalar(select(func.count()).select_from(counted(by=by, shelf=shelf).subquery())) or 0


def counted(*, by: Agent, shelf: Shelf = Shelf.WAITING) -> Select[int]:
    """What their number is made of."""
    return select(InboundEmail.id).where(_lies_on(shelf), is_visible(by)).limit(plain(COUNTED_UP_TO + 1))


def find(session: Session, email_id: int, *, by: Agent) -> InboundEmail | None:
    """One that waits, or was put aside, and that this agent may know of."""
    lies_there = or_(InboundEmail.outcome.in_(WAITS), InboundEmail.outcome == Outcome.PUT_ASIDE)
    return session.scalar(select(InboundEmail).where(InboundEmail.id == email_id, lies_there, is_visible(by)))


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


def release(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """File it where it belongs, as if neither rule, block nor doubt had held it."""
    _rule(session, email, Ruling.RELEASED, by=by)


def read_again(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """Read it once more as if it had just come: after an upgrade, or when something was mended."""
    _rule(session, email, None, by=by)


def put_aside(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """It needs nothing: it leaves the list, and stays in the ledger with its bytes."""
    if email.outcome is Outcome.PUT_ASIDE:
        return
    email.aside_from = email.outcome
    email.outcome, email.decided_at = Outcome.PUT_ASIDE, clock.now()
    email.reason = f"{email.reason}{_ASIDE}"
    email.ruled_by_id = by.id
    _tell(session, email, "email.put_aside", by=by)


def shelve_as_blocked(session: Session, email: InboundEmail, blocked: BlockedSender, *, by: Agent) -> None:
    """Put it to what else waits of a blocked sender; what was put aside stays there."""
    if email.outcome is Outcome.HELD or email.outcome is Outcome.QUARANTINED:
        email.outcome, email.block_id, email.reason = Outcome.HELD, blocked.id, "its sender is blocked"
        email.ruled_by_id = by.id
        _tell(session, email, "email.block", by=by)


def get_back(session: Session, email: InboundEmail, *, by: Agent) -> None:
    """Let it wait again, as it did before it was put aside."""
    if email.outcome is not Outcome.PUT_ASIDE:
        return
    email.outcome, email.aside_from = email.aside_from or Outcome.HELD, None
    email.reason = email.reason.removesuffix(_ASIDE)
    email.ruled_by_id = by.id
    _tell(session, email, "email.get_back", by=by)


def _lies_on(shelf: Shelf) -> ColumnElement[bool]:
    if shelf is Shelf.ASIDE:
        return InboundEmail.outcome == Outcome.PUT_ASIDE
    is_blocked = InboundEmail.block_id.is_not(None)
    return and_(InboundEmail.outcome.in_(WAITS), is_blocked if shelf is Shelf.BLOCKED else ~is_blocked)


def _rule(session: Session, email: InboundEmail, ruling: Ruling | None, *, by: Agent) -> None:
    if Outcome.TOO_LARGE in {email.outcome, email.aside_from}:
        raise NotWaiting("only its header was fetched: the email is still in the mailbox")
    email.ruling, email.ruled_by_id = ruling, by.id
    email.outcome, email.decided_at, email.aside_from = Outcome.STORED, None, None
    _tell(session, email, f"email.{ruling.value if ruling else 'read_again'}", by=by)
    jobs.ring(session, Job.READ_AGAIN, email.id)


def _tell(session: Session, email: InboundEmail, action: str, *, by: Agent) -> None:
    audit.record(session, action, by=by, on=("raw_email", email.id), facts={"ticket": email.ticket_id})
