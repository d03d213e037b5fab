"""Moving tickets between teams, to spam and trash and back, and mail that comes to what was thrown away."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.desk import inbox, places, replies, tickets
from helpdesk.models.agent import Team
from helpdesk.models.ticket import Place, Priority, Ticket
from helpdesk.privacy import access
from helpdesk.privacy.access import AccessDenied
from tests.desk.test_intake import an_email, deliver
from tests.world import a_mailbox, a_team, a_ticket, an_agent, trail


def test_a_moved_ticket_is_the_other_teams_to_read_and_not_the_first_ones(session):
    lamps, chairs = a_team(session), a_team(session)
    ada, otto, both = an_agent(session, lamps), an_agent(session, chairs), an_agent(session, lamps, chairs)
    ticket = a_ticket(session, lamps)
    tickets.assign(session, ticket, ada, by=ada)

    places.move(session, ticket, chairs, by=both)

    assert access.read(session, ticket, by=otto)
    assert ticket.assignee is None
    with pytest.raises(AccessDenied):
        access.read(session, ticket, by=ada)
    assert len(trail(session, "ticket.move")) == 1
    with pytest.raises(AccessDenied):
        places.move(session, ticket, lamps, by=ada)


def test_a_move_out_of_ones_own_sight_is_taken_back_with_who_was_responsible(session):
    lamps, chairs = a_team(session), a_team(session)
    ada = an_agent(session, lamps)
    ticket = a_ticket(session, lamps)
    tickets.assign(session, ticket, ada, by=ada)
    places.move(session, ticket, chairs, by=ada)

    places.move_back(session, ticket.id, by=ada)

    assert (ticket.team, ticket.assignee) == (lamps, ada)
    assert access.read(session, ticket, by=ada)
    assert len(trail(session, "ticket.move_back")) == 1
    with pytest.raises(places.TooLate):
        places.move_back(session, ticket.id, by=ada)


def test_a_move_is_not_taken_back_by_others_later_or_once_somebody_went_on(session):
    lamps, chairs = a_team(session), a_team(session)
    ada, otto, kim = an_agent(session, lamps), an_agent(session, chairs), an_agent(session, lamps)
    late, taken, looked_at, never = (a_ticket(session, lamps) for _each in range(4))
    with clock.stopped_at(clock.now() - places.BACK_WITHIN - timedelta(seconds=1)):
        places.move(session, late, chairs, by=ada)
    for ticket in (taken, looked_at):
        places.move(session, ticket, chairs, by=ada)
    tickets.assign(session, taken, otto, by=otto)
    access.read(session, looked_at, by=otto)

    for ticket, why in ((late, places.TooLate), (taken, places.TooLate), (never, places.NotMoved)):
        with pytest.raises(why):
            places.move_back(session, ticket.id, by=ada)
    for other in (otto, kim):
        with pytest.raises(places.NotMoved):
            places.move_back(session, looked_at.id, by=other)
    with pytest.raises(places.NotMoved):
        places.move_back(session, 987654, by=ada)
    places.move_back(session, looked_at.id, by=ada)

    assert [one.team_id for one in (late, taken, looked_at)] == [chairs.id, chairs.id, lamps.id]


def test_for_how_long_a_move_can_be_taken_back_is_known_of_ones_own_that_stands(session):
    lamps, chairs = a_team(session), a_team(session)
    ada, otto, kim = an_agent(session, lamps), an_agent(session, chairs), an_agent(session, lamps)
    moved, taken, back, late, never = (a_ticket(session, lamps) for _each in range(5))
    with clock.stopped_at(clock.now() - places.BACK_WITHIN):
        places.move(session, late, chairs, by=ada)
    now = clock.now()
    with clock.stopped_at(now):
        for ticket in (moved, taken, back):
            places.move(session, ticket, chairs, by=ada)
    tickets.assign(session, taken, otto, by=otto)
    places.move_back(session, back.id, by=ada)

    with clock.stopped_at(now + timedelta(seconds=10)):
        assert places.seconds_to_fetch_back(session, moved.id, by=ada) == 20
        for ticket in (taken, back, late, never):
            assert places.seconds_to_fetch_back(session, ticket.id, by=ada) == 0
        for other in (otto, kim):
            assert places.seconds_to_fetch_back(session, moved.id, by=other) == 0
        assert places.seconds_to_fetch_back(session, 987654, by=ada) == 0


def test_who_may_no_longer_read_where_it_came_from_takes_nothing_back(session):
    lamps, chairs = a_team(session), a_team(session)
    ada, ticket = an_agent(session, lamps), a_ticket(session, lamps)
    places.move(session, ticket, chairs, by=ada)
    ada.teams.clear()
    session.flush()

    with pytest.raises(AccessDenied), session.begin_nested():
        places.move_back(session, ticket.id, by=ada)

    session.expire_all()
    assert ticket.team_id == chairs.id


@pytest.mark.parametrize("place", [Place.SPAM, Place.TRASH])
def test_what_is_put_away_is_in_no_list_and_can_be_brought_back(session, place):
    team = a_team(session)
    ada, ticket = an_agent(session, team), a_ticket(session, team)

    places.put(session, ticket, place, by=ada)
    assert ticket not in session.scalars(inbox.in_view(ada, inbox.View.OPEN)).all()
    assert ticket in inbox.page(session, ada, inbox.View(place.value)).tickets
    places.put(session, ticket, Place.DESK, by=ada)

    assert ticket in session.scalars(inbox.in_view(ada, inbox.View.OPEN)).all()
    assert len(trail(session, f"ticket.{place}")) == len(trail(session, "ticket.restore")) == 1


def test_who_writes_to_a_ticket_in_the_trash_brings_it_back(session):
    mailbox = a_mailbox(session, a_team(session), "support@desk.example")
    first = deliver(session, mailbox, an_email("Lamp", "one", Message_ID="<1@c.example>"))
    ticket = session.get_one(Ticket, first.ticket_id)
    ada = an_agent(session, session.get_one(Team, mailbox.team_id))
    answer = replies.reply(session, ticket, "Hello", by=ada)
    places.put(session, ticket, Place.TRASH, by=ada)

    deliver(session, mailbox, an_email("Re: Lamp", "two", In_Reply_To=f"<{answer.rfc_message_id}>"))

    assert ticket.place is Place.DESK


def test_a_merged_ticket_is_in_no_place_of_its_own(session):
    team = a_team(session)
    ada, ticket = an_agent(session, team), a_ticket(session, team)
    ticket.place = Place.MERGED

    with pytest.raises(places.NotAPlace):
        places.put(session, ticket, Place.DESK, by=ada)


def test_a_priority_is_set_with_a_trace_and_once(session):
    team = a_team(session)
    ada, ticket = an_agent(session, team), a_ticket(session, team)

    for _twice in range(2):
        places.prioritise(session, ticket, Priority.URGENT, by=ada)

    assert ticket.priority is Priority.URGENT
    assert len(trail(session, "ticket.prioritise")) == 1
