"""An email that only looks like part of an earlier ticket is a ticket of its own, and the other is offered."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.desk import inbox, suggestions
from helpdesk.models.agent import Agent, Team
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.message import Message
from helpdesk.models.suggestion import Because
from helpdesk.models.ticket import Place, Status, Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import Phrase
from tests.desk.test_intake import an_email, deliver
from tests.world import a_mailbox, a_note, a_team, an_agent, days_ago, trail


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.fixture
def ada(session: Session, mailbox: Mailbox) -> Agent:
    return an_agent(session, session.get_one(Team, mailbox.team_id))


def a_ticket_from(session: Session, mailbox: Mailbox, *said: str, **headers: str) -> Ticket:
    return session.get_one(Ticket, deliver(session, mailbox, an_email(*said, **headers)).ticket_id)


@pytest.mark.parametrize(
    ("subject", "headers", "because"),
    [
        ("Re: Lamp", {}, Because.SAME_SUBJECT),
        ("Question [Desk #1]", {}, Because.SUBJECT_TAG),
        ("Hello", {"In_Reply_To": "<first@customer.example>"}, Because.KNOWN_ID),
        ("Question [#1]", {"From": "kim@else.example"}, Because.SUBJECT_TAG),
    ],
)
def test_what_looks_like_an_earlier_ticket_is_offered(session, mailbox, ada, subject, headers, because):
    first = a_ticket_from(session, mailbox, Message_ID="<first@customer.example>")
    new = a_ticket_from(session, mailbox, subject.replace("#1", f"#{first.number}"), "More", **headers)

    assert new.id != first.id
    offer = suggestions.offer(session, new, by=ada)
    assert offer
    assert (offer.other.id, offer.because, offer.can_join) == (first.id, because, True)
    assert offer.is_stranger == (headers.get("From") is not None)


def test_another_person_with_the_same_subject_or_a_month_later_is_not_alike(session, mailbox, ada):
    first = a_ticket_from(session, mailbox)
    other = a_ticket_from(session, mailbox, "Lamp", "Mine too", From="kim@else.example")
    first.active_at = days_ago(31)
    late = a_ticket_from(session, mailbox, "Lamp", "Again")

    assert suggestions.offer(session, other, by=ada) is None
    assert suggestions.offer(session, late, by=ada) is None


def test_who_may_not_know_of_the_other_ticket_is_offered_nothing(session, mailbox, ada):
    a_ticket_from(session, mailbox)
    chairs = a_mailbox(session, a_team(session), "chairs@desk.example")
    new = a_ticket_from(session, chairs, "Re: Lamp", "More")
    otto = an_agent(session, session.get_one(Team, chairs.team_id))

    assert suggestions.offer(session, new, by=otto) is None
    with pytest.raises(suggestions.NotToBeJoined):
        suggestions.join(session, new, by=otto)


def test_joining_moves_the_one_email_and_opens_the_other_ticket(session, mailbox, ada):
    first = a_ticket_from(session, mailbox)
    first.status, first.closed_at, first.awaits_us = Status.CLOSED, days_ago(1), False
    new = a_ticket_from(session, mailbox, "Re: Lamp", "It is the quixotic fuse")

    assert suggestions.join(session, new, by=ada) is first

    texts = [said.text.strip() for said in access.read(session, first, by=ada).messages.values()]
    assert texts == ["It flickers.", "It is the quixotic fuse"]
    assert (first.status, first.awaits_us, first.message_count) == (Status.OPEN, True, 2)
    assert (new.place, new.status, new.message_count) == (Place.TRASH, Status.CLOSED, 0)
    found = access.search(session, [Phrase(("quixotic",))], by=ada, among=inbox.is_visible(ada), limit=9)
    assert found == [first.id]
    offer = suggestions.offer(session, new, by=ada)
    assert offer
    assert offer.other is first
    assert len(trail(session, "ticket.suggestion")) == 1


def test_a_ticket_that_holds_more_than_the_email_is_not_joined(session, mailbox, ada):
    a_ticket_from(session, mailbox)
    new = a_ticket_from(session, mailbox, "Re: Lamp", "More")
    a_note(session, new, ada)

    offer = suggestions.offer(session, new, by=ada)
    assert offer
    assert not offer.can_join
    with pytest.raises(suggestions.NotToBeJoined):
        suggestions.join(session, new, by=ada)
    assert session.scalars(select(Message.ticket_id).order_by(Message.id.desc()).limit(1)).one() == new.id


def test_what_is_declined_is_offered_no_more(session, mailbox, ada):
    a_ticket_from(session, mailbox)
    new = a_ticket_from(session, mailbox, "Re: Lamp", "More")

    suggestions.decline(session, new, by=ada)

    assert suggestions.offer(session, new, by=ada) is None
