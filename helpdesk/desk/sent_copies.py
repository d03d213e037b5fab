"""Copies of answers in the mailbox's own folder for sent mail: owed once an answer was accepted, and kept once.

Whether the answer itself leaves never depends on them.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.mail import sent_folder
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail, Purpose, SentCopy
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Reader

MOST_AT_ONCE: Final = 20
LEASE: Final = timedelta(minutes=10)
# after the first attempt, the second …: two days in all, then it is given up
WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 720, 840))
# a provider that keeps a copy of its own has done so by then, and ours is not the second
SETTLES: Final = timedelta(seconds=20)


def is_wanted(folder: str | None, smtp_host: str) -> bool:
    """Whether a mailbox that is set so, and sends so, keeps copies by our hand."""
    return folder is not None and not sent_folder.keeps_its_own(smtp_host)


def owe(email: OutboundEmail) -> None:
    """A server took it: the copy is due in a moment. What the desk writes by itself (links, codes) gets none."""
    if email.purpose is Purpose.REPLY and email.sent_copy is SentCopy.NONE:
        email.sent_copy, email.sent_copy_lease = SentCopy.DUE, clock.now() + SETTLES


def waiting(session: Session) -> Sequence[int]:
    """The mailboxes that owe a copy now."""
    chosen = select(OutboundEmail.mailbox_id).where(_is_due()).distinct()
    return session.scalars(chosen.order_by(OutboundEmail.mailbox_id)).all()


def claim(session: Session, mailbox_id: int) -> list[int]:
    """Take the next copies of a mailbox into our hands; one that keeps none any more owes none."""
    mailbox = session.get_one(Mailbox, mailbox_id)
    theirs = and_(OutboundEmail.mailbox_id == mailbox_id, _is_due())
    if not is_wanted(mailbox.sent_folder, mailbox.smtp_host):
        _set(session, theirs, sent_copy=SentCopy.NONE)
        return []
    free = select(OutboundEmail.id).where(theirs).order_by(OutboundEmail.id).limit(MOST_AT_ONCE)
    ids = list(session.scalars(free.with_for_update(skip_locked=True)))
    _set(
        session,
        OutboundEmail.id.in_(ids),
        sent_copy_lease=clock.now() + LEASE,
        sent_copy_attempts=OutboundEmail.sent_copy_attempts + 1,
    )
    return ids


def kept(session: Session, outbound_email_id: int) -> None:
    """It lies in the folder."""
    email = session.get_one(OutboundEmail, outbound_email_id)
    email.sent_copy, email.sent_copy_lease = SentCopy.KEPT, None
    session.get_one(Mailbox, email.mailbox_id).sent_copy_error = None


def not_kept(session: Session, ids: Collection[int], because: str) -> None:
    """Put them off, each time for longer, and tell admins why; after two days they are given up."""
    for email in session.scalars(select(OutboundEmail).where(OutboundEmail.id.in_(ids), _is_owed())):
        wait = next(iter(WAITS[email.sent_copy_attempts - 1 :]), None)
        email.sent_copy = SentCopy.DUE if wait else SentCopy.FAILED
        email.sent_copy_lease = clock.now() + wait if wait else None
        session.get_one(Mailbox, email.mailbox_id).sent_copy_error = because[:500]


def give_up(session: Session, outbound_email_id: int) -> None:
    """What it said is gone."""
    _set(session, OutboundEmail.id == outbound_email_id, sent_copy=SentCopy.FAILED, sent_copy_lease=None)


def choose(session: Session, mailbox: Mailbox, folder: str | None, *, by: Reader) -> None:
    """Keep copies in this folder ("": the one the server marks), or none (None)."""
    if mailbox.sent_folder != folder:
        mailbox.sent_folder = folder
        audit.record(session, "mailbox.describe", by=by, on=("mailbox", mailbox.id))


def try_again(session: Session, mailbox: Mailbox) -> None:
    """Somebody mended something: what waits or was given up is due now."""
    if mailbox.sent_copy_error is None:
        return
    mailbox.sent_copy_error = None
    owed = OutboundEmail.sent_copy.in_([SentCopy.DUE, SentCopy.FAILED])
    _set(
        session,
        and_(OutboundEmail.mailbox_id == mailbox.id, owed),
        sent_copy=SentCopy.DUE,
        sent_copy_lease=None,
        sent_copy_attempts=0,
    )


def _is_owed() -> ColumnElement[bool]:
    return OutboundEmail.sent_copy == SentCopy.DUE


def _is_due() -> ColumnElement[bool]:
    lease = OutboundEmail.sent_copy_lease
    return and_(_is_owed(), or_(lease.is_(None), lease <= clock.now()))


def _set(session: Session, which: ColumnElement[bool], **values: object) -> None:
    chosen = update(OutboundEmail).where(which).values(**values)
    session.execute(chosen.execution_options(synchronize_session=False))
