"""One's own last step on a ticket is taken back, and it stands as before; what somebody went on from stays."""

from datetime import timedelta
from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from helpdesk import clock
from helpdesk.desk import places, snooze, steps, stood, tickets
from helpdesk.models.agent import Agent
from helpdesk.models.ticket import Place, Priority, Status, Ticket
from helpdesk.privacy.access import AccessDenied
from helpdesk.privacy.readers import Machine
from tests.world import a_team, a_ticket, an_agent, days_ago, trail

TOMORROW: Final = timedelta(days=1)


@pytest.fixture
def ada(session: Session) -> Agent:
    return an_agent(session, a_team(session))


@pytest.fixture
def ticket(session: Session, ada: Agent) -> Ticket:
    return a_ticket(session, ada.teams[0], at=days_ago(2))


def sleeps(session: Session, ticket: Ticket, ada: Agent) -> None:
    snooze.snooze(session, ticket, until=clock.now() + TOMORROW, on_reply=False, by=ada)


def waits(session: Session, ticket: Ticket, ada: Agent) -> None:
    tickets.wait(session, ticket, by=ada)


def is_closed(session: Session, ticket: Ticket, ada: Agent) -> None:
    tickets.close(session, ticket, by=ada)


def is_thrown_away(session: Session, ticket: Ticket, ada: Agent) -> None:
    places.put(session, ticket, Place.TRASH, by=ada)


def is_nobodys(*_any: Any) -> None:
    """As it came."""


BEFORE = [is_nobodys, sleeps, waits, is_closed, is_thrown_away]
STEPS = {
    "close": is_closed,
    "wait": waits,
    "snooze": lambda session, ticket, ada: snooze.snooze(session, ticket, until=clock.now() + 2 * TOMORROW, by=ada),
    "wake": lambda session, ticket, ada: snooze.wake(session, ticket, by=ada),
    "reopen": lambda session, ticket, ada: tickets.reopen(session, ticket, by=ada),
    "restore": lambda session, ticket, ada: places.put(session, ticket, Place.DESK, by=ada),
    "spam": lambda session, ticket, ada: places.put(session, ticket, Place.SPAM, by=ada),
    "assign": lambda session, ticket, ada: tickets.assign(session, ticket, ada, by=ada),
    "prioritise": lambda session, ticket, ada: places.prioritise(session, ticket, Priority.URGENT, by=ada),
}


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("step", STEPS)
def test_the_ticket_stands_as_before_whatever_the_step_was(session, ada, ticket, before, step):
    with clock.stopped_at(clock.now() - timedelta(hours=1)):
        before(session, ticket, ada)
    stood_so = stood.of(session, ticket)
    STEPS[step](session, ticket, ada)
    if stood.of(session, ticket) == stood_so:
        return  # it was so already: not a step

    steps.take_back(session, ticket, by=ada)

    assert stood.of(session, ticket) == stood_so
    assert len(trail(session, "ticket.undo")) == 1
    with pytest.raises(steps.TooLate):
        steps.take_back(session, ticket, by=ada)


def test_a_step_is_not_taken_back_by_others_later_or_once_somebody_went_on(session, ada):
    team = ada.teams[0]
    otto = an_agent(session, team)
    late, noted, taken, by_machine, never, moved = (a_ticket(session, team) for _each in range(6))
    with clock.stopped_at(clock.now() - places.BACK_WITHIN - timedelta(seconds=1)):
        tickets.close(session, late, by=ada)
    for ticket in (noted, taken, moved):
        tickets.close(session, ticket, by=ada)
    tickets.note(session, noted, "I wrote to them.", by=otto)
    tickets.reopen(session, taken, by=Machine.INTAKE)
    tickets.close(session, by_machine, by=Machine.INTAKE)
    places.move(session, moved, a_team(session), by=an_agent(session, team))

    for ticket in (late, noted, taken, by_machine, never, moved):
        with pytest.raises(steps.TooLate):
            steps.take_back(session, ticket, by=ada)
    with pytest.raises(steps.TooLate):
        steps.take_back(session, noted, by=otto)

    assert [one.is_closed for one in (late, noted, taken)] == [True, True, False]


def test_who_could_not_read_it_as_it_stood_before_takes_nothing_back(session, ada, ticket):
    tickets.close(session, ticket, by=ada)
    ada.teams.clear()
    session.flush()

    with pytest.raises(AccessDenied), session.begin_nested():
        steps.take_back(session, ticket, by=ada)

    session.expire_all()
    assert ticket.status is Status.CLOSED


def test_whose_it_was_before_has_it_again_and_not_who_left_the_team(session, ada, ticket):
    otto = an_agent(session, ada.teams[0])
    tickets.assign(session, ticket, otto, by=ada)
    tickets.assign(session, ticket, ada, by=ada)

    steps.take_back(session, ticket, by=ada)

    assert ticket.assignee is otto
    tickets.assign(session, ticket, ada, by=ada)
    otto.teams.clear()
    session.flush()
    with pytest.raises(steps.TooLate):
        steps.take_back(session, ticket, by=ada)
