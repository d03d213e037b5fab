"""Merging two tickets, taking it back, and mail that arrives meanwhile; splitting and linking."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import followers, inbox, links, merges, news, replies, search, snooze, tickets
from helpdesk.models.agent import Agent, Team
from helpdesk.models.follower import Follower
from helpdesk.models.inbound_email import Outcome
from helpdesk.models.mailbox import Mailbox
from helpdesk.models.merge import LinkKind
from helpdesk.models.message import Attachment, Message
from helpdesk.models.ticket import Participant, Place, Status, Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied
from tests.desk.test_intake import an_email, deliver
from tests.world import a_mailbox, a_message, a_note, a_team, a_ticket, an_agent, days_ago, trail


@pytest.fixture
def mailbox(session: Session) -> Mailbox:
    return a_mailbox(session, a_team(session), "support@desk.example")


@pytest.fixture
def ada(session: Session, mailbox: Mailbox) -> Agent:
    return an_agent(session, session.get_one(Team, mailbox.team_id))


def from_mail(session: Session, mailbox: Mailbox, *said: str, **headers: str) -> Ticket:
    return session.get_one(Ticket, deliver(session, mailbox, an_email(*said, **headers)).ticket_id)


def texts(session: Session, ticket: Ticket, by: Agent) -> list[str]:
    return [content.new_text.strip() for content in access.read(session, ticket, by=by).messages.values()]


def test_a_merge_puts_everything_on_the_other_ticket_and_it_is_found_there(session, mailbox, ada):
    first = from_mail(session, mailbox, "Lamp", "the heliotrope lamp")
    second = from_mail(session, mailbox, "Lamp again", "the vermilion cable", Message_ID="<2@c.example>")
    a_note(session, second, ada, "She called about the saffron bulb.")

    merges.merge(session, second, first, by=ada)

    assert len(texts(session, first, ada)) == 2
    assert second.place is Place.MERGED
    assert (first.message_count, second.message_count) == (2, 0)
    for word in ("heliotrope", "vermilion", "saffron"):
        assert search.search(session, word, by=ada).tickets == [first]
    assert access.glimpse(session, [first], by=ada, view="open")[first.id].preview == "the vermilion cable"
    assert second not in session.scalars(inbox.in_view(ada, inbox.View.OPEN)).all()
    assert {event.object_id for event in trail(session, "ticket.merge")} == {first.id, second.id}


def test_undoing_brings_back_what_was_there_and_what_came_later_by_its_secret(session, mailbox, ada):
    first = from_mail(session, mailbox, "Lamp", "one")
    second = from_mail(session, mailbox, "Chair", "two", From="kim@else.example", Message_ID="<2@c.example>")
    answer = replies.reply(session, second, "We look into it.", by=ada)
    merges.merge(session, second, first, by=ada)
    late = deliver(
        session, mailbox,
        an_email("Re: Chair", "three", From="kim@else.example", In_Reply_To=f"<{answer.rfc_message_id}>"),
    )  # fmt: skip
    assert (late.outcome, late.ticket_id) == (Outcome.APPENDED, first.id)
    assert len(texts(session, first, ada)) == 4

    merges.undo(session, second, by=ada)

    assert texts(session, first, ada) == ["one"]
    assert sorted(texts(session, second, ada)) == ["We look into it.", "three", "two"]
    assert (second.place, second.status, second.awaits_us) == (Place.DESK, Status.OPEN, True)
    assert late.ticket_id == second.id
    assert first.merged_count == 0


def test_what_we_had_the_last_word_on_waits_for_us_no_more_once_another_question_left_it(session, mailbox, ada):
    first = from_mail(session, mailbox, "Lamp", "one")
    second = from_mail(session, mailbox, "Chair", "two", Message_ID="<2@c.example>")
    answer = replies.reply(session, first, "Done.", by=ada)
    merges.merge(session, second, first, by=ada)
    assert first.awaits_us

    merges.undo(session, second, by=ada)
    assert not first.awaits_us

    thanks = an_email(
        "Re: Lamp", "And my chair?", Message_ID="<3@c.example>", In_Reply_To=f"<{answer.rfc_message_id}>"
    )
    deliver(session, mailbox, thanks)
    assert first.awaits_us
    question = session.scalars(
        select(Message).where(Message.ticket_id == first.id).order_by(Message.id.desc())
    ).first()
    assert links.split(session, first, question, by=ada).awaits_us
    assert not first.awaits_us


def test_what_was_closed_and_opened_by_a_merge_is_closed_again_unless_something_came_since(session, mailbox, ada):
    first = from_mail(session, mailbox, "Lamp", "one")
    answer = replies.reply(session, first, "Done.", by=ada)
    tickets.close(session, first, by=ada)
    closed_at = first.closed_at
    second = from_mail(session, mailbox, "Chair", "two", Message_ID="<2@c.example>")

    merges.merge(session, second, first, by=ada)
    opened = first.status
    merges.undo(session, second, by=ada)
    assert (opened, first.status, first.closed_at, first.awaits_us) == (Status.OPEN, Status.CLOSED, closed_at, False)

    merges.merge(session, second, first, by=ada)
    more = {"Message_ID": "<3@c.example>", "In_Reply_To": f"<{answer.rfc_message_id}>"}
    deliver(session, mailbox, an_email("Re: Lamp", "It is dark again.", **more))
    merges.undo(session, second, by=ada)
    assert (first.status, first.awaits_us) == (Status.OPEN, True)


def test_what_slept_and_was_due_while_it_was_merged_is_open_when_that_is_undone(session, mailbox, ada):
    first, second, third = (
        from_mail(session, mailbox, f"Lamp {n}", "text", Message_ID=f"<{n}@c.example>") for n in "123"
    )
    for ticket in (second, third):
        snooze.snooze(session, ticket, until=clock.now() + timedelta(hours=1), by=ada)
        merges.merge(session, ticket, first, by=ada)

    merges.undo(session, third, by=ada)
    statuses = [third.status]
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        snooze.wake_due(session)
        merges.undo(session, second, by=ada)

    assert [*statuses, third.status, second.status] == [Status.SNOOZED, Status.OPEN, Status.OPEN]
    assert second.woke_at is not None


def test_the_people_of_the_merged_ticket_are_not_written_to_from_the_other(session, mailbox, ada):
    first = from_mail(session, mailbox, "Lamp", "one")
    second = from_mail(session, mailbox, "Chair", "two", From="kim@else.example")

    merges.merge(session, second, first, by=ada)

    assert {one.email for one in replies.recipients(session, first).to} == {"nils@customer.example"}
    on_first = session.scalars(select(Participant.email).where(Participant.ticket_id == first.id)).all()
    assert "kim@else.example" not in on_first


def test_a_stranger_with_the_merged_tickets_secret_is_held_on_the_ticket_it_leads_to(session, mailbox, ada):
    first, second = (from_mail(session, mailbox, f"Lamp {n}", "text", Message_ID=f"<{n}@c.example>") for n in (1, 2))
    answer = replies.reply(session, second, "Hello", by=ada)
    merges.merge(session, second, first, by=ada)

    stranger = an_email("Re: Lamp", "me too", From="eve@evil.example", In_Reply_To=f"<{answer.rfc_message_id}>")

    assert deliver(session, mailbox, stranger).outcome is Outcome.HELD


def test_a_merge_of_a_merge_is_taken_back_in_turn_each_to_its_own(session, mailbox, ada):
    one, two, three = (
        a_ticket(session, mailbox_team(session, mailbox), mailbox=mailbox, text=f"text {n}") for n in "123"
    )
    merges.merge(session, one, two, by=ada)
    merges.merge(session, two, three, by=ada)
    assert len(texts(session, three, ada)) == 3
    with pytest.raises(merges.NotToBeUndone):
        merges.undo(session, one, by=ada)

    merges.undo(session, two, by=ada)
    assert (len(texts(session, two, ada)), len(texts(session, three, ada))) == (2, 1)
    merges.undo(session, one, by=ada)
    assert [texts(session, ticket, ada) for ticket in (one, two, three)] == [["text 1"], ["text 2"], ["text 3"]]


def mailbox_team(session: Session, mailbox: Mailbox) -> Team:
    return session.get_one(Team, mailbox.team_id)


def test_both_tickets_must_be_readable_and_two(session, mailbox, ada):
    mine = from_mail(session, mailbox, "Lamp", "one")
    foreign = a_ticket(session)

    for source, target in ((mine, foreign), (foreign, mine)):
        with pytest.raises(AccessDenied):
            merges.merge(session, source, target, by=ada)
    with pytest.raises(merges.NotToBeMerged):
        merges.merge(session, mine, mine, by=ada)
    assert not trail(session, "ticket.merge")


def test_an_open_matter_keeps_its_place_in_line_and_opens_a_closed_one(session, mailbox, ada):
    team = mailbox_team(session, mailbox)
    closed = a_ticket(session, team, mailbox=mailbox, status=Status.CLOSED, at=days_ago(2))
    waiting = a_ticket(session, team, mailbox=mailbox, at=days_ago(1))

    merges.merge(session, waiting, closed, by=ada)

    assert (closed.status, closed.awaits_us, closed.closed_at) == (Status.OPEN, True, None)


def test_a_message_split_off_is_its_writers_own_ticket_linked_with_the_old_one(session, mailbox, ada):
    ticket = from_mail(session, mailbox, "Lamp", "one")
    answer = replies.reply(session, ticket, "Hello", by=ada)
    second = deliver(
        session, mailbox, an_email("Re: Lamp", "and the vermilion chair", In_Reply_To=f"<{answer.rfc_message_id}>")
    )
    message = session.scalars(select(Message).where(Message.inbound_email_id == second.id)).one()

    new = links.split(session, ticket, message, by=ada)

    assert texts(session, new, ada) == ["and the vermilion chair"]
    assert new.customer_id == ticket.customer_id
    assert second.ticket_id == new.id
    assert search.search(session, "vermilion", by=ada).tickets == [new]
    (linked,) = links.of_ticket(session, ticket, by=ada)
    assert (linked.other, linked.kind, linked.is_from_here) == (new, LinkKind.SPLIT, True)
    assert ticket.message_count == 2


@pytest.fixture
def split_off(session: Session, mailbox: Mailbox, ada: Agent) -> tuple[Ticket, Ticket, Message]:
    """A ticket, what was split off from it, and the message that is there now."""
    first = a_ticket(session, mailbox_team(session, mailbox), mailbox=mailbox, text="one", at=days_ago(3))
    message = a_message(session, first, text="two", at=days_ago(1))
    return first, links.split(session, first, message, by=ada), message


def test_what_was_split_off_and_merged_goes_back_where_it_was_each_time(session, mailbox, ada, split_off):
    first, new, message = split_off
    third = a_ticket(session, mailbox_team(session, mailbox), mailbox=mailbox, text="three")
    for target in (first, third):
        merges.merge(session, new, target, by=ada)
        assert message.ticket_id == target.id

        merges.undo(session, new, by=ada)
        assert texts(session, new, ada) == ["two"]
        assert message.origin_ticket_id == first.id

    merges.merge(session, first, new, by=ada)
    came = a_message(session, new, text="four")
    came.origin_ticket_id = first.id  # by the secret of the merged ticket
    merges.undo(session, first, by=ada)
    assert (texts(session, first, ada), texts(session, new, ada)) == (["one", "four"], ["two"])


def test_what_a_merge_brings_holds_an_open_answer_also_where_it_was_split_off_before(
    session, mailbox, ada, split_off
):
    _first, new, _message = split_off
    third = a_ticket(session, mailbox_team(session, mailbox), mailbox=mailbox)
    seen = news.latest(session, third)._replace(message=1_000)

    merges.merge(session, new, third, by=ada)

    assert news.since(session, third, seen) == (1, 0)


def test_a_split_takes_its_file_and_its_day_along(session, mailbox, ada):
    ticket = a_ticket(session, mailbox_team(session, mailbox), mailbox=mailbox, at=days_ago(3))
    message = a_message(session, ticket, at=days_ago(1))
    session.add(Attachment(message_id=message.id, position=1, media_type="text/plain", size=1))
    ticket.has_attachments, ticket.active_at = True, message.at

    new = links.split(session, ticket, message, by=ada)

    assert (new.has_attachments, new.message_count) == (True, 1)
    assert (ticket.has_attachments, ticket.message_count) == (False, 1)
    assert ticket.active_at < message.at


def test_a_split_is_put_back_within_half_a_minute_by_who_made_it(session, mailbox, ada, split_off):
    first, new, message = split_off
    kim = an_agent(session, mailbox_team(session, mailbox))
    with pytest.raises(links.TooLate):
        links.rejoin(session, new, by=kim)
    with clock.stopped_at(clock.now() + timedelta(seconds=31)), pytest.raises(links.TooLate):
        links.rejoin(session, new, by=ada)

    assert links.rejoin(session, new, by=ada) is first
    assert message.ticket_id == first.id
    assert texts(session, first, ada) == ["one", "two"]


def test_neither_an_answer_of_ours_nor_the_last_message_can_be_split_off(session, mailbox, ada):
    ticket = from_mail(session, mailbox, "Lamp", "one")
    only = session.scalars(select(Message).where(Message.ticket_id == ticket.id)).one()
    with pytest.raises(links.NotToBeSplit):
        links.split(session, ticket, only, by=ada)

    with pytest.raises(links.NotToBeSplit):
        links.split(session, ticket, replies.reply(session, ticket, "Hello", by=ada), by=ada)


def test_a_link_shows_on_both_sides_to_who_may_know_of_the_other_and_goes_again(session, mailbox, ada):
    mine = from_mail(session, mailbox, "Lamp", "one")
    other = from_mail(session, mailbox, "Chair", "two", Message_ID="<2@c.example>")
    foreign = a_ticket(session)

    links.link(session, mine, other, by=ada)
    links.link(session, other, mine, by=ada)
    links.link(session, mine, foreign, by=ada)

    assert [one.other for one in links.of_ticket(session, mine, by=ada)] == [other]
    assert [one.other for one in links.of_ticket(session, other, by=ada)] == [mine]
    links.unlink(session, other, mine, by=ada)
    assert not links.of_ticket(session, mine, by=ada)
    with pytest.raises(links.NotToBeLinked):
        links.link(session, mine, mine, by=ada)


def test_links_of_what_was_merged_show_where_it_went_on_and_go_from_there(session, mailbox, ada):
    source = from_mail(session, mailbox, "Lamp", "one")
    target = from_mail(session, mailbox, "Lamp", "two", Message_ID="<2@c.example>")
    other = from_mail(session, mailbox, "Chair", "three", Message_ID="<3@c.example>")
    links.link(session, source, other, by=ada)
    links.link(session, source, target, by=ada)

    merges.merge(session, source, target, by=ada)

    assert [one.other for one in links.of_ticket(session, target, by=ada)] == [other]
    assert [one.other for one in links.of_ticket(session, other, by=ada)] == [target]
    merges.undo(session, source, by=ada)
    assert [one.other for one in links.of_ticket(session, other, by=ada)] == [source]
    merges.merge(session, source, target, by=ada)
    links.unlink(session, target, other, by=ada)
    assert not links.of_ticket(session, other, by=ada)


def test_who_follows_goes_along_with_a_merge_if_they_may_read_there_and_comes_back_with_it(session, mailbox, ada):
    team = mailbox_team(session, mailbox)
    ben, kim, far = an_agent(session, team), an_agent(session, team), an_agent(session, a_team(session))
    source, target = a_ticket(session, team), a_ticket(session, team)
    followers.follow(session, source, by=ben)
    followers.follow(session, source, by=kim)
    followers.follow(session, target, by=kim)
    session.add(Follower(ticket_id=source.id, agent_id=far.id))  # of another team by now
    session.flush()

    merges.merge(session, source, target, by=ada)

    assert set(followers.of_ticket(session, target)) == {ben, kim}
    merges.undo(session, source, by=ada)
    assert set(followers.of_ticket(session, target)) == {kim}
    assert ben in followers.of_ticket(session, source)


def test_where_a_message_came_from_is_known_to_who_may_know_of_that_ticket(session, mailbox, ada):
    team = mailbox_team(session, mailbox)
    source, target = a_ticket(session, team), a_ticket(session, team)
    note = a_note(session, source, ada)
    merges.merge(session, source, target, by=ada)
    pieces = [note, *session.scalars(select(Message).where(Message.ticket_id == target.id))]

    assert merges.known_origins(session, target, pieces, by=ada) == {source.id: Place.MERGED}
    source.team_id = a_team(session).id
    session.flush()
    assert merges.known_origins(session, target, pieces, by=ada) == {}
