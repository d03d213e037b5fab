"""Sending an answer: held where something came meanwhile, taken back while it waits, put off to a moment."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import (
    composing,
    delivery,
    drafts,
    outreach,
    quotation,
    replies,
    saved_replies,
    signatures,
    snooze,
    thread,
    tickets,
    variables,
)
from helpdesk.desk.replies import Letter
from helpdesk.mail import writing
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.parsed import Address
from helpdesk.models.agent import Agent
from helpdesk.models.draft import Draft, DraftKind
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message, MessageAddress, Note
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.sending import Mode, Sending
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Status, Ticket
from helpdesk.privacy import access, audit
from helpdesk.privacy import drafts as gate
from helpdesk.privacy.readers import Machine, Reader
from helpdesk.storage import jobs
from helpdesk.storage.once import once

FARTHEST: Final = timedelta(days=90)


class Held(Exception):
    """Something came since the writer looked: nothing left. Carries how much came."""

    def __init__(self, messages: int, notes: int) -> None:
        super().__init__("something came meanwhile: nothing was sent")
        self.messages = messages
        self.notes = notes


class TooLate(Exception):
    """It is on its way or there already, or it was taken back before."""


class NotAMoment(Exception):
    """An answer can be put off to a moment to come, within three months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in the editor when somebody presses Send; recipients are those on the screen."""

    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    mode: Mode = Mode.ALL
    to: Sequence[Address] | None = None
    cc: Sequence[Address] | None = None
    bcc: Sequence[Address] = ()
    files: Sequence[OutgoingAttachment] = ()
    originals: Sequence[int] = ()  # of a forwarded email, which of its files go along
    draft: Draft | None = None
    seen: tuple[int, int] | None = None  # the last message and note the writer had before them
    actions: Sequence[str] = ()
    saved: Sequence[int] = ()  # the saved replies it began with


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """When it leaves, and what becomes of the ticket."""

    then: str = "stay"
    at: datetime | None = None
    snooze_until: datetime | None = None
    snooze_on_reply: bool = True


@dataclass(frozen=True, slots=True)
class Before:
    """How a ticket was before an answer."""

    status: Status
    closed_at: datetime | None
    awaits_us: bool
    waiting_since: datetime
    first_reply_at: datetime | None
    has_failed_delivery: bool

    @classmethod
    def of(cls, ticket: Ticket) -> "Before":
        return cls(
            ticket.status,
            ticket.closed_at,
            ticket.awaits_us,
            ticket.waiting_since,
            ticket.first_reply_at,
            ticket.has_failed_delivery,
        )


def send(session: Session, ticket: Ticket, written: Written, *, by: Agent, after: After | None = None) -> Message:
    """Put an answer into the outbox: it leaves after the writer's time to take it back, or when they chose.

    Raises Held, VariableUnknown, NotAMoment, NotToBeSnoozed, and what `replies.reply` raises. Then nothing was done.
    """
    after = after or After()
    _hold(session, ticket, written)
    due_at = _due_at(session, after, by)
    files, pictures = _files(session, written, by)
    if written.mode is Mode.FORWARD:
        files += quotation.files(session, ticket, written.originals, by=by)
    html, text = _formatted(written, pictures)
    before = Before.of(ticket)
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
            below=_below(session, ticket, written, by),
            subject=quotation.forwarded_subject(session, ticket, by=by) if written.mode is Mode.FORWARD else None,
            mode=written.mode,
        ),
        due_at=due_at,
    )
    keep(session, ticket, message, written, before, due_at, is_later=after.at is not None, by=by)
    _finish(session, ticket, written, after, by)
    return message


def take_back(session: Session, message: Message, *, by: Reader, held: bool = False) -> Draft:
    """Stop an answer that has not left, and make it its writer's draft again, with its files and recipients.

    The ticket is as it was before, unless something came since. Raises TooLate.
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
    _as_before(session, ticket, row, message)
    access.renew_preview(session, ticket, shorten=tickets.preview_of)
    facts: dict[str, object] = {"message": message.id, "draft": draft.id}
    audit.record(
        session, "ticket.take_back", by=by, on=("ticket", ticket.id), subject_id=ticket.customer_id, facts=facts
    )
    jobs.announce(session, ticket.id)
    return draft


