"""Requests over one's own data that come by mail: recognised, timed by two clocks, ended by who answers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.business_calendar import NeverOpen
from helpdesk.desk import business_hours, inbox
from helpdesk.desk.inbox import Key
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.agent import Agent
from helpdesk.models.inbound_email import InboundEmail, Outcome
from helpdesk.models.message import Direction, Message
from helpdesk.models.privacy_request import PrivacyRequest, RequestOutcome
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import audit, policy
from helpdesk.privacy.promises.requests import ANSWER_DAYS, NAME, OUTCOME_DAYS, answered
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs, later
from helpdesk.storage.once import once
from helpdesk.storage.prepared import plain

PAGE: Final = 50
LONGEST_NOTE: Final = 500
_SPOKEN: Final = (Outcome.NEW_TICKET, Outcome.APPENDED)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a first answer and the outcome may take, as the policy in force promises."""

    answer_business_days: int = ANSWER_DAYS
    outcome_days: int = OUTCOME_DAYS


@dataclass(frozen=True, slots=True)
class Listed:
    """A request with its ticket, and whether a person has answered."""

    request: PrivacyRequest
    ticket: Ticket
    is_answered: bool

    @property
    def kinds(self) -> list[RequestKind]:
        return kinds_of(self.request)

    @property
    def answer_is_late(self) -> bool:
        return self.is_open and not self.is_answered and self.request.answer_due_at < clock.now()

    @property
    def outcome_is_late(self) -> bool:
        return self.is_open and self.request.outcome_due_at < clock.now()

    @property
    def is_open(self) -> bool:
        return self.request.ended_at is None


class NotOnTheTicket(Exception):
    """There is nothing a customer wrote on it, so nobody asked for anything."""


def terms(session: Session) -> Terms:
    for promise in policy.current(session).promises:
        if promise.check == NAME:
            said = promise.parameters
            return Terms(
                int(said.get("answer_business_days", ANSWER_DAYS)), int(said.get("outcome_days", OUTCOME_DAYS))
            )
    return Terms()


def flag(session: Session, email: InboundEmail, parsed: ParsedEmail, *, time_zone: str) -> PrivacyRequest | None:
    """Look whether an email that was filed asks for a right, and let its clocks run.

    A second email of the same kind on a ticket changes nothing.
    """
    kinds = [kind.value for kind in parsed.requests]
    if email.outcome not in _SPOKEN or not kinds:
        return None
    later.settle(session)
    message = session.scalars(select(Message).where(Message.inbound_email_id == email.id)).one()
    ticket = session.get_one(Ticket, message.ticket_id)
    if set(kinds) <= _asked_already(session, ticket):
        return None
    return _keep(session, ticket, message, kinds, time_zone, by=Machine.INTAKE)


