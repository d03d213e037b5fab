"""The register of erasure: what becomes of the rows of each table when the person they are about is erased.

A room that makes a table with something of a person adds its line here, to STEPS (rows that go, or are emptied)
or to KEPT (rows that hold ids, states and moments only, with the reason). Steps run from the first to the last:
what points to another row comes before it. A house test fails for a table without a line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, delete, inspect, or_, select, update
from sqlalchemy.orm import Session, aliased

from helpdesk import clock
from helpdesk.models.access_grant import AccessGrant, GrantReason, Scope
from helpdesk.models.audit import AuditEvent, AuditPayload, AuditShown
from helpdesk.models.base import Base
from helpdesk.models.blocked_sender import BlockedSender
from helpdesk.models.draft import Draft
from helpdesk.models.feedback import ContactConsent
from helpdesk.models.inbound_email import InboundEmail
from helpdesk.models.message import Direction, Message, MessageAddress, Note
from helpdesk.models.outbound_email import Delivery, OutboundEmail
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.record import RecordDigest, RecordVisit
from helpdesk.models.staff_forward import StaffForward
from helpdesk.models.theme_report import ThemeMessage, ThemeShare
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.privacy import access, custom_fields, customer_notes, drafts, named, taking_away, theme_shares


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data is erased: the customer's row, and all they are called by."""

    id: int
    addresses: frozenset[str] = field(repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def said(self) -> frozenset[str]:
        """What can mean nobody else: the addresses, and names of more than one word."""
        return self.addresses | {name for name in self.names if " " in name}


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of the rows of some tables; done again, a step finds nothing.

    `left` finds the ids of rows that still hold something; `erase` takes a batch of them, and returns the digests
    of files to be taken out of the folder afterwards.
    """

    name: str
    tables: tuple[str, ...]
    left: Callable[[Person], Select[int]]
    erase: Callable[[Session, Sequence[int]], Sequence[bytes]]


def gone(name: str, model: type[Base], whose: Callable[[Person], ColumnElement[bool]]) -> Step:
    """Rows of this table go."""
    key = inspect(model).primary_key[0]

    def erase(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
        session.execute(delete(model).where(key.in_(ids)).execution_options(synchronize_session=False))
        return ()

    return Step(name, (model.__tablename__,), lambda person: select(key).where(whose(person)), erase)


def emptied(name: str, model: type[Base], whose: Callable[[Person], ColumnElement[bool]], **empty: object) -> Step:
    """Rows of this table stay, and these columns of theirs are emptied."""
    key, columns = inspect(model).primary_key[0], model.__table__.columns

    def left(person: Person) -> Select[int]:
        is_full = or_(*[columns[name].is_distinct_from(value) for name, value in empty.items()])
        return select(key).where(whose(person), is_full)

    def erase(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
        emptying = update(model).where(key.in_(ids)).values(**empty)
        session.execute(emptying.execution_options(synchronize_session=False))
        return ()

    return Step(name, (model.__tablename__,), left, erase)


def tickets_of(person: Person) -> Select[int]:
    """The tickets that are this person's."""
    return select(Ticket.id).where(Ticket.customer_id == person.id)


def tickets_alone(person: Person) -> Select[int]:
    """Those of them on which no other customer wrote: nothing of these is anybody else's."""
    other = aliased(Message)
    others_wrote = select(other.id).where(
        other.ticket_id == Ticket.id,
        other.direction == Direction.RECEIVED,
        other.customer_id.is_not(None),
        other.customer_id != person.id,
    )
    return tickets_of(person).where(~others_wrote.exists())


def tickets_shared(person: Person) -> Select[int]:
    """The tickets on which this person took part, and others' words stay."""
    took_part = select(Participant.ticket_id).where(Participant.customer_id == person.id)
    wrote = select(Message.ticket_id).where(Message.customer_id == person.id)
    on_it = or_(Ticket.customer_id == person.id, Ticket.id.in_(took_part), Ticket.id.in_(wrote))
    return select(Ticket.id).where(on_it, Ticket.id.not_in(tickets_alone(person)))


def messages_of(person: Person) -> ColumnElement[bool]:
    """What they wrote, all of a ticket that is theirs alone, and answers that went to nobody but them."""
    sent = select(Delivery.id).join(OutboundEmail).where(OutboundEmail.message_id == Message.id)
    to_them_alone = and_(
        Message.direction == Direction.SENT,
        Message.ticket_id.in_(tickets_shared(person)),
        sent.where(Delivery.email.in_(person.addresses)).exists(),
        ~sent.where(Delivery.email.not_in(person.addresses)).exists(),
    )
    return or_(Message.customer_id == person.id, Message.ticket_id.in_(tickets_alone(person)), to_them_alone)


def _erase_tickets(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    access.erase_tickets(session, ids)
    custom_fields.erase(session, ids)
    session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(erased_at=clock.now()))
    return ()


def _deliveries(person: Person) -> Select[int]:
    of_theirs = select(OutboundEmail.id).join(Message).where(messages_of(person))
    theirs = or_(Delivery.email.in_(person.addresses), Delivery.outbound_email_id.in_(of_theirs))
    return select(Delivery.id).where(theirs, Delivery.email != "")


def _words_of_the_trail(person: Person) -> Select[int]:
    """The erasable words of events about this person, and of searches that name them or found them alone."""
    mine = select(AuditShown.event_id).where(AuditShown.ticket_id.in_(tickets_of(person)))
    others = select(AuditShown.event_id).where(AuditShown.ticket_id.not_in(tickets_of(person)))
    named = [AuditPayload.body.icontains(name, autoescape=True) for name in person.addresses | person.names]
    return (
        select(AuditPayload.event_id)
        .join(AuditEvent)
        .where(
            or_(
                AuditEvent.subject_id == person.id,
                and_(AuditPayload.event_id.in_(mine), AuditPayload.event_id.not_in(others)),
                *named,
            )
        )
    )


def _erase_payloads(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    session.execute(delete(AuditPayload).where(AuditPayload.event_id.in_(ids)))
    return ()


def _grants(person: Person) -> ColumnElement[bool]:
    of_ticket = and_(AccessGrant.scope == Scope.TICKET, AccessGrant.scope_id.in_(tickets_of(person)))
    return or_(of_ticket, and_(AccessGrant.scope == Scope.CUSTOMER, AccessGrant.scope_id == person.id))


def _erase_blocks(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    held = update(InboundEmail).where(InboundEmail.block_id.in_(ids)).values(block_id=None)
    session.execute(held.execution_options(synchronize_session=False))
    session.execute(delete(BlockedSender).where(BlockedSender.id.in_(ids)))
    return ()


def _erase_shares(session: Session, ids: Sequence[int]) -> Sequence[bytes]:
    theme_shares.take_away(session, ids)
    return ()


STEPS: Final[Sequence[Step]] = (
    Step("deliveries", ("delivery",), _deliveries, taking_away.deliveries),
    emptied(
        "forwards", StaffForward,
        lambda person: or_(
            StaffForward.ticket_id.in_(tickets_of(person)), StaffForward.author_email.in_(person.addresses)
        ),
        author_email="", author_name="",
    ),
    Step("notes", ("note", "note_content"), lambda person: select(Note.id).where(
        Note.ticket_id.in_(tickets_alone(person))), taking_away.notes),
    Step("notes about them", ("customer_note", "customer_note_content"),
         lambda person: customer_notes.left(person.id), customer_notes.erase),
    gone("consents to be written to", ContactConsent, lambda person: ContactConsent.customer_id == person.id),
    Step("shares of themes", ("theme_share",), lambda person: select(ThemeShare.id).where(
        ThemeShare.customer_id == person.id), _erase_shares),
    gone("messages of themes", ThemeMessage, lambda person: ThemeMessage.message_id.in_(
        select(Message.id).where(or_(messages_of(person), Message.customer_id == person.id)))),
    Step(
        "messages",
        ("message", "message_content", "message_address", "attachment", "attachment_content", "page_content",
         "search_text", "raw_email"),
        lambda person: select(Message.id).where(messages_of(person), Message.erased_at.is_(None)),
        taking_away.messages,
    ),
    Step("drafts", ("draft", "draft_content", "draft_file", "draft_file_content"), lambda person: select(
        Draft.id).where(or_(Draft.ticket_id.in_(tickets_of(person)), Draft.ticket_id.in_(tickets_shared(person)),
                            Draft.id.in_(drafts.naming(person.addresses)))),
        drafts.drop),
    Step("tickets", ("ticket", "ticket_content", "field_value"), lambda person: tickets_of(person).where(
        Ticket.erased_at.is_(None)), _erase_tickets),
    gone("addresses on others' messages", MessageAddress,
         lambda person: MessageAddress.email.in_(person.addresses)),
    gone("participants", Participant,
         lambda person: or_(Participant.customer_id == person.id, Participant.email.in_(person.addresses))),
    emptied("reasons of permissions", GrantReason,
            lambda person: GrantReason.grant_id.in_(select(AccessGrant.id).where(_grants(person))),
            reason="", case_reference=""),
    emptied("notes of requests", PrivacyRequest, lambda person: PrivacyRequest.message_id.in_(
        select(Message.id).where(Message.ticket_id.in_(tickets_of(person)))), note=""),
    emptied("links of permissions", AccessGrant, _grants, nonce=None, secret_hash=None),
    gone("visits to the record", RecordVisit, lambda person: RecordVisit.customer_id == person.id),
    gone("digests", RecordDigest, lambda person: RecordDigest.customer_id == person.id),
    Step("blocks of their addresses", ("blocked_sender",), lambda person: select(BlockedSender.id).where(
        BlockedSender.address.in_(person.addresses)), _erase_blocks),
    Step("saved views", ("saved_view",), lambda person: named.views(person.said), named.drop_views),
    Step("rules", ("filter_rule",), lambda person: named.rules(person.said), named.empty_rules),
    Step("words of the audit trail", ("audit_payload",), _words_of_the_trail, _erase_payloads),
)  # fmt: skip

# tables that point to a person, a ticket or something on one, and hold nothing of anybody
KEPT: Final[Mapping[str, str]] = {
    "acknowledgement": "the desk's own words, and the number of a ticket",
    "notice": "numbers of an agent and a ticket, and moments",
    "bulk_item": "the number of a ticket, and its states before and after an action on many",
    "customer": "the name and language go last of all; beside which record it was put is a number",
    "customer_address": "goes last of all: by it the others are found",
    "customer_word": "goes last, with the name it is of",
    "erasure": "numbers and moments only: it is the evidence",
    "follower": "which agent hears of which ticket, by number",
    "filter_hit": "which rule acted on which email, by number",
    "inbound_email": "the ledger: a fingerprint keeps an email from being taken in again; its bytes go",
    "objection": "that somebody of this number did not want to be counted: numbers and moments",
    "merge": "numbers of two tickets, and the state before",
    "outbound_email": "that something was sent, and its own Message-ID, made by us",
    "sending": "numbers and moments of an answer, and the state of the ticket before",
    "snooze": "the number of a ticket, and until when it sleeps",
    "stated_purpose": "which agent said what for, by number",
    "suggestion": "numbers of two tickets",
    "ticket_link": "numbers of two tickets",
    "ticket_tag": "the desk's own words, chosen by agents for many tickets",
    "audit_shown": "numbers of tickets and events",
}