def customer_wrote(session: Session, ticket: Ticket) -> None:
    """The customer wrote before an answer that was put off has left: it is held, and its writer decides."""
    waiting = select(Message).join(Sending, Sending.message_id == Message.id)
    put_off = (Message.ticket_id == ticket.id, Sending.is_later, Sending.taken_back_at.is_(None))
    for message in session.scalars(waiting.where(*put_off, Sending.leaves_at > clock.now())).all():
        try:
            take_back(session, message, by=Machine.INTAKE, held=True)
        except TooLate:
            continue  # it has just left


def undoable(session: Session, *, by: Agent) -> Sending | None:
    """This agent's last answer that can still be taken back, not counting those put off."""
    chosen = select(Sending).where(
        Sending.agent_id == by.id,
        Sending.leaves_at > clock.now(),
        Sending.is_later.is_(False),
        Sending.taken_back_at.is_(None),
    )
    last = chosen.order_by(Sending.leaves_at.desc(), Sending.message_id.desc()).limit(1)
    return once(session, (Sending, by.id), lambda: session.scalar(last))


def waiting_on(session: Session, ticket: Ticket) -> Mapping[int, Sending]:
    """The answers on a ticket that have not left and can be taken back, by message."""
    chosen = (
        select(Sending)
        .join(Message, Message.id == Sending.message_id)
        .where(Message.ticket_id == ticket.id, Sending.leaves_at > clock.now(), Sending.taken_back_at.is_(None))
    )
    return once(
        session,
        (Sending, "waiting", ticket.id),
        lambda: {row.message_id: row for row in session.scalars(chosen)},
    )


def latest(session: Session, ticket: Ticket) -> tuple[int, int]:
    """The last message and note of a ticket."""
    message = select(func.max(Message.id)).where(Message.ticket_id == ticket.id)
    note = select(func.max(Note.id)).where(Note.ticket_id == ticket.id)
    asked = select(func.coalesce(message.scalar_subquery(), 0), func.coalesce(note.scalar_subquery(), 0))
    last_message, last_note = once(session, ("latest", ticket.id), lambda: session.execute(asked).one())
    return last_message, last_note


def keep(  # noqa: PLR0913  how it was sent, and how the ticket was
    session: Session,
    ticket: Ticket,
    message: Message,
    written: Written,
    before: Before,
    leaves_at: datetime,
    *,
    is_later: bool = False,
    by: Agent,
) -> None:
    """Remember how an answer was sent, for the way back."""
    session.add(
        Sending(
            message_id=message.id,
            ticket_id=ticket.id,
            agent_id=by.id,
            mode=written.mode,
            actions=json.dumps(written.actions[: saved_replies.MOST_ACTIONS]),
            leaves_at=leaves_at,
            is_later=is_later,
            status_before=before.status,
            closed_before=before.closed_at,
            awaited_us=before.awaits_us,
            waiting_before=before.waiting_since,
            replied_before=before.first_reply_at,
            failed_before=before.has_failed_delivery,
        )
    )
    session.flush()


def _hold(session: Session, ticket: Ticket, written: Written) -> None:
    # whoever else writes to this ticket, intake too, waits until we are through, or we see what they wrote
    session.refresh(ticket, ["message_count"], with_for_update=True)  # and counted on from what is there now
    if written.seen is None:
        return
    messages, notes = thread.news(session, ticket, seen_message=written.seen[0], seen_note=written.seen[1])
    if messages or notes:
        raise Held(messages, notes)


def _due_at(session: Session, after: After, by: Agent) -> datetime:
    now = clock.now()
    if after.at is None:
        return now + composing.of_agent(session, by).undo
    if not now < after.at < now + FARTHEST:
        raise NotAMoment("choose a moment to come, within three months")
    return after.at