def add(session: Session, ticket: Ticket, kind: RequestKind, *, time_zone: str, by: Agent) -> PrivacyRequest:
    """Mark what no machine recognised: the customer's last message on it asks. Raises NotOnTheTicket.

    A request of the kind that is open on the ticket is given instead.
    """
    for request, _message in session.execute(_on(ticket)):
        if request.ended_at is None and kind.value in request.kinds.split():
            return request
    taken = select(PrivacyRequest.message_id)
    last = session.scalars(
        select(Message)
        .where(Message.ticket_id == ticket.id, Message.direction == Direction.RECEIVED, Message.id.not_in(taken))
        .order_by(Message.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise NotOnTheTicket("no message of a customer is left on it")
    return _keep(session, ticket, last, [kind.value], time_zone, by=by)


def end(session: Session, request: PrivacyRequest, outcome: RequestOutcome, note: str = "", *, by: Agent) -> None:
    """Write down how it ended; the clocks stop. Ended again, the first ending stays."""
    if request.ended_at is not None:
        return
    request.ended_at, request.ended_as, request.ended_by_id = clock.now(), outcome, by.id
    request.note = " ".join(note.split())[:LONGEST_NOTE]
    _tell(session, request, "privacy_request.end", by=by, outcome=outcome.value)


def take_up_again(session: Session, request: PrivacyRequest, *, by: Agent) -> None:
    """It was not at its end: its clocks were running all the time."""
    if request.ended_at is None:
        return
    request.ended_at = request.ended_as = request.ended_by_id = None
    _tell(session, request, "privacy_request.reopen", by=by)


def listed(session: Session, *, by: Agent, ended: bool = False, after: Key | None = None) -> list[Listed]:
    """A page and one more: open ones by how soon they are due, ended ones the newest first."""
    column = PrivacyRequest.ended_at if ended else PrivacyRequest.outcome_due_at
    chosen = _visible(by).where(PrivacyRequest.ended_at.is_not(None) if ended else PrivacyRequest.ended_at.is_(None))
    if after is not None:
        here = tuple_(column, PrivacyRequest.id)
        chosen = chosen.where(here < (after.at, after.ticket_id) if ended else here > (after.at, after.ticket_id))
    order = (column.desc(), PrivacyRequest.id.desc()) if ended else (column, PrivacyRequest.id)
    rows = session.execute(chosen.order_by(*order).limit(PAGE + 1))
    return [Listed(request, ticket, bool(is_answered)) for request, ticket, is_answered in rows]


def find(session: Session, request_id: int, *, by: Agent) -> Listed | None:
    row = session.execute(_visible(by).where(PrivacyRequest.id == request_id)).one_or_none()
    return Listed(row[0], row[1], bool(row[2])) if row else None


def count_open(session: Session, *, by: Agent) -> int:
    return session.scalar(select(func.count()).select_from(counted(by=by).subquery())) or 0


def counted(*, by: Agent) -> Select[int]:
    """What their number is made of."""
    open_ones = _visible(by).where(PrivacyRequest.ended_at.is_(None))
    return open_ones.with_only_columns(PrivacyRequest.id).limit(plain(100))


def on_ticket(session: Session, ticket: Ticket) -> Sequence[Listed]:
    """The open requests on a ticket, for whoever works on it."""
    chosen = select(PrivacyRequest, Ticket, answered()).join(Message, Message.id == PrivacyRequest.message_id)
    of_it = (
        chosen.join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.id == ticket.id, PrivacyRequest.ended_at.is_(None))
        .order_by(PrivacyRequest.id)
    )
    return once(
        session,
        (PrivacyRequest, ticket.id),
        lambda: [Listed(request, on, bool(is_answered)) for request, on, is_answered in session.execute(of_it)],
    )


def kinds_of(request: PrivacyRequest) -> list[RequestKind]:
    return [RequestKind(word) for word in request.kinds.split() if word in set(RequestKind)]


def _keep(
    session: Session, ticket: Ticket, message: Message, kinds: Sequence[str], time_zone: str, *, by: Reader
) -> PrivacyRequest:
    now, given = clock.now(), terms(session)
    request = PrivacyRequest(
        message_id=message.id,
        kinds=" ".join(kinds),
        came_at=now,
        answer_due_at=_business_days_later(session, ticket, now, given.answer_business_days, time_zone),
        outcome_due_at=now + timedelta(days=given.outcome_days),
        added_by_id=by.id if isinstance(by, Agent) else None,
    )
    session.add(request)
    session.flush()
    _tell(session, request, "privacy_request.flag", by=by)
    return request


def _business_days_later(session: Session, ticket: Ticket, now: datetime, days: int, time_zone: str) -> datetime:
    """By the calendar of the ticket's team; where that never opens, each day counts."""
    try:
        return business_hours.of(session, ticket.team_id, time_zone=time_zone).add_days(now, days)
    except NeverOpen:
        return now + timedelta(days=days)


def _asked_already(session: Session, ticket: Ticket) -> set[str]:
    return {
        kind
        for request, _message in session.execute(_on(ticket))
        if request.ended_at is None
        for kind in request.kinds.split()
    }


def _on(ticket: Ticket) -> Select[PrivacyRequest, Message]:
    return (
        select(PrivacyRequest, Message)
        .join(Message, Message.id == PrivacyRequest.message_id)
        .where(Message.ticket_id == ticket.id)
    )


def _visible(by: Agent) -> Select[PrivacyRequest, Ticket, bool]:
    return (
        select(PrivacyRequest, Ticket, answered())
        .join(Message, Message.id == PrivacyRequest.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(inbox.is_visible(by))
        .options(*inbox.with_people())
    )


def _tell(session: Session, request: PrivacyRequest, action: str, *, by: Reader, outcome: str = "") -> None:
    message = session.get_one(Message, request.message_id)
    ticket = session.get_one(Ticket, message.ticket_id)
    facts: dict[str, object] = {"ticket": ticket.id, "kinds": request.kinds.split()}
    if outcome:
        facts["outcome"] = outcome
    audit.record(
        session, action, by=by, on=("privacy_request", request.id), subject_id=ticket.customer_id, facts=facts
    )
    jobs.announce(session, ticket.id)
