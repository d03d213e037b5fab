"""Putting a ticket aside from its page: until a moment, an answer or both; waiting, waking, and back to sleep."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.desk import snooze
from helpdesk.models.agent import Agent
from helpdesk.models.message import Note
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Status, Ticket
from tests import world
from tests.desk.test_intake import answered
from tests.web.desk import Desk
from tests.web.test_bars import taken_in


def state(desk: Desk, number: int) -> tuple[Status, Snooze | None]:
    with desk.runtime.db.reading() as session:
        ticket = session.get_one(Ticket, number)
        return ticket.status, session.get(Snooze, number)


def test_until_a_moment_or_an_answer_with_a_note_that_says_why(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    until = (clock.now() + timedelta(days=1)).isoformat()

    ada.post(f"/tickets/{number}/snooze", {"until": until, "on_reply": "1", "why": "The bulb is on its way."})

    status, row = state(desk, number)
    assert status is Status.SNOOZED
    assert row is not None
    assert row.ends_on_reply
    page = ada.get(f"/tickets/{number}").text
    assert "or until they answer." in page
    assert "The bulb is on its way." in page
    snoozed = ada.get("/inbox/snoozed").text
    assert "until" in snoozed
    assert '<span dir="auto">The bulb is on its way.</span>' in snoozed
    assert "The bulb" not in desk.browser(desk.root).get("/inbox/snoozed").text  # an admin sees it, and may not read
    ada.post(f"/tickets/{number}/snooze", {"until": until})
    assert "The bulb" not in ada.get("/inbox/snoozed").text
    ada.post(f"/tickets/{number}/waking")
    assert state(desk, number) == (Status.OPEN, None)


def test_who_has_nothing_to_do_hears_when_the_next_one_comes_back(desk: Desk):
    ada = desk.browser(desk.ada)
    with desk.runtime.db.transaction() as session:
        ticket, agent = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        snooze.snooze(session, ticket, until=clock.now() + timedelta(days=1), by=agent)
        foreign = world.a_ticket(session)
        snooze.snooze(session, foreign, until=clock.now() + timedelta(hours=1), by=agent)

    assert "Next to come back: " in ada.get("/inbox/open").text
    assert ("Next to come back: " in ada.get("/inbox/mine").text) == (desk.ticket.assignee_id == desk.ada.id)
    assert "Next to come back: " not in desk.browser(desk.otto).get("/inbox/open").text
    assert "Next to come back: " not in ada.get("/inbox/spam").text


def test_an_own_time_is_the_desks_and_an_answer_alone_needs_no_time(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    day = f"{clock.now() + timedelta(days=2):%Y-%m-%d}"

    ada.post(f"/tickets/{number}/snooze", {"until": "chosen", "until_at": f"{day}T09:00"})
    _, row = state(desk, number)
    assert row is not None
    assert (row.until is not None, row.ends_on_reply) == (True, False)
    ada.post(f"/tickets/{number}/snooze", {"until": "reply"})

    _, row = state(desk, number)
    assert row is not None
    assert (row.until, row.ends_on_reply) == (None, True)


@pytest.mark.parametrize("until", ["", "soon", "2020-01-01T09:00", "2999-01-01T09:00", "chosen"])
def test_what_is_no_moment_to_come_is_told_and_nothing_is_changed(desk: Desk, until: str):
    answer = desk.browser(desk.ada).post(f"/tickets/{desk.ticket.number}/snooze", {"until": until, "why": "because"})

    assert answer.status_code == 422
    assert "Choose a moment within a year" in answer.text
    assert state(desk, desk.ticket.number) == (Status.OPEN, None)
    with desk.runtime.db.reading() as session:
        assert session.query(Note).count() == 0


@pytest.mark.parametrize(
    ("said", "offers"),
    [("Thanks a lot!", True), ("Thanks! But when does it come?", False), ("It broke again. " * 20, False)],
)
def test_a_short_answer_offers_to_go_on_sleeping(desk: Desk, said: str, *, offers: bool):
    number = taken_in(desk, "Chair")
    with desk.runtime.db.transaction() as session:
        ticket = session.get_one(Ticket, number)
        snooze.snooze(session, ticket, until=clock.now() + timedelta(days=3), by=session.merge(desk.ada))
        ours = answered(session, ticket)
    taken_in(desk, "Re: Chair", said, In_Reply_To=ours)
    ada = desk.browser(desk.ada)

    page = ada.get(f"/tickets/{number}").text

    assert state(desk, number)[0] is Status.OPEN
    assert ("Keep it snoozed until" in page) is offers


def test_waiting_for_the_customer_and_taking_it_back(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    ada.post(f"/tickets/{number}/waiting")
    assert state(desk, number)[0] is Status.PENDING

    ada.post(f"/tickets/{number}/reopening")

    assert state(desk, number)[0] is Status.OPEN
