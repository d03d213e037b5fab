"""Taking an answer back undoes what that answer did with its ticket, and nothing that anybody did since."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import (
    composing,
    delivery,
    drafts,
    merges,
    notices,
    outbox,
    places,
    sendings,
    snooze,
    tags,
    taking_back,
    tickets,
)
from helpdesk.desk import put_off as put_off_answers
from helpdesk.desk.editor import Written
from helpdesk.desk.outbox import Claimed
from helpdesk.desk.sendings import After
from helpdesk.desk.taking_back import TooLate
from helpdesk.mail.parsed import Address
from helpdesk.mail.smtp import Answer
from helpdesk.models.agent import Agent, Team
from helpdesk.models.message import Message
from helpdesk.models.notice import NoticeKind
from helpdesk.models.outbound_email import DeliveryState, OutboundEmail, Purpose
from helpdesk.models.ticket import Place, Priority, Status, Ticket
from helpdesk.privacy import drafts as gate
from helpdesk.privacy import settings, taking_away
from helpdesk.web import recipients
from tests.world import a_ticket, an_agent

NEVER, LATER = Answer.of(550, "no such user"), Answer.of(421, "The line broke off.")


def put_off(session: Session, ticket: Ticket, ada: Agent, **said: object) -> Message:
    at = clock.now() + timedelta(days=2)
    return sendings.send(session, ticket, Written(text="Later.", **said), by=ada, after=After(at=at))  # type: ignore[arg-type]


def tried(session: Session, message: Message, answer: Answer) -> OutboundEmail:
    email = session.scalars(select(OutboundEmail).where(OutboundEmail.message_id == message.id)).one()
    claimed = outbox.claim(session, email.id)
    assert claimed
    delivery.mark(session, claimed, dict.fromkeys(claimed.recipients, answer))
    return email


def leaving(session: Session, ticket: Ticket) -> tuple[Claimed, ...]:
    """What leaves of what is due at the ticket's mailbox."""
    return put_off_answers.hold(session, outbox.claim_batch(session, ticket.mailbox_id).claimed)


@pytest.mark.parametrize("place", [Place.SPAM, Place.TRASH])
def test_an_answer_that_was_put_off_does_not_leave_from_spam_or_the_trash_and_its_writer_is_told(
    session: Session, team: Team, ticket: Ticket, ada: Agent, place: Place
):
    put_off(session, ticket, ada)
    other = a_ticket(session, team)
    other.mailbox = ticket.mailbox
    stays = put_off(session, other, ada)
    places.put(session, ticket, place, by=an_agent(session, team))

    with clock.stopped_at(clock.now() + timedelta(days=3)):
        (left,) = leaving(session, ticket)
        (to_its_writer,) = leaving(session, ticket)

    assert session.get_one(OutboundEmail, left.outbound_email_id).message_id == stays.id
    ((draft, on),) = drafts.listed(session, by=ada, held=True)
    assert (gate.read(session, draft, by=ada).text, on) == ("Later.", ticket)
    assert [one.kind for one in notices.latest(session, ada)] == [NoticeKind.HELD]
    assert session.get_one(OutboundEmail, to_its_writer.outbound_email_id).purpose is Purpose.TICKET_NOTICE


def test_it_leaves_where_the_ticket_was_put_back_in_time_or_something_of_it_was_tried(
    session: Session, team: Team, ticket: Ticket, ada: Agent
):
    put_off(session, ticket, ada)
    places.put(session, ticket, Place.SPAM, by=ada)
    places.put(session, ticket, Place.DESK, by=ada)
    later = clock.now() + timedelta(days=3)

    with clock.stopped_at(later):
        (left,) = leaving(session, ticket)
        delivery.mark(session, left, dict.fromkeys(left.recipients, LATER))
        places.put(session, ticket, Place.SPAM, by=ada)
    with clock.stopped_at(later + timedelta(hours=1)):
        assert [one.outbound_email_id for one in leaving(session, ticket)] == [left.outbound_email_id]

    assert drafts.listed(session, by=ada, held=True) == []