def _files(session: Session, written: Written, by: Agent) -> tuple[list[OutgoingAttachment], dict[str, str]]:
    """What goes along: those given, and the draft's files; and pictures by their address."""
    found, pictures = list(written.files), {}
    for file in drafts.files(session, written.draft) if written.draft else ():
        body, address = gate.read_file(session, file, by=by), writing.picture(file.id)
        content_id = ""
        if f'"{address}"' in written.html:
            content_id = pictures[address] = f"p{len(found)}.{secrets.token_hex(8)}@picture"
        found.append(OutgoingAttachment(body.name, file.media_type, body.body, content_id))
    return found, pictures


def _formatted(written: Written, pictures: Mapping[str, str]) -> tuple[str, str]:
    """What leaves: HTML, if it is more than plain text, and the text that says the same. Raises VariableUnknown."""
    html = writing.clean(written.html, pictures) if written.html else ""
    if not writing.is_formatted(html):
        html = ""
    text = writing.as_text(html) if html else written.text
    variables.insist(text)
    return html, text


def _below(session: Session, ticket: Ticket, written: Written, by: Agent) -> str:
    parts = signatures.below(session, session.get_one(Mailbox, ticket.mailbox_id), by=by)
    if written.mode is Mode.FORWARD:
        parts.append(quotation.forwarded(session, ticket, by=by))
    elif composing.quotes_history(session):
        parts.append(quotation.answered(session, ticket, by=by))
    return "\n\n".join(part for part in parts if part)


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
    if written.draft is not None:
        drafts.discard(session, written.draft)


def _draft_again(
    session: Session, ticket: Ticket, row: Sending, message: Message, by: Reader, *, held: bool
) -> Draft:
    seen_message, seen_note = latest(session, ticket)
    draft = Draft(
        ticket_id=ticket.id,
        agent_id=row.agent_id,
        kind=DraftKind.REPLY,
        key=drafts.new_key(),
        seen_message=message.id if held else seen_message,
        seen_note=seen_note,
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
            people[one.field].append(f"{one.name} <{one.email}>" if one.name else one.email)
    fields = {name: ", ".join(addresses) for name, addresses in people.items()}
    if row.mode is Mode.FORWARD:
        fields = {"forward_to": fields["to"], "cc": fields["cc"], "bcc": fields["bcc"]}
    mode = Mode.ALL if row.mode is Mode.NEW else row.mode
    return fields | {"mode": mode.value, "actions": "\n".join(json.loads(row.actions))}


def _as_before(session: Session, ticket: Ticket, row: Sending, message: Message) -> None:
    """The ticket as it was; what came or was done since stays."""
    written = (Message.ticket_id == ticket.id, Message.taken_back_at.is_(None))
    newest = select(Message.id, Message.at).where(*written).order_by(Message.id.desc()).limit(1)
    last = session.execute(newest).one_or_none()
    session.refresh(ticket, ["message_count"], with_for_update=True)
    ticket.message_count -= 1
    ticket.active_at = last.at if last else ticket.active_at
    if ticket.first_reply_at == message.at:
        ticket.first_reply_at = row.replied_before
    if row.mode is Mode.NEW or (last is not None and last.id > message.id):
        return
    if (asleep := session.get(Snooze, ticket.id)) is not None and row.status_before is not Status.SNOOZED:
        session.delete(asleep)
    ticket.status, ticket.closed_at = row.status_before, row.closed_before
    ticket.awaits_us, ticket.waiting_since = row.awaited_us, row.waiting_before
    ticket.has_failed_delivery = row.failed_before


def start(session: Session, mailbox: Mailbox, subject: str, written: Written, *, by: Agent) -> Ticket:
    """Write first, as `outreach.start` says, with the writer's time to take it back; the draft has left then.

    Raises VariableUnknown too.
    """
    undo = composing.of_agent(session, by).undo
    files, pictures = _files(session, written, by)
    html, text = _formatted(written, pictures)
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
    keep(session, ticket, message, written, Before.of(ticket), clock.now() + undo, by=by)
    _finish(session, ticket, written, After(), by)
    return ticket
