"""Blocked senders: what they write is kept and held, never dropped, and let go when the block is lifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpdesk.desk import people
from helpdesk.mail.address import AddressRefused, wire_address
from helpdesk.models.agent import Agent
from helpdesk.models.blocked_sender import BlockedSender
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.privacy import audit
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job

RUNG_AT_ONCE: Final = 100  # of more that are let go, the poller finds the rest by itself
# a domain of these is no organisation: blocking it would hold half of the customers
PUBLIC: Final = frozenset(
    {
        "aol.com", "bluewin.ch", "fastmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.de",
        "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "laposte.net", "libero.it", "live.com", "mac.com",
        "mail.com", "mail.ru", "mailbox.org", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com",
        "outlook.de", "posteo.de", "proton.me", "protonmail.com", "qq.com", "t-online.de", "tuta.com", "web.de",
        "wp.pl", "yahoo.co.jp", "yahoo.com", "yahoo.de", "yandex.ru", "zoho.com", "163.com",
    }
)  # fmt: skip


class CanNotBlock(Exception):
    """No sender that can be blocked; says why, as one of the words below."""


class NoSender(CanNotBlock):
    """It is neither an address nor @ and a domain."""


class Ourselves(CanNotBlock):
    """It is one of our own mailboxes or agents, or their domain."""


class TooWide(CanNotBlock):
    """It is the domain of a public mail provider."""


@dataclass(frozen=True, slots=True)
class Block:
    """A blocked sender, who blocked them, and how much of theirs waits."""

    sender: BlockedSender
    by: str
    waiting: int


def block(session: Session, address: str, *, by: Agent) -> BlockedSender:
    """Hold what this sender writes from now on. Blocked already, nothing changes. Raises CanNotBlock."""
    wanted = _understood(address)
    known = session.scalar(select(BlockedSender).where(BlockedSender.address == wanted))
    if known is not None:
        return known
    _refuse_ourselves(session, wanted)
    if wanted.removeprefix("@") in PUBLIC:
        raise TooWide("half of the customers write from there")
    made = BlockedSender(address=wanted, blocked_by_id=by.id)
    session.add(made)
    session.flush()
    audit.record(session, "sender.block", by=by, on=("blocked_sender", made.id), words=wanted)
    return made


def lift(session: Session, blocked: BlockedSender, *, by: Agent) -> int:
    """Block a sender no longer; what was held of theirs is read as if it had just come. Gives how many."""
    held = select(InboundEmail.id).where(InboundEmail.block_id == blocked.id, InboundEmail.outcome == Outcome.HELD)
    ids = list(session.scalars(held.order_by(InboundEmail.id)))
    session.execute(
        update(InboundEmail)
        .where(InboundEmail.block_id == blocked.id, InboundEmail.outcome == Outcome.HELD)
        .values(outcome=Outcome.STORED, decided_at=None, ruling=None, ruled_by_id=by.id)
    )
    session.execute(update(InboundEmail).where(InboundEmail.block_id == blocked.id).values(block_id=None))
    for email_id in ids[:RUNG_AT_ONCE]:
        jobs.ring(session, Job.READ_AGAIN, email_id)
    facts: dict[str, object] = {"emails": len(ids)}
    audit.record(
        session, "sender.unblock", by=by, on=("blocked_sender", blocked.id), facts=facts, words=blocked.address
    )
    session.delete(blocked)
    session.flush()
    return len(ids)


def may_be_blocked(session: Session, address: str) -> bool:
    """Whether this is a sender, and none of ours."""
    try:
        _refuse_ourselves(session, _understood(address))
    except CanNotBlock:
        return False
    return True


def blocking(session: Session, address: str) -> BlockedSender | None:
    """The block that a sender falls under: of the address itself, or of its domain."""
    address = address.lower()
    domain = f"@{address.rpartition('@')[2]}"
    found = select(BlockedSender).where(BlockedSender.address.in_([address, domain]))
    return session.scalars(found.order_by(BlockedSender.address.desc()).limit(1)).first()


def made_by(session: Session, block_id: int | None, *, by: Agent) -> BlockedSender | None:
    """A block that this agent made; others' are for those who set the desk up."""
    if block_id is None:
        return None
    return session.scalar(
        select(BlockedSender).where(BlockedSender.id == block_id, BlockedSender.blocked_by_id == by.id)
    )


def are_there(session: Session) -> bool:
    return session.scalar(select(BlockedSender.id).limit(1)) is not None


def listed(session: Session) -> Sequence[Block]:
    """All blocks, by address."""
    waits = (
        select(func.count(InboundEmail.id))
        .where(InboundEmail.block_id == BlockedSender.id, InboundEmail.outcome == Outcome.HELD)
        .scalar_subquery()
    )
    rows = session.execute(
        select(BlockedSender, Agent.name, waits)
        .join(Agent, Agent.id == BlockedSender.blocked_by_id)
        .order_by(BlockedSender.address)
    )
    return [Block(sender, name, waiting) for sender, name, waiting in rows]


def _understood(address: str) -> str:
    address = address.strip().lower()
    is_domain = address.startswith("@")
    try:
        wired = wire_address(f"anybody{address}" if is_domain else address).lower()
    except AddressRefused as refused:
        raise NoSender("neither an address nor a domain") from refused
    return f"@{wired.rpartition('@')[2]}" if is_domain else wired


def _refuse_ourselves(session: Session, wanted: str) -> None:
    agents = set(session.scalars(select(func.lower(Agent.email)).where(Agent.is_disabled.is_(False))))
    ours = agents | people.own_addresses(session)
    if wanted in ours or wanted in {f"@{address.rpartition('@')[2]}" for address in ours}:
        raise Ourselves("that would hold our own emails")
