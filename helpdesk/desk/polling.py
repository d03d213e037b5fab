"""How the fetching from a mailbox is doing: which are fetched from, since when, and what is wrong with one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.mailbox import Mailbox


def active(session: Session) -> Sequence[Mailbox]:
    return session.scalars(select(Mailbox).where(Mailbox.is_active).order_by(Mailbox.id)).all()


def imported_since(mailbox: Mailbox) -> datetime:
    """What arrived earlier than this stays where it is."""
    return (mailbox.import_since or mailbox.go_live_at).replace(microsecond=0)  # as servers keep it: whole seconds


def went_well(session: Session, mailbox_id: int) -> None:
    """Write down that the folder was read to its end just now."""
    session.execute(
        update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(polled_at=clock.now(), poll_error=None, poll_error_since=None)
    )


def went_wrong(session: Session, mailbox_id: int, words: str) -> None:
    """Write down what is wrong, in plain words for an operator, and keep since when."""
    mailbox = session.get(Mailbox, mailbox_id)
    if mailbox is None:
        return
    mailbox.poll_error = words
    mailbox.poll_error_since = mailbox.poll_error_since or clock.now()
