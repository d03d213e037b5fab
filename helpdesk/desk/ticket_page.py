"""What a ticket's page stands on, asked for together: its rooms find their answers there, and ask nothing themselves.

Each answer is the one that its room would get on its own. It is of this reading session alone, and fresh; where
something may change (in a transaction), nothing is learnt, and each room asks for itself.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import beside, desk_page, privacy_requests, tags
from helpdesk.desk.thread import Thread
from helpdesk.models.agent import Agent
from helpdesk.models.base import Id
from helpdesk.models.customer import CustomerAddress
from helpdesk.models.draft import Draft
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Direction, Message, MessageAddress
from helpdesk.models.privacy_request import PrivacyRequest
from helpdesk.models.saved_reply import Signature
from helpdesk.models.sending import Sending
from helpdesk.models.tag import Tag
from helpdesk.models.ticket import Participant, Ticket
from helpdesk.privacy import united
from helpdesk.privacy.promises.requests import answered
from helpdesk.storage.db import is_reading
from helpdesk.storage.once import learnt
from helpdesk.storage.together import Found, Question, Together

_TICKET, _PERSON, _MAILBOX = (bindparam(name, type_=Id) for name in ("ticket_id", "person_id", "mailbox_id"))


def _as_number(is_so: ColumnElement[bool]) -> ColumnElement[int]:
    return case((is_so, 1), else_=0)


_QUESTIONS: Final = Together(
    {
        **desk_page.QUESTIONS,
        "own addresses": Question(select(Mailbox), said=func.lower(Mailbox.address), is_row=False),
        "tags": Question(
            select(Tag).where(Tag.id.in_(tags.known(_TICKET).with_only_columns(Tag.id))),
            number=_as_number(tags.is_on(_TICKET)),
            order=(Tag.name,),
        ),
        "beside": Question(
            select(Ticket).where(Ticket.id == _TICKET), number=beside.as_number(_TICKET), is_row=False
        ),
        "participants": Question(
            select(Participant).where(Participant.ticket_id == _TICKET), order=(Participant.id,)
        ),
        "addresses": Question(
            select(CustomerAddress).where(CustomerAddress.customer_id.in_(united.of_person(_PERSON))),
            order=(CustomerAddress.id,),
        ),
        "drafts": Question(
            select(Draft).where(Draft.ticket_id == _TICKET, Draft.agent_id == desk_page.AGENT),
            order=(Draft.changed_at.desc(), Draft.id.desc()),
        ),
        "signatures": Question(
            select(Signature).where(
                or_(Signature.mailbox_id == _MAILBOX, Signature.mailbox_id.is_(None)),
                or_(Signature.agent_id == desk_page.AGENT, Signature.agent_id.is_(None)),
                or_(Signature.mailbox_id.is_not(None), Signature.agent_id.is_not(None)),
            )
        ),
        "requests": Question(
            select(PrivacyRequest)
            .join(Message, Message.id == PrivacyRequest.message_id)
            .where(Message.ticket_id == _TICKET, PrivacyRequest.ended_at.is_(None)),
            number=_as_number(answered()),
            order=(PrivacyRequest.id,),
        ),
    }
)


def learn(session: Session, ticket: Ticket, *, by: Agent) -> None:
    """What the desk has set, and what belongs to the ticket, its customer and this agent: no word of content."""
    if not is_reading(session):
        return
    found = _QUESTIONS.ask(
        session,
        ticket_id=ticket.id,
        person_id=united.head_of(ticket.customer),
        mailbox_id=ticket.mailbox_id,
        **desk_page.values(by),
    )
    desk_page.keep(session, found, by)
    learnt(session, "own addresses", frozenset(one.said for one in found["own addresses"]))
    _learn_ticket(session, found, ticket, by)


def _learn_ticket(session: Session, found: dict[str, list[Found]], ticket: Ticket, agent: Agent) -> None:
    on_it = [one.row for one in found["tags"] if one.number]
    learnt(session, (Tag, ticket.id), (on_it, sorted(one.row.name for one in found["tags"])))
    learnt(session, (Participant, ticket.id), desk_page.rows(found["participants"]))
    learnt(session, (CustomerAddress, ticket.customer_id), desk_page.rows(found["addresses"]))
    learnt(session, (Signature, ticket.mailbox_id, agent.id), desk_page.rows(found["signatures"]))
    beside.learn(session, ticket, found["beside"][0].number)
    asked = [privacy_requests.Listed(one.row, ticket, bool(one.number)) for one in found["requests"]]
    learnt(session, (PrivacyRequest, ticket.id), asked)
    if not ticket.merged_count:  # else those on the merged ones are among them
        learnt(session, (Draft, ticket.id, agent.id), desk_page.rows(found["drafts"]))


def learn_thread(session: Session, ticket: Ticket, thread: Thread) -> None:
    """What the conversation's rows say already: who is on the last email, its files, what is last, what waits."""
    received = [
        message for message in [*thread.messages, *thread.taken_back] if message.direction is Direction.RECEIVED
    ]
    last = min(received, key=lambda message: (message.is_automatic, -message.id), default=None)
    named: Sequence[MessageAddress | None] = thread.addresses.get(last.id) or [None] if last else []
    learnt(session, ("last email", ticket.id), [(last, address) for address in named])
    forwarded = max(thread.messages, key=lambda one: (one.direction is Direction.RECEIVED, one.id), default=None)
    files = thread.attachments.get(forwarded.id, ()) if forwarded else ()
    learnt(session, ("originals", ticket.id), sorted(files, key=lambda file: file.position))
    ids = [message.id for message in (*thread.messages, *thread.taken_back)]
    learnt(session, ("latest", ticket.id), (max(ids, default=0), max((note.id for note in thread.notes), default=0)))
    waiting = [row for row in thread.sendings if row.leaves_at > clock.now() and row.taken_back_at is None]
    learnt(session, (Sending, "waiting", ticket.id), {row.message_id: row for row in waiting})
