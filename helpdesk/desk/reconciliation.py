"""Counting the mail ledger against the server: what is there, and is not in the ledger, is a gap, and alarms."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.mailbox import Mailbox, MailboxPosition
from helpdesk.privacy import audit
from helpdesk.privacy.readers import Machine

NAMED: Final = 50  # of the missing UIDs, so many are kept by number


@dataclass(frozen=True, slots=True)
class Gap:
    """Emails of one folder that the server has and the ledger has not."""

    mailbox: Mailbox
    place: MailboxPosition


def missing(session: Session, place: MailboxPosition, on_server: Collection[int]) -> list[int]:
    """The UIDs the ledger should know, and does not.

    Not those from before the mailbox was ours, nor those that came after it was last read.
    """
    due = {uid for uid in on_server if place.began_after < uid <= place.last_uid}
    return sorted(due - _known(session, place)) if due else []


def count(session: Session, place: MailboxPosition, on_server: Collection[int]) -> list[int]:
    """Keep what the count found, and tell when a gap opens or closes; gives the UIDs that are missing.

    An email that was fetched and is on the server no longer was moved or deleted there: that is no gap.
    """
    known = _known(session, place)
    gap = missing(session, place, on_server)
    place.server_count, place.counted_at = len(on_server), clock.now()
    place.before_count = sum(uid <= place.began_after for uid in on_server)
    place.gone_count = len(known - set(on_server))
    if bool(gap) != bool(place.missing_count):
        facts: dict[str, object] = {"mailbox": place.mailbox_id, "missing": len(gap)}
        action = "mailbox.gap_found" if gap else "mailbox.gap_closed"
        audit.record(session, action, by=Machine.INTAKE, on=("mailbox", place.mailbox_id), facts=facts)
    place.missing_since = (place.missing_since or clock.now()) if gap else None
    place.missing_count, place.missing_uids = len(gap), " ".join(map(str, gap[:NAMED]))
    return gap


def holds(place: MailboxPosition, *, on_server: int) -> None:
    """The last count holds now, too."""
    place.server_count, place.counted_at = on_server, clock.now()


def gaps(session: Session) -> Sequence[Gap]:
    """The gaps there are now, in the mailboxes that are fetched from."""
    return [
        Gap(mailbox, place)
        for mailbox, place in places(session)
        if place is not None and mailbox.is_active and place.missing_count
    ]


def places(session: Session) -> Sequence[tuple[Mailbox, MailboxPosition | None]]:
    """Every mailbox with the folder it is fetched from now, as it was last counted."""
    rows = session.execute(
        select(Mailbox, MailboxPosition)
        .outerjoin(
            MailboxPosition,
            (MailboxPosition.mailbox_id == Mailbox.id) & (MailboxPosition.folder == Mailbox.folder),
        )
        .order_by(Mailbox.address, MailboxPosition.id.desc())
    )
    newest: dict[int, tuple[Mailbox, MailboxPosition | None]] = {}
    for mailbox, place in rows:  # of a folder that was numbered anew, the numbering in force
        newest.setdefault(mailbox.id, (mailbox, place))
    return list(newest.values())


def _known(session: Session, place: MailboxPosition) -> set[int]:
    return set(
        session.scalars(
            select(InboundEmail.uid).where(
                InboundEmail.mailbox_id == place.mailbox_id,
                InboundEmail.folder == place.folder,
                InboundEmail.uidvalidity == place.uidvalidity,
            )
        )
    )
