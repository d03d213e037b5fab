"""What a ticket's page asks for together is what each of its rooms would be told on its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from helpdesk.desk import (
    beside,
    composing,
    counters,
    drafts,
    news,
    people,
    privacy_requests,
    quotation,
    replies,
    saved_views,
    sendings,
    signatures,
    tags,
    taking_back,
    teams,
    thread,
    ticket_page,
    tickets,
)
from helpdesk.desk.editor import Written
from helpdesk.mail.privacy_request import RequestKind
from helpdesk.models.agent import Agent
from helpdesk.models.draft import DraftKind
from helpdesk.models.message import Attachment, MessageAddress
from helpdesk.models.tag import Tag, TicketTag
from helpdesk.models.ticket import Ticket
from helpdesk.privacy import access, audit, policy, publication, settings
from helpdesk.storage.db import Database
from tests.world import a_message, a_note, a_team, a_ticket, an_agent


def everything(session: Session, ticket: Ticket, agent: Agent) -> dict[str, Any]:
    """What the rooms of a ticket's page say, as plain values."""
    on_it, all_tags = tags.on_ticket(session, ticket)
    recipients = replies.recipients(session, ticket)
    return {
        "policy": policy.current(session),
        "quotes": composing.quotes_history(session),
        "teams": [team.name for team in teams.all_of(session)],
        "own teams": [team.name for team in counters.teams(session, agent)],
        "own addresses": people.own_addresses(session),
        "views": [view.name for view in saved_views.of_agent(session, agent)],
        "undoable": getattr(taking_back.undoable(session, by=agent), "message_id", None),
        "glimpsed": audit.covered_tickets(session, agent, "open"),
        "tags": ([tag.name for tag in on_it], all_tags),
        "participants": [one.email for one in people.participants(session, ticket)],
        "drafts": [one.key for one in drafts.of_ticket(session, ticket, by=agent)],
        "signature": signatures.under(session, ticket.mailbox, by=agent),
        "requests": [(one.request.kinds, one.is_answered) for one in privacy_requests.on_ticket(session, ticket)],
        "recipients": recipients,
        "writer": replies.writer_of_last(session, ticket),
        "originals": [file.id for file in quotation.originals(session, ticket)],
        "beside": beside.of_ticket(session, ticket),
        "latest": news.latest(session, ticket),
        "waiting": sorted(taking_back.waiting_on(session, ticket)),
    }


def a_full_ticket(session: Session) -> tuple[int, int]:
    """A ticket that has something in every room, and its agent."""
    team = a_team(session, "Lamps")
    other = a_team(session, "apples")
    ada, kim = an_agent(session, team), an_agent(session, team, other, name="Kim Lund")
    ticket = a_ticket(session, team)
    last = a_message(session, ticket, text="Please delete my data.")
    for field, email in (("to", ticket.mailbox.address), ("cc", "eva@customer.example")):
        session.add(MessageAddress(message_id=last.id, field=field, email=email))
    machine = a_message(session, ticket, text="I am away.")
    machine.is_automatic = True
    for position in (1, 0):
        file = Attachment(message_id=machine.id, position=position, media_type="text/plain", size=3)
        session.add(file)
        session.flush()
        access.write_attachment(session, file, name=f"{position}.txt", body=b"abc")
    a_note(session, ticket, kim)
    for name in ("zebra", "apple", "lamp"):
        session.add(Tag(name=name))
    session.flush()
    session.add(TicketTag(ticket_id=ticket.id, tag_id=session.query(Tag).filter_by(name="lamp").one().id))
    _of_agents(session, ticket, ada, kim)
    publication.publish(session, "[access]\ndays_after_closing = 3\n")
    privacy_requests.add(session, ticket, RequestKind.ERASURE, time_zone="UTC", by=kim)
    session.flush()
    return ticket.id, ada.id


def _of_agents(session: Session, ticket: Ticket, ada: Agent, kim: Agent) -> None:
    settings.change(session, composing.Composing(quotes_history=True), by=kim)
    for key, by in (("k" * 16, ada), ("l" * 16, ada), ("m" * 16, kim)):
        drafts.begun(session, ticket, DraftKind.REPLY, key, by=by)
    signatures.choose(session, "Ada", agent_id=ada.id, by=ada)
    signatures.choose(session, "The desk", mailbox_id=ticket.mailbox_id, by=ada)
    saved_views.save(session, "bulbs", "bulb", by=ada)
    saved_views.save(session, "Amps", "amp", by=kim, is_shared=True)
    settings.change_own(session, composing.Sending(undo_seconds=30), by=ada)
    sendings.send(session, ticket, Written(text="Try another bulb."), by=ada)
    back = sendings.send(session, ticket, Written(text="No, wait."), by=ada)
    taking_back.take_back(session, back, by=ada)
    access.glimpse(session, [ticket], by=ada, view="open")


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


def test_what_is_asked_for_together_is_what_each_room_says_on_its_own(db: Database):
    with db.transaction() as session:
        ticket_id, agent_id = a_full_ticket(session)
    with db.reading() as session:
        agent = session.get_one(Agent, agent_id)
        alone = everything(session, tickets.find(session, ticket_id, by=agent), agent)
    assert not [name for name, value in alone.items() if not value]

    with db.reading() as session:
        agent = session.get_one(Agent, agent_id)
        ticket = tickets.find(session, ticket_id, by=agent)
        ticket_page.learn(session, ticket, by=agent)
        ticket_page.learn_thread(session, ticket, thread.of_ticket(session, ticket))
        with counted(db) as asked:
            together = everything(session, ticket, agent)

    assert together == alone
    assert asked == []
