"""Snoozing: away until a moment, an answer, or either; back on top, with its agent."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import inbox, snooze, tickets
from helpdesk.desk.inbox import View
from helpdesk.desk.snooze import NotToBeSnoozed
from helpdesk.models.agent import Agent, Team
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Status, Ticket
from tests.world import a_ticket, days_ago, trail


def test_a_ticket_wakes_at_its_moment_on_top_with_its_agent(session: Session, team: Team, ticket: Ticket, ada: Agent):
    a_ticket(session, team, at=days_ago(5))
    tickets.assign(session, ticket, ada, by=ada)
    snooze.snooze(session, ticket, until=clock.now() + timedelta(hours=1), by=ada)
    assert snooze.wake_due(session) == 0

    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        assert snooze.wake_due(session) == 1
    session.flush()

    assert (ticket.status, ticket.assignee_id) == (Status.OPEN, ada.id)
    assert ticket.woke_at is not None
    assert inbox.page(session, ada, View.OPEN).tickets[0].id == ticket.id
    assert not session.scalars(select(Snooze)).all()
    assert len(trail(session, "ticket.wake")) == 1


def test_what_was_closed_meanwhile_is_not_woken(session: Session, ticket: Ticket, ada: Agent):
    snooze.snooze(session, ticket, until=clock.now() + timedelta(hours=1), by=ada)
    tickets.close(session, ticket, by=ada)

    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        snooze.wake_due(session)

    assert ticket.status is Status.CLOSED
    assert not session.scalars(select(Snooze)).all()


@pytest.mark.parametrize(("on_reply", "sleeps_on"), [(True, False), (False, True)])
def test_only_a_moment_that_was_chosen_alone_lets_a_ticket_sleep_on(
    session: Session, ticket: Ticket, ada: Agent, *, on_reply: bool, sleeps_on: bool
):
    snooze.snooze(session, ticket, until=clock.now() + timedelta(hours=1), on_reply=on_reply, by=ada)

    assert snooze.sleeps_on(session, ticket) is sleeps_on


@pytest.mark.parametrize("hours", [-1, 0, 24 * 400])
def test_a_moment_lies_ahead_and_within_a_year(session: Session, ticket: Ticket, ada: Agent, hours: int):
    with pytest.raises(NotToBeSnoozed):
        snooze.snooze(session, ticket, until=clock.now() + timedelta(hours=hours), by=ada)
    with pytest.raises(NotToBeSnoozed):
        snooze.snooze(session, ticket, on_reply=False, by=ada)


def test_presets_are_mornings_of_the_desk_also_when_the_clocks_change():
    zone = ZoneInfo("Europe/Berlin")
    with clock.stopped_at(datetime(2026, 3, 28, 20, 0, tzinfo=zone)):  # a Saturday, the night before summer time
        found = snooze.presets(zone)

    assert "today" not in found
    assert found["tomorrow"] == datetime(2026, 3, 29, 9, 0, tzinfo=zone)
    assert found["tomorrow"].utcoffset() == timedelta(hours=2)
    assert found["monday"] == datetime(2026, 3, 30, 9, 0, tzinfo=zone)


def test_three_hours_are_three_hours_also_when_the_clocks_change():
    with clock.stopped_at(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)):  # it is half past two, twice
        found = snooze.presets(ZoneInfo("Europe/Berlin"))
        assert found["today"] - clock.now() == timedelta(hours=3)