def test_the_snooze_from_before_is_back_with_the_note_that_says_why(session: Session, ticket: Ticket, ada: Agent):
    until = clock.now() + timedelta(days=5)
    snooze.snooze(session, ticket, until=until, by=ada)
    note = tickets.note(session, ticket, "The bulb comes on Friday.", by=ada)
    snooze.explain(session, ticket, note)
    after = After(then="snooze", snooze_until=clock.now() + timedelta(hours=3))
    message = sendings.send(session, ticket, Written(text="It is on its way."), by=ada, after=after)
    taking_back.take_back(session, message, by=ada)
    session.expire_all()

    slept = snooze.of(session, ticket)
    assert slept is not None
    assert (slept.until, slept.note_id) == (until, note.id)


def test_a_note_that_is_gone_by_then_is_no_reason(session: Session, ticket: Ticket, ada: Agent):
    snooze.snooze(session, ticket, until=clock.now() + timedelta(days=5), by=ada)
    note = tickets.note(session, ticket, "The bulb comes on Friday.", by=ada)
    snooze.explain(session, ticket, note)
    after = After(then="snooze", snooze_until=clock.now() + timedelta(hours=3))
    message = sendings.send(session, ticket, Written(text="It is on its way."), by=ada, after=after)
    taking_away.notes(session, [note.id])

    taking_back.take_back(session, message, by=ada)
    session.flush()

    slept = snooze.of(session, ticket)
    assert slept is not None
    assert slept.note_id is None


def test_a_failure_of_another_answer_since_stays(session: Session, ticket: Ticket, ada: Agent):
    settings.change_own(session, composing.Sending(undo_seconds=0), by=ada)
    first = sendings.send(session, ticket, Written(text="Try another bulb."), by=ada, after=After(then="close"))
    second = put_off(session, ticket, ada)
    tried(session, first, NEVER)

    taking_back.take_back(session, second, by=ada)

    assert (ticket.has_failed_delivery, ticket.status) == (True, Status.OPEN)


def test_a_failure_that_was_answered_by_it_is_one_again_unless_it_was_mended(
    session: Session, ticket: Ticket, ada: Agent
):
    settings.change_own(session, composing.Sending(undo_seconds=0), by=ada)
    lost = tried(session, sendings.send(session, ticket, Written(text="Try another bulb."), by=ada), NEVER)
    taking_back.take_back(session, put_off(session, ticket, ada), by=ada)
    assert ticket.has_failed_delivery

    second = put_off(session, ticket, ada)
    delivery.retry(session, lost, by=ada)
    taking_back.take_back(session, second, by=ada)

    assert not ticket.has_failed_delivery


@pytest.mark.parametrize("then", ["stay", "close", "wait", "snooze"])
def test_what_a_colleague_did_with_the_ticket_since_stays(
    session: Session, team: Team, ticket: Ticket, ada: Agent, then: str
):
    kim = an_agent(session, team, name="Kim Lund")
    message = sendings.send(session, ticket, Written(text="Done."), by=ada, after=After(then=then))
    tickets.reopen(session, ticket, by=kim)
    tickets.close(session, ticket, by=kim)

    taking_back.take_back(session, message, by=ada)

    assert (ticket.status, ticket.awaits_us) == (Status.CLOSED, True)
    assert ticket.closed_at is not None


def test_a_ticket_that_slept_sleeps_again_until_its_first_moment(session: Session, ticket: Ticket, ada: Agent):
    monday, friday = (clock.now() + timedelta(days=days) for days in (3, 7))
    snooze.snooze(session, ticket, until=monday, on_reply=False, by=ada)
    again = After(then="snooze", snooze_until=friday)
    message = sendings.send(session, ticket, Written(text="On Friday."), by=ada, after=again)

    taking_back.take_back(session, message, by=ada)

    asleep = snooze.of(session, ticket)
    assert asleep is not None
    assert (asleep.until, asleep.ends_on_reply) == (monday, False)


