"""What came since somebody looked: written since, or brought by a merge, whatever its age."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.desk import delivery, merges, news, outbox, people, replies, sendings, tickets
from helpdesk.desk.editor import Written
from helpdesk.desk.sendings import Held
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent, Team
from helpdesk.models.outbound_email import OutboundEmail
from helpdesk.models.ticket import Status, Ticket
from tests.world import a_message, a_note, a_ticket


@pytest.fixture
def older(session: Session, team: Team) -> Ticket:
    """Its messages and notes have lower ids than those of the other one."""
    return a_ticket(session, team)


@pytest.fixture
def ticket(session: Session, team: Team, older: Ticket) -> Ticket:
    return a_ticket(session, team)


def test_a_merge_brings_news_although_it_was_written_before(
    session: Session, older: Ticket, ticket: Ticket, ada: Agent
):
    a_note(session, older, ada)
    a_message(session, ticket)
    a_note(session, ticket, ada)
    seen = news.latest(session, ticket)

    merges.merge(session, older, ticket, by=ada)

    assert news.since(session, ticket, seen) == (1, 1)
    with pytest.raises(Held) as held:
        sendings.send(session, ticket, Written(text="Hello.", seen=seen), by=ada)
    assert (held.value.messages, held.value.notes, held.value.merged_into) == (1, 1, None)
    assert news.since(session, ticket, news.latest(session, ticket)) == (0, 0)


def test_a_merge_of_merges_brings_all_of_them_and_undone_nothing(
    session: Session, team: Team, older: Ticket, ticket: Ticket, ada: Agent
):
    oldest, latest = older, a_ticket(session, team)
    seen = news.latest(session, latest)
    merges.merge(session, oldest, ticket, by=ada)
    merges.merge(session, ticket, latest, by=ada)
    assert news.since(session, latest, seen) == (2, 0)

    merges.undo(session, ticket, by=ada)
    assert news.since(session, latest, seen) == (0, 0)


def test_an_answer_to_a_ticket_that_was_merged_meanwhile_is_held_and_names_where_it_goes_on(
    session: Session, older: Ticket, ticket: Ticket, ada: Agent
):
    seen = news.latest(session, older)
    merges.merge(session, older, ticket, by=ada)

    with pytest.raises(Held) as held:
        sendings.send(session, older, Written(text="Hello.", seen=seen), by=ada)

    assert held.value.merged_into == ticket.id


def test_what_is_written_unseen_on_a_merged_ticket_stands_where_its_conversation_goes_on(
    session: Session, older: Ticket, ticket: Ticket, ada: Agent
):
    merges.merge(session, older, ticket, by=ada)

    message = sendings.send(session, older, Written(text="Hello."), by=ada)
    note = tickets.note(session, older, "He called.", by=ada)

    assert (message.ticket_id, note.ticket_id) == (ticket.id, ticket.id)


def lost(session: Session, ticket: Ticket, ada: Agent) -> OutboundEmail:
    replies.reply(session, ticket, "Try another bulb.", by=ada, to=[Address("", "nobody@customer.example")])
    email = session.query(OutboundEmail).order_by(OutboundEmail.id.desc()).first()
    assert email
    claimed = outbox.claim(session, email.id)
    assert claimed
    delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, Answer.of(550, "no such user")))
    return email


def test_a_lost_answer_goes_along_with_a_merge_and_comes_back(
    session: Session, older: Ticket, ticket: Ticket, ada: Agent
):
    lost(session, older, ada)

    merges.merge(session, older, ticket, by=ada)
    assert (older.has_failed_delivery, ticket.has_failed_delivery) == (False, True)

    merges.undo(session, older, by=ada)
    assert (older.has_failed_delivery, ticket.has_failed_delivery) == (True, False)


def test_what_fails_after_a_merge_is_told_where_the_conversation_goes_on(
    session: Session, older: Ticket, ticket: Ticket, ada: Agent
):
    people.join(session, older, [("nobody@customer.example", "")])
    replies.reply(session, older, "Try another bulb.", by=ada)
    email = session.query(OutboundEmail).one()
    claimed = outbox.claim(session, email.id)
    assert claimed
    merges.merge(session, older, ticket, by=ada)
    tickets.close(session, ticket, by=ada)

    delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, Answer.of(550, "no such user")))

    assert (older.has_failed_delivery, older.status) == (False, Status.CLOSED)
    assert (ticket.has_failed_delivery, ticket.status) == (True, Status.OPEN)
