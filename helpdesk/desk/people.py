"""Customers as they turn up in emails, and who is on a ticket."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.mail import language
from helpdesk.mail.address import spellings
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.models.customer import Customer, CustomerAddress, CustomerWord, Source
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.privacy.statistics.categories import LANGUAGES
from helpdesk.storage import later
from helpdesk.storage.once import once
from helpdesk.storage.words import words

_WORDS_OF_A_NAME: Final = 20
_EXPECTED: Final = "expected customers"
_ONE_LANGUAGE: Final = re.compile(r"\s*([a-z]{2})(-[a-z0-9-]{1,20})?\s*", re.ASCII | re.IGNORECASE)


def customer_of(session: Session, email: str, name: str = "", *, source: Source = Source.EMAIL) -> Customer:
    """The customer with this address, made when it is new; a name is learnt once, never overwritten by mail."""
    customer = customer_at(session, email, name, source=source)
    keep(session, customer)
    return customer


def customer_at(session: Session, email: str, name: str = "", *, source: Source = Source.EMAIL) -> Customer:
    """The same, but somebody new has no id before they are kept (`keep`)."""
    email = email.strip().lower()
    expected: dict[str, Customer | None] | None = session.info.get(_EXPECTED)
    known = expected[email] if expected and email in expected else _by_address(session, [email]).get(email)
    if known is None:
        known = Customer(name=name, source=source)
        CustomerAddress(customer=known, email=email, source=source)
    elif known not in session:  # kept with this batch: from now on something may be learnt of them
        later.settle(session)
        known = session.get_one(Customer, known.id)
    if expected is not None:
        expected[email] = known
    if not known.name and name:
        known.name = name
        if known.id is not None:
            _find_by_name(session, known)
    return known


def keep(session: Session, customer: Customer) -> None:
    """Keep somebody new with their address, and give them an id; nothing more is learnt of them before the commit."""
    if customer.id is None:
        for row in (customer, *customer.addresses):
            later.keep(session, row)
        _find_by_name(session, customer)


def _find_by_name(session: Session, customer: Customer) -> None:
    """Let somebody be found by the words of their name."""
    for word in dict.fromkeys(words(customer.name)[:_WORDS_OF_A_NAME]):
        later.add(session, CustomerWord, word=word, customer_id=customer.id)


def expect(session: Session, addresses: Iterable[str]) -> None:
    """Look up at once who has these addresses: `customer_at` asks no more for them in this transaction.

    Somebody may add one meanwhile (PostgreSQL): the address is refused as known then, and who called tries again.
    """
    emails = {address.strip().lower() for address in addresses}
    session.info[_EXPECTED] = dict.fromkeys(emails) | _by_address(session, emails)


def newcomers(session: Session) -> int:
    """How many of those who were expected are not known yet."""
    expected: dict[str, Customer | None] = session.info.get(_EXPECTED, {})
    return sum(customer is None for customer in expected.values())


def _by_address(session: Session, emails: Collection[str]) -> dict[str, Customer]:
    if not emails:
        return {}
    found = select(CustomerAddress.email, Customer).join(Customer.addresses).where(CustomerAddress.email.in_(emails))
    return {email: customer for email, customer in session.execute(found)}  # noqa: C416  rows are tuples to a human only


def has_usable_sender(email: ParsedEmail) -> bool:
    return email.sender is not None and "@" in email.sender.email


def senders(email: ParsedEmail) -> list[tuple[str, str]]:
    """The writer of an email as (address, name): one, or none."""
    return [(email.sender.email, email.sender.name)] if email.sender and "@" in email.sender.email else []


def writer_of(session: Session, email: ParsedEmail) -> Customer:
    """The customer who wrote an email, kept when they are new."""
    customer = writer_at(session, email)
    keep(session, customer)
    return customer


def writer_at(session: Session, email: ParsedEmail) -> Customer:
    """The same, but somebody new is not kept yet; they have no address where the email names no usable one."""
    for address, name in senders(email):
        return customer_at(session, address, name)
    return Customer(name=email.sender.name if email.sender else "")


def learn_language(customer: Customer, email: ParsedEmail, *, by_words: bool) -> None:
    """Learn once in which language somebody writes: by their words where languages are counted, else by the header.

    Only one of those that can be counted is kept, in two letters.
    """
    if customer.language is None:
        found = language.language_of(email.trimmed.new_text or email.text, LANGUAGES) if by_words else None
        customer.language = found or _said_language(email)


def _said_language(email: ParsedEmail) -> str | None:
    """What Content-Language says, if it names just one."""
    said = _ONE_LANGUAGE.fullmatch(", ".join(email.headers.get("content-language", ())))
    named = said[1].lower() if said else None
    return named if named in LANGUAGES else None


def own_addresses(session: Session) -> frozenset[str]:
    """The addresses of our mailboxes, in lower case and however their domains are written."""

    def ask() -> frozenset[str]:
        ours = session.scalars(select(func.lower(Mailbox.address)))
        return frozenset().union(*map(spellings, ours))

    return once(session, "own addresses", ask)


def participants(session: Session, ticket: Ticket) -> list[Participant]:
    """Everybody on the conversation, the requester first."""
    later.settle_those(session, Participant, ticket_id=ticket.id)

    def ask() -> list[Participant]:
        on_it = select(Participant).where(Participant.ticket_id == ticket.id)
        return list(session.scalars(on_it.order_by(Participant.id)))

    return once(session, (Participant, ticket.id), ask)


def readdress(session: Session, ticket: Ticket, old: str, new: str) -> None:
    """Who is on a ticket by one address is there by another from now on, and once; nobody else is touched."""
    there = {one.email: one for one in participants(session, ticket)}
    if old not in there or new == old:
        return
    both = sorted((one for one in (there[old], there.get(new)) if one is not None), key=lambda one: one.id)
    for further in both[1:]:
        session.delete(further)
    session.flush()
    both[0].email, both[0].customer_id = new, there[old].customer_id


def join(
    session: Session,
    ticket: Ticket,
    people: Iterable[tuple[str, str]],
    *,
    customer: Customer | None = None,
    is_new: bool = False,
) -> None:
    """Put (address, name) pairs on a ticket; those already there stay as they are, and on a new one nobody is."""
    there = set() if is_new else {participant.email for participant in participants(session, ticket)}
    for email, name in people:
        email = email.strip().lower()  # noqa: PLW2901  one address, one spelling
        if email not in there:
            there.add(email)
            customer_id = customer.id if customer else None
            said = {"ticket_id": ticket.id, "email": email, "name": name, "customer_id": customer_id}
            later.add(session, Participant, **said, joined_at=clock.now())
