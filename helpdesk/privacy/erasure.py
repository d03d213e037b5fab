"""Erasure: what one person wrote goes, others' words stay, the chain and the counts stay valid.

planned → begun (tombstones, live grants end) → steps, a batch at a time → ended, with a certificate. Killed
between two batches it is gone on with; done again it finds nothing.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, GrantState
from helpdesk.models.agent import Agent
from helpdesk.models.customer import Customer, CustomerAddress, CustomerWord, Source
from helpdesk.models.erasure import Erasure, ErasureState
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Message, MessageAddress
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.privacy import access, audit, grants, policy, tombstones, united
from helpdesk.privacy.erasure_steps import STEPS, Person, Step, tickets_of, tickets_shared
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs
from helpdesk.storage.jobs import Job
from helpdesk.storage.vault import Vault
from helpdesk.storage.words import words
from helpdesk.storage.words_before import words_before

BATCH: Final = 200
_EMAILS: Final = "emails on no ticket"
_ADDRESSES: Final = "addresses"


class NobodyFound(Exception):
    """No customer has this address or number, and no message names it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure would take away, how many of each, and what of others' would still mention the person."""

    customer_id: int | None
    counts: Mapping[str, int]
    tickets: int
    shared_tickets: Sequence[int]
    mentions: Sequence[int]  # others' messages that hold an address or the name: for somebody to look at
    records: int = 1  # of one person: each is taken away

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


def find(session: Session, who: str) -> Customer | str:
    """The customer with this address or number, or the address alone where it only stands on others' emails.

    Raises NobodyFound.
    """
    said = who.strip().lower().lstrip("#")
    if said.isascii() and said.isdecimal() and len(said) < 16:
        found = session.get(Customer, int(said))
    else:
        found = session.scalar(select(Customer).join(CustomerAddress).where(CustomerAddress.email == said))
    if found is not None:
        return found
    if "@" in said and _is_named(session, said):
        return said
    raise NobodyFound("nobody here has this address or number, so there is nothing to erase")


def plan(session: Session, who: Customer | str, *, by: Machine = Machine.ERASURE) -> Plan:
    """A dry run: it counts, and changes nothing."""
    if not isinstance(who, Customer):
        return _plan(session, Person(0, frozenset({who})), by=by)
    plans = [_plan(session, _person(session, one), by=by) for one in united.all_of(session, who)]
    return replace(_together(plans), customer_id=who.id)


def _plan(session: Session, person: Person, *, by: Machine) -> Plan:
    counts = {step.name: _count(session, step, person) for step in STEPS}
    counts[_EMAILS] = len(access.loose_emails_from(session, person.addresses, by=by))
    counts[_ADDRESSES] = len(person.addresses)
    shared = list(session.scalars(tickets_shared(person).order_by(Ticket.id)))
    tickets = session.scalar(select(func.count()).select_from(tickets_of(person).subquery())) or 0
    theirs = set(session.scalars(STEPS_BY_NAME["messages"].left(person)))
    mentions = [one for one in access.mentioning(session, shared, person.said, by=by) if one not in theirs]
    return Plan(person.id or None, counts, tickets, shared, mentions)


def _together(plans: Sequence[Plan]) -> Plan:
    """What is taken away of all records of one person."""
    counts = {name: sum(one.counts[name] for one in plans) for name in plans[0].counts}
    shared = sorted({number for one in plans for number in one.shared_tickets})
    mentions = sorted({number for one in plans for number in one.mentions})
    return Plan(plans[0].customer_id, counts, sum(one.tickets for one in plans), shared, mentions, records=len(plans))


def begin(session: Session, vault: Vault, who: Customer | str, *, by: Reader) -> Erasure:
    """From here on it goes by itself: the tombstones stand, live grants are over. One that runs is given back."""
    customer = _made(session, who) if isinstance(who, str) else who
    begun: dict[int, Erasure] = {}
    for one in united.all_of(session, customer):  # each record of this person has its own erasure and certificate
        tombstones.place(session, vault, _person(session, one).addresses)
        if one.erased_at is None or one is customer:
            begun[one.id] = _begun(session, one, by=by)
    return begun[customer.id]


