"""Play the stories on an empty desk: each event through the verb that would really have been called, at its time."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.config import Config
from helpdesk.demo import promises
from helpdesk.demo.company import company
from helpdesk.demo.letters import Answered
from helpdesk.demo.post.office import Incoming, Office
from helpdesk.demo.rhythm import DAYS
from helpdesk.demo.stories import Conversation, Event, Kind
from helpdesk.desk import (
    agents,
    compose,
    delivery,
    intake,
    ledger,
    mailboxes,
    notices,
    outbox,
    polling,
    replies,
    saved_replies,
    teams,
    tickets,
)
from helpdesk.desk.intake import Arrival
from helpdesk.desk.ledger import Arrived
from helpdesk.desk.mailboxes import Server
from helpdesk.mail import outbound
from helpdesk.mail.outbound import OutgoingAttachment
from helpdesk.mail.parsed import ParsedEmail
from helpdesk.mail.sandbox import Quarantined, Sandbox
from helpdesk.mail.smtp import Answer, Verdict
from helpdesk.models.agent import Agent, Role
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import settings
from helpdesk.privacy.readers import Machine
from helpdesk.storage.db import Database
from helpdesk.storage.vault import Vault

BATCH = 60
_ACCEPTED = Answer(250, "2.0.0 delivered", Verdict.ACCEPTED)


@dataclass(slots=True)
class Batch:
    """What is looked up once for the events of one transaction."""

    arrivals: dict[str, Arrival] = field(default_factory=dict)
    staff: dict[str, Agent] = field(default_factory=dict)
    read: dict[int, tuple[bytes, ParsedEmail | Quarantined]] = field(default_factory=dict)
    rows: list[object] = field(default_factory=list)
    """All rows that were loaded or made, so that none is forgotten and loaded again."""


@dataclass(slots=True)
class Stage:
    """Where the stories are played: the desk's parts, and the post office that holds both sides' mail."""

    config: Config
    db: Database
    vault: Vault
    office: Office
    reader: Sandbox
    batch: "Batch" = field(default_factory=Batch)


def furnish(stage: Stage, now: datetime, servers: Callable[[str], tuple[Server, Server]]) -> None:
    """Set up teams, staff and mailboxes, as of the day the stories begin."""
    with clock.stopped_at(now - timedelta(days=DAYS + 1)), stage.db.transaction() as session:
        promises.publish(session)
        for name in company().teams:
            teams.add(session, name, by=Machine.DEMO)
        password_hash = None
        for member in company().members:
            agent = agents.add(
                session,
                name=member.name,
                email=member.email,
                role=Role(member.role),
                teams=teams.find(session, member.teams),
                by=Machine.DEMO,
            )
            if password_hash is None:
                agents.set_password(session, agent, company().password, by=Machine.DEMO)
                password_hash = agent.password_hash
            settings.change_own(session, notices.Told(by_mail=False), by=agent)  # the past sends nothing now
            agent.password_hash = password_hash  # one password for all: hashing takes its time on purpose
        for one in company().mailboxes:
            imap, smtp = servers(one.address)
            [team] = teams.find(session, [one.team])
            added = mailboxes.add(
                session,
                stage.vault,
                address=one.address,
                name=one.name,
                team=team,
                imap=imap,
                smtp=smtp,
                by=Machine.DEMO,
            )
            added.polled_at = now
        _keep_replies(session)


def _keep_replies(session: Session) -> None:
    """What the staff answers often, set up by who sets up the desk."""
    admin = session.scalars(select(Agent).where(Agent.role == Role.ADMIN).order_by(Agent.id).limit(1)).one()
    for one in company().saved_replies:
        [team_id] = [team.id for team in teams.find(session, [one.team])] if one.team else [None]
        saved_replies.keep(
            session, None, name=one.name, text=one.text.strip(), actions=one.actions, team_id=team_id, by=admin
        )


def play(stage: Stage, events: Sequence[Event], told: Callable[[int], None]) -> None:
    """Let everything happen, a batch a transaction; `told` hears how many events are done."""
    gc.disable()  # thousands of rows come and none goes before its batch does
    try:
        for start in range(0, len(events), BATCH):
            _play_batch(stage, events[start : start + BATCH])
            gc.collect(1)
            told(len(events[start : start + BATCH]))
    finally:
        gc.enable()


def _play_batch(stage: Stage, events: Sequence[Event]) -> None:
    stage.batch = Batch(read=_read_ahead(stage, events))
    with stage.db.transaction() as session:
        for mailbox in polling.active(session):  # who signs in meanwhile reads of no mail that nobody fetches
            polling.went_well(session, mailbox.id)
        sqlalchemy_event.listen(session, "loaded_as_persistent", lambda _session, row: stage.batch.rows.append(row))
        sqlalchemy_event.listen(session, "pending_to_persistent", lambda _session, row: stage.batch.rows.append(row))
        for one in events:
            with clock.stopped_at(one.at):
                _VERBS[one.kind](stage, session, one)


def _read_ahead(stage: Stage, events: Sequence[Event]) -> dict[int, tuple[bytes, ParsedEmail | Quarantined]]:
    """First emails answer nothing, so they are read before the transaction begins, by place in the batch."""
    opening: dict[Conversation, Event] = {}
    for one in events:
        if one.write and not one.conversation.thread.ids:
            opening.setdefault(one.conversation, one)
    first = list(opening.values())
    raws = [one.write(one.conversation.thread) for one in first if one.write]
    read = zip(first, raws, stage.reader.read_all(raws), strict=True)
    return {id(one): (raw, parsed) for one, raw, parsed in read}


def _letter(stage: Stage, session: Session, event: Event) -> None:
    """An email arrives: in the post office, in the ledger, and on the desk."""
    talk = event.conversation
    raw, parsed = stage.batch.read.get(id(event)) or _read(stage, event)
    address = talk.mailbox.address
    [uid] = stage.office.deliver([Incoming(address, raw, event.at)])
    arrival = _arrival(stage, session, address)
    place = ledger.position(session, arrival.mailbox.id, "INBOX", stage.office.box(address).uidvalidity)
    for row in ledger.keep(session, place, [Arrived(uid, raw, len(raw), event.at)]):
        if isinstance(parsed, Quarantined):
            ledger.decide(row, Outcome.QUARANTINED, parsed.reason)
            continue
        intake.receive(session, row, parsed, at=arrival)
        talk.ticket_id = talk.ticket_id or row.ticket_id


def _read(stage: Stage, event: Event) -> tuple[bytes, ParsedEmail | Quarantined]:
    assert event.write is not None  # noqa: S101  a letter has bytes
    raw = event.write(event.conversation.thread)
    [parsed] = stage.reader.read_all([raw])
    return raw, parsed


def _take(stage: Stage, session: Session, event: Event) -> None:
    ticket, agent = _ticket(session, event), _agent(stage, session, event)
    if ticket is not None:
        tickets.assign(session, ticket, agent, by=agent)


def _tag(stage: Stage, session: Session, event: Event) -> None:
    ticket = _ticket(session, event)
    if ticket is not None:
        tickets.tag(session, ticket, event.text, by=_agent(stage, session, event))


def _note(stage: Stage, session: Session, event: Event) -> None:
    ticket = _ticket(session, event)
    if ticket is not None:
        tickets.note(session, ticket, event.text, by=_agent(stage, session, event))


def _wait(stage: Stage, session: Session, event: Event) -> None:
    ticket = _ticket(session, event)
    if ticket is not None:
        tickets.wait(session, ticket, by=_agent(stage, session, event))


def _close(stage: Stage, session: Session, event: Event) -> None:
    ticket = _ticket(session, event)
    if ticket is not None:
        tickets.close(session, ticket, by=_agent(stage, session, event))


def _reply(stage: Stage, session: Session, event: Event) -> None:
    """An answer, which left at once and was accepted: nothing of the past is sent now."""
    ticket, agent = _ticket(session, event), _agent(stage, session, event)
    if ticket is None:
        return
    files = [OutgoingAttachment(file.name, file.media_type, file.payload) for file in event.files]
    message = replies.reply(session, ticket, event.text, by=agent, files=files)
    queued = session.scalars(select(OutboundEmail.id).where(OutboundEmail.message_id == message.id)).one()
    claimed = outbox.claim(session, queued)
    assert claimed is not None  # noqa: S101  it was queued a line above
    email = compose.email(session, claimed, desk=stage.config.desk, vault=stage.vault, by=Machine.DEMO)
    raw = outbound.compose(email)
    stage.office.deliver(Incoming(recipient, raw, event.at) for recipient in claimed.recipients)
    delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, _ACCEPTED))
    _remember(event.conversation, agent, event, email.subject, f"<{email.message_id.strip('<>')}>")


def _remember(talk: Conversation, agent: Agent, event: Event, subject: str, message_id: str) -> None:
    plain_subject = subject.removeprefix("Re: ")
    talk.thread.ours = Answered(message_id, event.at, agent.name, event.text, plain_subject)
    talk.thread.ids.append(message_id)


def _arrival(stage: Stage, session: Session, address: str) -> Arrival:
    if address not in stage.batch.arrivals:
        mailbox = session.scalars(select(Mailbox).where(Mailbox.address == address)).one()
        trusted = stage.config.mail.trusted_authserv_id
        stage.batch.arrivals[address] = intake.arrival(session, mailbox, trusted_authserv_id=trusted)
    return stage.batch.arrivals[address]


def _ticket(session: Session, event: Event) -> Ticket | None:
    """The conversation's ticket; what was held has none."""
    return session.get(Ticket, event.conversation.ticket_id) if event.conversation.ticket_id else None


def _agent(stage: Stage, session: Session, event: Event) -> Agent:
    email = event.conversation.agent.email
    if email not in stage.batch.staff:
        stage.batch.staff[email] = agents.find(session, email)
    return stage.batch.staff[email]


_VERBS: dict[Kind, Callable[[Stage, Session, Event], None]] = {
    Kind.LETTER: _letter,
    Kind.TAKE: _take,
    Kind.TAG: _tag,
    Kind.NOTE: _note,
    Kind.REPLY: _reply,
    Kind.WAIT: _wait,
    Kind.CLOSE: _close,
}