def test_actions_are_undone_except_where_somebody_went_on_from_them(
    session: Session, team: Team, ticket: Ticket, ada: Agent
):
    kim = an_agent(session, team, name="Kim Lund")
    tickets.tag(session, ticket, "lamp", by=kim)
    actions = ["tag:refund", "tag:lamp", "assign:me", "priority:high"]
    untouched = sendings.send(session, ticket, Written(text="Done.", actions=actions), by=ada)

    taking_back.take_back(session, untouched, by=ada)
    session.flush()
    assert (ticket.assignee_id, ticket.priority) == (None, Priority.NORMAL)
    assert [tag.name for tag in tags.on_ticket(session, ticket)[0]] == ["lamp"]

    gone_on = sendings.send(session, ticket, Written(text="Done.", actions=actions), by=ada)
    tickets.assign(session, ticket, kim, by=kim)
    places.prioritise(session, ticket, Priority.URGENT, by=kim)
    taking_back.take_back(session, gone_on, by=ada)
    session.flush()
    assert (ticket.assignee_id, ticket.priority) == (kim.id, Priority.URGENT)


def test_of_two_answers_the_first_taken_back_leaves_the_ticket_as_the_second_made_it(
    session: Session, ticket: Ticket, ada: Agent
):
    first = sendings.send(session, ticket, Written(text="One."), by=ada)
    second = sendings.send(session, ticket, Written(text="Two."), by=ada, after=After(then="wait"))

    taking_back.take_back(session, first, by=ada)

    assert (ticket.status, ticket.awaits_us) == (Status.PENDING, False)
    assert ticket.first_reply_at == second.at


def test_taken_back_on_the_ticket_it_was_merged_into_it_changes_nothing_there(
    session: Session, team: Team, ticket: Ticket, ada: Agent
):
    other = a_ticket(session, team)
    tickets.close(session, other, by=ada)
    message = sendings.send(session, ticket, Written(text="Done."), by=ada, after=After(then="wait"))
    merges.merge(session, ticket, other, by=ada)

    draft = taking_back.take_back(session, message, by=ada)

    assert draft.ticket_id == other.id
    assert (other.status, ticket.status) == (Status.CLOSED, Status.CLOSED)


@pytest.mark.parametrize("answer", [LATER, NEVER])
def test_what_was_ever_tried_is_not_taken_back_after_somebody_had_it_tried_again(
    session: Session, ticket: Ticket, ada: Agent, answer: Answer
):
    settings.change_own(session, composing.Sending(undo_seconds=0), by=ada)
    message = sendings.send(session, ticket, Written(text="It may have arrived."), by=ada)
    email = tried(session, message, answer)

    delivery.retry(session, email, by=ada)

    assert {row.state for row in delivery.held(session, email.id)} == {DeliveryState.QUEUED}
    with pytest.raises(TooLate):
        taking_back.take_back(session, message, by=ada)


@pytest.mark.parametrize(
    "name", ["kim@elsewhere.example, Nils", "Berg, Nils", 'Nils <kim@elsewhere.example>; "', "=?"]
)
def test_taken_back_an_answer_goes_to_whom_it_went_whatever_they_are_called(
    session: Session, ticket: Ticket, ada: Agent, name: str
):
    nils, eva = Address(name, "nils@customer.example"), Address(name, "eva@customer.example")
    message = sendings.send(session, ticket, Written(text="Later.", to=[nils], cc=[eva]), by=ada)

    draft = taking_back.take_back(session, message, by=ada)

    fields = drafts.read(gate.read(session, draft, by=ada).fields)
    read = [one.email for name in ("to", "cc") for one in recipients.read(fields[name])]
    assert read == [nils.email, eva.email]
