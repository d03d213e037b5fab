"""A customer's way to their own record: a mailed code opens it for an hour, without an account or a cookie."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import outbox
from helpdesk.mail import thread
from helpdesk.mail.parsed import Address
from helpdesk.models.customer import Customer, CustomerAddress
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail, Purpose
from helpdesk.models.record import RecordDigest, RecordVisit
from helpdesk.models.sign_in import LoginThrottle
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, record
from helpdesk.storage.vault import Vault, digest_of

CODE_WORKS_FOR: Final = timedelta(minutes=30)
OPEN_FOR: Final = timedelta(hours=1)
MOST_TRIES: Final = 5
MOST_CODES_AN_HOUR: Final = 3
MOST_FROM_A_PLACE: Final = 30  # asked for in an hour; a whole office may sit behind it
MOST_NAMELESS: Final = 1_000  # visits kept for addresses that nobody has: whoever floods us pushes out their own
PATH: Final = "/record"
DIGEST_EVERY: Final = timedelta(days=30)
_DIGITS: Final = 8


class TooManyVisits(Exception):
    """Somebody asked for codes too often from one place; it is possible again within the hour."""


class WrongCode(Exception):
    """The code is not the one that was mailed, is too old, or was tried too often."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit that waits for its code: the secret part of its address."""

    secret: str


def ask(session: Session, email: str) -> Asked:
    """Mail a code to this address if it is a customer's; what comes back never tells.

    A stranger can't flood anybody: three codes an hour and address.
    """
    session.execute(delete(RecordVisit).where(RecordVisit.expires_at < clock.now() - OPEN_FOR))
    secret, nonce = secrets.token_urlsafe(32), secrets.token_bytes(16)
    _make_room(session)
    visit = RecordVisit(secret_hash=digest_of(secret), nonce=nonce, expires_at=clock.now() + CODE_WORKS_FOR)
    session.add(visit)
    session.flush()
    address = session.scalar(select(CustomerAddress).where(CustomerAddress.email == email.strip().lower()))
    if address is not None and _asked_within_an_hour(session, address.customer_id) < MOST_CODES_AN_HOUR:
        visit.outbound_email_id = _mail(session, address, Purpose.RECORD_CODE)
        visit.customer_id = address.customer_id
        on = ("customer", address.customer_id)
        audit.record(session, "record.ask", by=None, on=on, subject_id=address.customer_id)
    return Asked(secret)


def brake(session: Session, vault: Vault, place: str, *, what: str = "record") -> None:
    """Count a visit against the place it comes from: a keyed digest of today, no address. Raises TooManyVisits."""
    today = f"{clock.now().date().isoformat()} {place}"
    key = f"{what}:{vault.mac(today.encode(), what=f'{what} place').hex()[:32]}"
    session.execute(delete(LoginThrottle).where(LoginThrottle.last_failure_at < clock.now() - timedelta(days=1)))
    count = session.get(LoginThrottle, key)
    if count is None:
        count = LoginThrottle(key=key)
        session.add(count)
    elif count.last_failure_at + timedelta(hours=1) < clock.now():
        count.failures = 0
    if count.failures >= MOST_FROM_A_PLACE:
        raise TooManyVisits
    count.failures, count.last_failure_at = count.failures + 1, clock.now()


def code_of(vault: Vault, visit: RecordVisit) -> str:
    number = int.from_bytes(vault.mac(visit.nonce, what="record code")[:8]) % 10**_DIGITS
    return f"{number:0{_DIGITS}d}"


def waits_for_code(session: Session, secret: str) -> RecordVisit | None:
    """The visit at this address, opened or not; None when it is over, or never was."""
    visit = session.scalar(select(RecordVisit).where(RecordVisit.secret_hash == digest_of(secret)))
    return visit if visit is not None and visit.expires_at > clock.now() else None


def open_with(session: Session, vault: Vault, visit: RecordVisit, code: str) -> None:
    """Open the record with the mailed code, once. Raises WrongCode; the try counts all the same."""
    session.refresh(visit, with_for_update=True)
    visit.tries += 1
    given = "".join(one for one in code if one.isdecimal())
    is_right = secrets.compare_digest(given.encode(), code_of(vault, visit).encode())
    if visit.customer_id is None or visit.opened_at or visit.tries > MOST_TRIES or not is_right:
        raise WrongCode
    visit.opened_at = clock.now()
    visit.expires_at = clock.now() + OPEN_FOR
    on = ("customer", visit.customer_id)
    audit.record(session, "record.open", by=None, on=on, subject_id=visit.customer_id)