def left(session: Session, erasure: Erasure) -> dict[str, list[int]]:
    """The ids that each step still has to take, by the step's name; a reading, to be done outside of a write."""
    person = person_of(session, erasure)
    found = {step.name: list(session.scalars(step.left(person))) for step in STEPS}
    found[_EMAILS] = access.loose_emails_from(session, person.addresses, by=Machine.ERASURE)
    return {name: ids for name, ids in found.items() if ids}


def take(session: Session, erasure: Erasure, name: str, ids: Sequence[int]) -> None:
    """Take one batch of one step: harmless twice, and counted once, whoever else is at the same erasure."""
    session.flush()
    session.refresh(erasure, with_for_update=True)
    ids = _still_left(session, erasure, name, ids)
    files = _erase_loose(session, ids) if name == _EMAILS else STEPS_BY_NAME[name].erase(session, ids)
    counts = json.loads(erasure.counts)
    counts[name] = counts.get(name, 0) + len(ids)
    erasure.counts = json.dumps(counts)
    _leave_files(erasure, [*_files(erasure), *files])


def remove_files(session: Session, erasure: Erasure) -> None:
    """Take the files that nobody holds any more out of their folder; a killed run is gone on with here."""
    for digest in _files(erasure):
        access.remove_file(session, digest)
    _leave_files(erasure, [])


