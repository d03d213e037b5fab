"""The mail ledger: what was fetched is kept first, and every UID gets an outcome with a reason."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.mailbox import MailboxPosition
from helpdesk.privacy import access
from helpdesk.storage import later

DECIDED: Final = ("outcome", "reason", "ticket_id", "decided_at", "block_id")  # what is written of an email then


@dataclass(frozen=True, slots=True)
class Arrived:
    """One email as the mail server handed it over. With a verdict already (too large), it is not read."""

    uid: int
    raw: bytes = field(repr=False)
    size: int
    arrived_at: datetime
    outcome: Outcome = Outcome.STORED
    reason: str = ""


def position(session: Session, mailbox_id: int, folder: str, uidvalidity: int) -> MailboxPosition:
    """How far this folder was read under this UIDVALIDITY; a new one begins at nought."""
    found = session.scalar(
        select(MailboxPosition).where(
            MailboxPosition.mailbox_id == mailbox_id,
            MailboxPosition.folder == folder,
            MailboxPosition.uidvalidity == uidvalidity,
        )
    )
    if found is None:
        found = MailboxPosition(mailbox_id=mailbox_id, folder=folder, uidvalidity=uidvalidity)
        session.add(found)
        session.flush()
    return found


def keep(session: Session, place: MailboxPosition, arrived: Sequence[Arrived]) -> list[InboundEmail]:
    """Store a batch and move the position past it, in one transaction; returns the emails to be read now.

    A UID that is in the ledger already is passed over. Bytes that this mailbox already gave are recorded as
    `already_received`: a new UIDVALIDITY, or a mailbox copied back, makes no second ticket.
    """
    known_uids = _known_uids(session, place, [email.uid for email in arrived])
    digests = {email.uid: hashlib.sha256(email.raw).digest() for email in arrived}
    earlier = _earlier(session, place.mailbox_id, list(digests.values()))
    to_read: list[InboundEmail] = []
    kept: list[tuple[InboundEmail, bytes]] = []
    for email in arrived:
        if email.uid in known_uids:
            continue
        digest = digests[email.uid]
        row = _row(place, email, digest)
        if email.outcome is Outcome.STORED and digest in earlier:
            row.outcome, row.reason = Outcome.ALREADY_RECEIVED, "the same email came to this mailbox before"
            row.ticket_id = earlier[digest]
        session.add(row)
        if row.outcome is not Outcome.ALREADY_RECEIVED:
            kept.append((row, email.raw))
            earlier.setdefault(digest, None)
        if row.outcome is Outcome.STORED:
            to_read.append(row)
        else:
            row.decided_at = clock.now()
    session.flush()
    with later.gathering(session):
        for row, raw in kept:
            access.keep_raw_email(session, row, raw)
    place.last_uid = max([place.last_uid, *digests])
    return to_read


def unread(session: Session, mailbox_id: int, *, limit: int = 50) -> Sequence[InboundEmail]:
    """Emails that were stored but not read yet: after a crash, the oldest first."""
    return session.scalars(
        select(InboundEmail)
        .where(InboundEmail.mailbox_id == mailbox_id, InboundEmail.outcome == Outcome.STORED)
        .order_by(InboundEmail.id)
        .limit(limit)
    ).all()


def untold(session: Session, mailbox_id: int, *, limit: int = 20) -> Sequence[InboundEmail]:
    """Emails too large to be fetched, whose sender nobody has looked at yet."""
    return session.scalars(
        select(InboundEmail)
        .where(
            InboundEmail.mailbox_id == mailbox_id,
            InboundEmail.outcome == Outcome.TOO_LARGE,
            InboundEmail.told_at.is_(None),
        )
        .order_by(InboundEmail.id)
        .limit(limit)
    ).all()


def decide(email: InboundEmail, outcome: Outcome, reason: str, *, ticket_id: int | None = None) -> Outcome:
    """Write down what became of an email, and why, in words without content."""
    email.outcome = outcome
    email.reason = reason
    email.ticket_id = ticket_id
    email.decided_at = clock.now()
    return outcome


def _known_uids(session: Session, place: MailboxPosition, uids: Sequence[int]) -> set[int]:
    return set(
        session.scalars(
            select(InboundEmail.uid).where(
                InboundEmail.mailbox_id == place.mailbox_id,
                InboundEmail.folder == place.folder,
                InboundEmail.uidvalidity == place.uidvalidity,
                InboundEmail.uid.in_(uids),
            )
        )
    )


def _earlier(session: Session, mailbox_id: int, digests: Sequence[bytes]) -> dict[bytes, int | None]:
    rows = session.execute(
        select(InboundEmail.sha256, InboundEmail.ticket_id).where(
            InboundEmail.mailbox_id == mailbox_id,
            InboundEmail.sha256.in_(digests),
            InboundEmail.outcome.not_in([Outcome.ALREADY_RECEIVED, Outcome.TOO_LARGE]),
        )
    )
    return {digest: ticket_id for digest, ticket_id in rows}  # noqa: C416  rows are tuples to a human only


def _row(place: MailboxPosition, email: Arrived, digest: bytes) -> InboundEmail:
    return InboundEmail(
        mailbox_id=place.mailbox_id,
        folder=place.folder,
        uidvalidity=place.uidvalidity,
        uid=email.uid,
        sha256=digest,
        size=email.size,
        arrived_at=email.arrived_at,
        outcome=email.outcome,
        reason=email.reason,
    )
