"""Sending an answer: held where something came meanwhile, put off to a moment, and what becomes of the ticket."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import (
    composing,
    conversation,
    editor,
    news,
    outreach,
    quotation,
    replies,
    saved_replies,
    sent_before,
    signatures,
    snooze,
    standing,
    tickets,
    variables,
)
from helpdesk.desk.editor import Written
from helpdesk.desk.replies import Letter
from helpdesk.desk.standing import Standing
from helpdesk.models.agent import Agent
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.sending import Mode, Sending
from helpdesk.models.ticket import Ticket

FARTHEST: Final = timedelta(days=90)


class Held(Exception):
    """Something came since the writer looked: nothing left. Carries how much came.

    `merged_into` is the ticket on which the conversation goes on that somebody merged meanwhile.
    """

    def __init__(self, messages: int, notes: int, merged_into: int | None = None) -> None:
        super().__init__("something came meanwhile: nothing was sent")
        self.messages = messages
        self.notes = notes
        self.merged_into = merged_into


class SentBefore(Exception):
    """Another email has left from this editor, whose words stand on this ticket."""

    def __init__(self, number: int) -> None:
        super().__init__("an email has left from this editor before")
        self.number = number


class NotAMoment(Exception):
    """An answer can be put off to a moment to come, within three months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """When it leaves, and what becomes of the ticket."""

    then: str = "stay"
    at: datetime | None = None
    snooze_until: datetime | None = None
    snooze_on_reply: bool = True


def send(session: Session, ticket: Ticket, written: Written, *, by: Agent, after: After | None = None) -> Message:
    """Put an answer into the outbox: it leaves after the writer's time to take it back, or when they chose.

    On a ticket that was merged it goes on where the conversation does; who had the ticket before them is asked first.
    The same once more from the same editor, after a lost answer, is the one that was sent.

    Raises Held, FileGone, NotOnTheTicket, VariableUnknown, TooLong, NotAMoment, NotToBeSnoozed, and what
    `replies.reply` raises. Then nothing was done.
    """
    after = after or After()
    # whoever else writes to it, intake too, waits until we are through, or we see what they wrote
    now = conversation.going_on(session, ticket)
    sent = sent_before.email(session, written.key, by=by)
    if sent is not None and sent_before.says(session, sent, written, by=by):
        return sent
    _hold(session, ticket, now, written)
    ticket = now
    due_at = _due_at(session, after, by)
    files, pictures = editor.files(session, written, by=by)
    if written.mode is Mode.FORWARD:
        files += quotation.files(session, ticket, written.originals, written.forwarded, by=by)
    html, text = editor.formatted(written, pictures)
    before = standing.of(session, ticket)
    message = replies.reply(
        session,
        ticket,
        text,
        by=by,
        to=written.to,
        cc=written.cc,
        bcc=written.bcc,
        files=files,
        letter=Letter(
            html=html or None,
            below=editor.below(session, ticket, written, by=by),
            subject=quotation.forwarded_subject(session, ticket, by=by) if written.mode is Mode.FORWARD else None,
            mode=written.mode,
        ),
        due_at=due_at,
    )
    _finish(session, ticket, written, after, by)
    _keep(session, ticket, message, written, before, due_at, is_later=after.at is not None, by=by)
    return message


def start(session: Session, mailbox: Mailbox, subject: str, written: Written, *, by: Agent) -> Ticket:
    """Write first, as `outreach.start` says, with the writer's time to take it back; the draft has left then.

    The same once more from the same editor, after a lost answer, is the ticket that began. Raises SentBefore where
    other words left from it, and FileGone, VariableUnknown, TooLong too.
    """
    sent = sent_before.email(session, written.key, by=by)
    if sent is not None and not sent_before.says(session, sent, written, by=by, subject=subject):
        raise SentBefore(sent.ticket_id)
    if sent is not None:
        return session.get_one(Ticket, sent.ticket_id)
    undo = composing.of_agent(session, by).undo
    files, pictures = editor.files(session, written, by=by)
    html, text = editor.formatted(written, pictures)
    variables.insist(subject)
    ticket = outreach.start(
        session,
        mailbox,
        written.to or (),
        subject,
        text,
        by=by,
        cc=written.cc or (),
        bcc=written.bcc,
        files=files,
        html=html or None,
        below="".join(signatures.below(session, mailbox, by=by)),
        due_in=undo,
    )
    session.flush()
    message = session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
    before = standing.of(session, ticket)
    _finish(session, ticket, written, After(), by)
    _keep(session, ticket, message, written, before, clock.now() + undo, by=by)
    return ticket


def _hold(session: Session, ticket: Ticket, now: Ticket, written: Written) -> None:
    if written.seen is None:
        return
    if now is not ticket:
        raise Held(*news.since(session, now, written.seen), merged_into=now.id)
    messages, notes = news.since(session, ticket, written.seen)
    if messages or notes:
        raise Held(messages, notes)


def _due_at(session: Session, after: After, by: Agent) -> datetime:
    now = clock.now()
    if after.at is None:
        return now + composing.of_agent(session, by).undo
    if not now < after.at < now + FARTHEST:
        raise NotAMoment("choose a moment to come, within three months")
    return after.at


def _finish(session: Session, ticket: Ticket, written: Written, after: After, by: Agent) -> None:
    then = saved_replies.carry_out(session, ticket, written.actions, by=by) or after.then
    if after.then not in {"", "stay"}:
        then = after.then  # the button that was pressed is the last word
    if then == "close":
        tickets.close(session, ticket, by=by)
    elif then == "wait":
        tickets.wait(session, ticket, by=by)
    elif then == "snooze":
        snooze.snooze(session, ticket, until=after.snooze_until, on_reply=after.snooze_on_reply, by=by)
    if written.saved:
        saved_replies.used(session, written.saved, by=by)
    is_free = ticket.assignee_id is None and not any(one.startswith("assign:") for one in written.actions)
    if is_free and composing.of_agent(session, by).assigns_to_me and tickets.may_be_assigned(session, ticket, by):
        tickets.assign(session, ticket, by, by=by)
    editor.has_left(session, written, by=by)


def _keep(  # noqa: PLR0913  how it was sent, and how the ticket was
    session: Session,
    ticket: Ticket,
    message: Message,
    written: Written,
    before: Standing,
    leaves_at: datetime,
    *,
    is_later: bool = False,
    by: Agent,
) -> None:
    """Remember how an answer was sent and what it did, for the way back."""
    session.add(
        Sending(
            message_id=message.id,
            ticket_id=ticket.id,
            agent_id=by.id,
            key=written.key or None,
            mode=written.mode,
            forwarded_id=written.forwarded if written.mode is Mode.FORWARD else None,
            actions=json.dumps(written.actions[: saved_replies.MOST_ACTIONS]),
            leaves_at=leaves_at,
            is_later=is_later,
            stood_before=json.dumps(before),
            stood_after=json.dumps(standing.of(session, ticket)),
        )
    )
    session.flush()
