"""Taking an answer back while it waits: it is its writer's draft again, and the ticket as it would be without it."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import delivery, drafts, news, standing, tickets
from helpdesk.mail.address import in_a_field
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.message import Direction, Message, MessageAddress
from helpdesk.models.outbound_email import Delivery, DeliveryState, OutboundEmail
from helpdesk.models.sending import Mode, Sending
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs
from helpdesk.storage.once import once

_NOTHING_PUT_OFF: Final = "tickets without an answer put off"


class TooLate(Exception):
    """It is on its way or there already, or it was taken back before."""


def take_back(session: Session, message: Message, *, by: Reader, held: bool = False) -> Draft:
    """Stop an answer that has not left, and make it its writer's draft again, with its files and recipients.

    What it did with the ticket is undone, unless something came since; what others did since stays. Raises TooLate.
    """
    row = session.get(Sending, message.id)
    email = session.scalar(select(OutboundEmail).where(OutboundEmail.message_id == message.id))
    if row is None or email is None or row.taken_back_at or not delivery.cancel(session, email, by=by):
        raise TooLate("it is on its way already")
    ticket = session.get_one(Ticket, message.ticket_id)
    draft = _draft_again(session, ticket, row, message, by, held=held)
    message.taken_back_at = row.taken_back_at = clock.now()
    message.has_html = False
    session.flush()
    _as_before(session, ticket, row, message, by)
    access.renew_preview(session, ticket, shorten=tickets.preview_of)
    facts: dict[str, object] = {"message": message.id, "draft": draft.id}
    audit.record(
        session, "ticket.take_back", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts
    )
    jobs.announce(session, ticket.id)
    return draft


def expect(session: Session, ticket_ids: Collection[int]) -> None:
    """Look up at once on which of these tickets an answer is put off: `customer_wrote` asks for no other."""
    put_off = select(Message.ticket_id).join(Sending, Sending.message_id == Message.id)
    asked = put_off.where(Message.ticket_id.in_(ticket_ids), _is_put_off()).distinct()
    there = set(session.scalars(asked)) if ticket_ids else set()
    session.info[_NOTHING_PUT_OFF] = frozenset(ticket_ids) - there


def _is_put_off() -> ColumnElement[bool]:
    """Put off and still here: also when its moment came, and the mailbox is paused, slow, or its worker late."""
    waits = (
        select(Delivery.id)
        .join(OutboundEmail, OutboundEmail.id == Delivery.outbound_email_id)
        .where(OutboundEmail.message_id == Sending.message_id, Delivery.state == DeliveryState.QUEUED)
    )
    return and_(Sending.is_later, Sending.taken_back_at.is_(None), waits.exists())


def customer_wrote(session: Session, ticket: Ticket) -> None:
    """The customer wrote before an answer that was put off has left: it is held, and its writer decides."""
    if ticket.id in session.info.get(_NOTHING_PUT_OFF, ()):
        return
    waiting = select(Message).join(Sending, Sending.message_id == Message.id)
    for message in session.scalars(waiting.where(Message.ticket_id == ticket.id, _is_put_off())).all():
        try:
            take_back(session, message, by=Machine.INTAKE, held=True)
        except TooLate:
            continue  # it has just left


def undoable(session: Session, *, by: Agent) -> Sending | None:
    """This agent's last answer that can still be taken back, not counting those put off."""

    def ask() -> Sending | None:
        chosen = select(Sending).where(
            Sending.agent_id == by.id,
            Sending.leaves_at > clock.now(),
            Sending.is_later.is_(False),
            Sending.taken_back_at.is_(None),
        )
        return session.scalar(chosen.order_by(Sending.leaves_at.desc(), Sending.message_id.desc()).limit(1))

    return once(session, (Sending, by.id), ask)


def waiting_on(session: Session, ticket: Ticket) -> Mapping[int, Sending]:
    """The answers on a ticket that have not left and can be taken back, by message."""

    def ask() -> Mapping[int, Sending]:
        on_it = select(Sending).join(Message, Message.id == Sending.message_id).where(Message.ticket_id == ticket.id)
        chosen = on_it.where(Sending.leaves_at > clock.now(), Sending.taken_back_at.is_(None))
        return {row.message_id: row for row in session.scalars(chosen)}

    return once(session, (Sending, "waiting", ticket.id), ask)


def _draft_again(
    session: Session, ticket: Ticket, row: Sending, message: Message, by: Reader, *, held: bool
) -> Draft:
    seen = news.latest(session, ticket)
    draft = Draft(
        ticket_id=ticket.id,
        agent_id=row.agent_id,
        kind=DraftKind.REPLY,
        key=drafts.new_key(),
        seen_message=message.id if held else seen.message,
        seen_note=seen.note,
        seen_merge=seen.merge,
        held_at=clock.now() if held else None,
    )
    session.add(draft)
    session.flush()
    gate.take_back(session, message, draft, drafts.written(_fields(session, row, message)), by=by)
    return draft


def _fields(session: Session, row: Sending, message: Message) -> dict[str, str]:
    people: dict[str, list[str]] = {"to": [], "cc": [], "bcc": []}
    for one in session.scalars(select(MessageAddress).where(MessageAddress.message_id == message.id)):
        if one.field in people:
            people[one.field].append(in_a_field(one.name, one.email))
    fields = {name: ", ".join(addresses) for name, addresses in people.items()}
    if row.mode is Mode.FORWARD:
        fields = {"forward_to": fields["to"], "cc": fields["cc"], "bcc": fields["bcc"]}
        fields["forwarded"] = str(row.forwarded_id or "")
    mode = Mode.ALL if row.mode is Mode.NEW else row.mode
    return fields | {"mode": mode.value, "actions": "\n".join(json.loads(row.actions))}


def _as_before(session: Session, ticket: Ticket, row: Sending, message: Message, by: Reader) -> None:
    """The ticket without this answer; as it was before, where nothing was written since and it was not merged."""
    standing.hold(session, ticket)
    written = (Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
    newest = select(Message.id, Message.at).where(*written).order_by(Message.id.desc()).limit(1)
    last = session.execute(newest).one_or_none()
    ticket.message_count -= 1
    ticket.active_at = last.at if last else ticket.active_at
    if ticket.first_reply_at == message.at:
        ticket.first_reply_at = _first_answer(session, ticket)
    is_last = row.mode is not Mode.NEW and (last is None or last.id < message.id)
    if is_last and row.ticket_id == ticket.id:
        standing.restore(session, ticket, json.loads(row.stood_before), json.loads(row.stood_after), by=by)


def _first_answer(session: Session, ticket: Ticket) -> datetime | None:
    """When we first answered, of what still stands."""
    sent = select(func.min(Message.at)).outerjoin(Sending, Sending.message_id == Message.id)
    is_answer = or_(Sending.mode.is_(None), Sending.mode != Mode.FORWARD)
    return session.scalar(
        sent.where(
            Message.ticket_id == ticket.id,
            Message.direction == Direction.SENT,
            Message.taken_back_at.is_(None),
            is_answer,
        )
    )