def opened(session: Session, secret: str) -> Customer | None:
    """Whose record this address shows now."""
    visit = waits_for_code(session, secret)
    if visit is None or visit.opened_at is None or visit.customer_id is None:
        return None
    return session.get(Customer, visit.customer_id)


def want_digest(session: Session, vault: Vault, customer: Customer) -> None:
    """From now on the sum of the record comes by email each month; wanting it twice is once."""
    if session.get(RecordDigest, customer.id) is not None:
        return
    nonce = secrets.token_bytes(16)
    digest = RecordDigest(customer_id=customer.id, nonce=nonce, secret_hash=digest_of(stop_secret(vault, nonce)))
    session.add(digest)
    audit.record(session, "digest.want", by=None, on=("customer", customer.id), subject_id=customer.id)


def stop_digest(session: Session, customer_id: int) -> None:
    """No more of them; stopping what was stopped changes nothing."""
    digest = session.get(RecordDigest, customer_id)
    if digest is not None:
        session.delete(digest)
        audit.record(session, "digest.stop", by=None, on=("customer", customer_id), subject_id=customer_id)


def stop_secret(vault: Vault, nonce: bytes) -> str:
    return vault.mac(nonce, what="digest stop").hex()


def digest_of_link(session: Session, secret: str) -> RecordDigest | None:
    return session.scalar(select(RecordDigest).where(RecordDigest.secret_hash == digest_of(secret)))


def send_digests(session: Session, *, limit: int = 50) -> int:
    """Queue the digests that are due; a month without a reading is passed over in silence."""
    before = clock.now() - DIGEST_EVERY
    chosen = select(RecordDigest).where(RecordDigest.counted_until <= before).order_by(RecordDigest.customer_id)
    due = session.scalars(chosen.limit(limit)).all()
    for digest in due:
        customer = session.get_one(Customer, digest.customer_id)
        since, digest.counted_until = digest.counted_until, clock.now()
        digest.readings, digest.people = record.count(session, customer, since=since, until=digest.counted_until)
        address = session.scalar(
            select(CustomerAddress)
            .where(CustomerAddress.customer_id == customer.id, CustomerAddress.bounced_at.is_(None))
            .order_by(CustomerAddress.id)
            .limit(1)
        )
        if digest.readings and address is not None:
            digest.outbound_email_id = _mail(session, address, Purpose.RECORD_DIGEST)
    return len(due)


def visit_of(session: Session, row: OutboundEmail) -> RecordVisit | None:
    return session.scalar(select(RecordVisit).where(RecordVisit.outbound_email_id == row.id))


def digest_in(session: Session, row: OutboundEmail) -> RecordDigest | None:
    return session.scalar(select(RecordDigest).where(RecordDigest.outbound_email_id == row.id))


def _make_room(session: Session) -> None:
    nameless = select(RecordVisit.id).where(RecordVisit.customer_id.is_(None)).order_by(RecordVisit.id.desc())
    oldest = session.scalar(nameless.offset(MOST_NAMELESS).limit(1))
    if oldest is not None:
        session.execute(delete(RecordVisit).where(RecordVisit.customer_id.is_(None), RecordVisit.id <= oldest))


def _mail(session: Session, address: CustomerAddress, purpose: Purpose) -> int | None:
    """From the mailbox the customer wrote to last, or another one where there is none; None: there is no mailbox."""
    theirs = select(Mailbox).join(Ticket).where(Ticket.customer_id == address.customer_id)
    sender = session.scalar(theirs.order_by(Ticket.id.desc()).limit(1)) or session.scalar(select(Mailbox).limit(1))
    if sender is None:
        return None
    name = session.get_one(Customer, address.customer_id).name
    queued = outbox.queue(
        session, sender, purpose, to=[Address(name, address.email)],
        rfc_message_id=thread.new_message_id(0, sender.address.rpartition("@")[2]),
    )  # fmt: skip
    return queued.id


def _asked_within_an_hour(session: Session, customer_id: int) -> int:
    recent = select(func.count(RecordVisit.id)).where(
        RecordVisit.customer_id == customer_id, RecordVisit.asked_at > clock.now() - timedelta(hours=1)
    )
    return session.scalar(recent) or 0