def end(session: Session, erasure: Erasure) -> bool:
    """The last step: name and addresses go, and it is done, once; False when something was written meanwhile."""
    session.flush()
    session.refresh(erasure, with_for_update=True)
    if erasure.state is ErasureState.DONE:
        return True
    person = person_of(session, erasure)
    if session.scalar(STEPS_BY_NAME["messages"].left(person).limit(1)) is not None:
        return False
    rows = session.scalars(select(CustomerAddress).where(CustomerAddress.customer_id == person.id)).all()
    for row in rows:
        session.delete(row)
    session.execute(delete(CustomerWord).where(CustomerWord.customer_id == person.id))
    session.execute(
        update(Customer)
        .where(Customer.id == person.id)
        .values(name="", language=None, is_protected=False, erased_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    counts = {**json.loads(erasure.counts), _ADDRESSES: len(rows)}
    erasure.counts = json.dumps(counts, sort_keys=True)
    erasure.state, erasure.ended_at = ErasureState.DONE, clock.now()
    facts: dict[str, object] = {"erasure": erasure.id, "counts": counts}
    audit.record(
        session, "erasure.end", by=Machine.ERASURE, on=("customer", person.id), subject_id=person.id, facts=facts
    )
    return True


def unfinished(session: Session) -> Sequence[int]:
    """Erasures that were begun and not ended, or whose files still lie in the folder; the oldest first."""
    open_ones = (Erasure.state == ErasureState.RUNNING) | (Erasure.files_left != "")
    return session.scalars(select(Erasure.id).where(open_ones).order_by(Erasure.id)).all()


def unscrubbed(session: Session) -> Sequence[int]:
    """Erasures that are done, and whose traces in the database's free pages were not written over yet."""
    return session.scalars(
        select(Erasure.id).where(Erasure.state == ErasureState.DONE, Erasure.scrubbed_at.is_(None))
    ).all()


def person_of(session: Session, erasure: Erasure) -> Person:
    return _person(session, session.get_one(Customer, erasure.customer_id))


def replay(session: Session, vault: Vault, marks: Mapping[bytes, datetime]) -> list[int]:
    """After a restore: place the tombstones again, and begin the erasure of everybody they stand for."""
    tombstones.place_again(session, marks)
    begun: list[int] = []
    for address, since in _known_addresses(session).items():
        at = marks.get(tombstones.digest_of(vault, address))
        if at is None or since > at:
            continue  # nobody's, or written after the erasure: a new acquaintance
        found = find(session, address)
        customer = _made(session, found) if isinstance(found, str) else found
        begun.append(_begun(session, customer, by=Machine.ERASURE).id)
    return sorted(set(begun))


STEPS_BY_NAME: Final = {step.name: step for step in STEPS}


def _begun(session: Session, customer: Customer, *, by: Reader) -> Erasure:
    running = session.scalar(
        select(Erasure).where(Erasure.customer_id == customer.id, Erasure.state == ErasureState.RUNNING)
    )
    if running is not None:
        jobs.ring(session, Job.ERASE, running.id)
        return running
    person = _person(session, customer)
    begun = Erasure(
        customer_id=customer.id,
        by_id=by.id if isinstance(by, Agent) else None,
        by_role=by.role.value if isinstance(by, Agent) else by.value,
        policy_version=policy.current(session).version,
    )
    session.add(begun)
    session.flush()
    for grant in _live_grants(session, person):
        grants.withdraw(session, grant, because="erasure", by=by)
    facts: dict[str, object] = {"erasure": begun.id}
    audit.record(session, "erasure.begin", by=by, on=("customer", customer.id), subject_id=customer.id, facts=facts)
    jobs.ring(session, Job.ERASE, begun.id)
    return begun


def _person(session: Session, customer: Customer) -> Person:
    rows = session.scalars(select(CustomerAddress.email).where(CustomerAddress.customer_id == customer.id))
    addresses = frozenset(rows)
    # the trail keeps searched words as the index has them: an address without its signs
    tokens = {" ".join(cut(one)) for one in (*addresses, customer.name) for cut in (words, words_before)}
    names = {customer.name, *tokens} if len(customer.name) > 2 else tokens
    return Person(customer.id, addresses, frozenset(name for name in names if len(name) > 2))


def _count(session: Session, step: Step, person: Person) -> int:
    return session.scalar(select(func.count()).select_from(step.left(person).subquery())) or 0


def _still_left(session: Session, erasure: Erasure, name: str, ids: Sequence[int]) -> list[int]:
    """Of a batch, what nobody has taken since it was looked up."""
    if name == _EMAILS:
        kept = select(InboundEmail.id).where(InboundEmail.id.in_(ids), InboundEmail.outcome != Outcome.ERASED)
        return list(session.scalars(kept))
    found = STEPS_BY_NAME[name].left(person_of(session, erasure)).subquery()
    return list(session.scalars(select(found.c[0]).where(found.c[0].in_(ids))))


def _is_named(session: Session, address: str) -> bool:
    on_a_message = select(MessageAddress.id).where(MessageAddress.email == address).limit(1)
    on_a_ticket = select(Participant.id).where(Participant.email == address).limit(1)
    return session.scalar(on_a_message) is not None or session.scalar(on_a_ticket) is not None


def _made(session: Session, address: str) -> Customer:
    """A row for somebody who only stood on others' emails, so that their erasure has its record."""
    customer = Customer(source=Source.EMAIL)
    session.add(CustomerAddress(customer=customer, email=address))
    session.flush()
    return customer


def _live_grants(session: Session, person: Person) -> Iterable[AccessGrant]:
    waiting = AccessGrant.state.in_([GrantState.REQUESTED, GrantState.ACTIVE])
    found = session.scalars(select(AccessGrant).where(waiting)).all()
    return [grant for grant in found if grants.subject_of(session, grant) == person.id]


def _erase_loose(session: Session, ids: Sequence[int]) -> list[bytes]:
    rows = session.scalars(select(InboundEmail).where(InboundEmail.id.in_(ids))).all()
    for row in rows:
        if row.outcome is not Outcome.ALREADY_RECEIVED:
            row.outcome, row.reason, row.decided_at = Outcome.ERASED, "with the person who wrote it", clock.now()
    return access.erase_raw_emails(session, ids)


def _files(erasure: Erasure) -> list[bytes]:
    return [bytes.fromhex(one) for one in erasure.files_left.split()]


def _leave_files(erasure: Erasure, digests: Iterable[bytes]) -> None:
    erasure.files_left = " ".join(sorted({digest.hex() for digest in digests}))


def _known_addresses(session: Session) -> dict[str, datetime]:
    """Every address that stands anywhere, and since when it is known."""
    found: dict[str, datetime] = {}
    sources = (
        select(CustomerAddress.email, func.min(CustomerAddress.added_at)).group_by(CustomerAddress.email),
        select(Participant.email, func.min(Participant.joined_at)).group_by(Participant.email),
        select(MessageAddress.email, func.min(Message.at)).join(Message).group_by(MessageAddress.email),
    )
    for source in sources:
        for email, at in session.execute(source):
            found[email] = min(at, found.get(email, at))
    return found
