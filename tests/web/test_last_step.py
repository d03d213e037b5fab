"""The key z takes back what was done last: a step, an answer or a move, and leaves what was done before."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from helpdesk import clock
from helpdesk.desk import snooze
from helpdesk.models.agent import Agent, TeamMember
from helpdesk.models.snooze import Snooze
from helpdesk.models.ticket import Status, Ticket
from tests.web.desk import Desk
from tests.web.test_where_focus_lands import HEARD, answer, later, opened

__all__ = ["later"]
CLOSE = '#ticket form[action$="/closure"] [data-key="e"]'
REOPEN = '#ticket form[action$="/reopening"] [data-key="e"]'


def test_a_step_is_taken_back_once_and_its_history_says_so(desk: Desk):
    ada, number = desk.browser(desk.ada), desk.ticket.number
    until = clock.now() + timedelta(days=1)
    ada.post(f"/tickets/{number}/snooze", {"until": until.isoformat()})
    ada.post(f"/tickets/{number}/closure")

    assert ada.post(f"/tickets/{number}/step/undoing").status_code == 303

    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, number).status is Status.SNOOZED
        assert session.get_one(Snooze, number).until == until
    assert "took their last step back" in ada.get(f"/tickets/{number}/history").text
    again = ada.post(f"/tickets/{number}/step/undoing")
    assert again.status_code == 422
    assert "It is too late to take that back" in again.text


def in_both_teams(desk: Desk) -> str:
    """Ada, who has a minute to take an answer back."""
    desk.browser(desk.ada).post("/settings/sending", {"undo_seconds": "60", "goes_to": "stay", "then": "stay"})
    with desk.runtime.db.transaction() as session:
        session.add(TeamMember(team_id=desk.otto.teams[0].id, agent_id=desk.ada.id))
    return desk.otto.teams[0].name


def team_of(desk: Desk) -> tuple[int, Status]:
    with desk.runtime.db.reading() as session:
        ticket = session.get_one(Ticket, desk.ticket.id)
        return ticket.team_id, ticket.status


def moved(page: Page, team: str) -> None:
    page.keyboard.press("t")
    page.locator("details.menu[open] button[name=team]", has_text=team).click()
    expect(page.locator("[data-undo]", has_text="It is with")).to_be_visible()


@pytest.mark.browser
def test_an_answer_after_a_move_is_heard_shown_and_taken_back_first(desk: Desk, desk_url: str, page: Page):
    other = in_both_teams(desk)
    opened(page, desk, desk_url)
    moved(page, other)

    answer(page)

    expect(page.locator(HEARD)).to_contain_text("leaves in a moment")
    expect(page.locator("[data-undo]")).to_have_count(2)
    page.keyboard.press("z")
    expect(page.locator("#editor")).to_contain_text("Try another bulb.")
    assert team_of(desk)[0] == desk.otto.teams[0].id
    page.locator("h1").last.click()
    page.keyboard.press("z")
    expect(page.locator("#thread")).to_contain_text("took the move to another team back")


@pytest.mark.browser
def test_a_closing_after_a_move_or_beside_an_answer_is_taken_back_first(
    desk: Desk, desk_url: str, page: Page, later: Ticket
):
    other = in_both_teams(desk)
    opened(page, desk, desk_url)
    moved(page, other)
    page.keyboard.press("e")
    expect(page.locator(REOPEN)).to_be_attached()

    page.keyboard.press("z")

    expect(page.locator(CLOSE)).to_be_attached()
    assert team_of(desk) == (desk.otto.teams[0].id, Status.OPEN)
    answer(page)
    expect(page.locator("[data-message][data-undo]")).to_be_visible()
    page.goto(f"{desk_url}/tickets/{later.number}")
    page.keyboard.press("e")
    expect(page.locator(REOPEN)).to_be_attached()
    page.keyboard.press("z")
    expect(page.locator(CLOSE)).to_be_attached()
    expect(page.get_by_role("heading", name="A chair without a leg")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="The lamp flickers")).to_be_visible()
    expect(page.locator("#editor")).to_contain_text("Try another bulb.")


@pytest.mark.browser
def test_a_closing_leaves_the_snooze_as_it_was_and_taking_a_ticket_is_taken_back(
    desk: Desk, desk_url: str, page: Page
):
    with desk.runtime.db.transaction() as session:
        ticket, agent = session.get_one(Ticket, desk.ticket.id), session.get_one(Agent, desk.ada.id)
        snooze.snooze(session, ticket, until=clock.now() + timedelta(days=1), by=agent)
        before = session.get_one(Snooze, ticket.id).until
    opened_at = f"{desk_url}/tickets/{desk.ticket.number}"
    opened(page, desk, desk_url, "snoozed")
    assert page.url.startswith(opened_at)
    page.keyboard.press("e")
    expect(page.locator(REOPEN)).to_be_attached()

    page.keyboard.press("z")

    expect(page.locator(CLOSE)).to_be_attached()
    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, desk.ticket.id).status is Status.SNOOZED
        assert session.get_one(Snooze, desk.ticket.id).until == before
    page.keyboard.press("i")
    expect(page.locator("#thread")).to_contain_text("took the ticket")
    with page.expect_response("**/step/undoing"):
        page.keyboard.press("z")
    with desk.runtime.db.reading() as session:
        assert session.get_one(Ticket, desk.ticket.id).assignee_id is None
