"""A page asks the database as often for a long conversation as for a short one, and for a full list."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from helpdesk.models.agent import Team
from helpdesk.models.customer import Customer
from helpdesk.models.message import Direction
from tests import world
from tests.web.desk import Desk

# what a page may ask at most: its own statements, and those that leave the trail of what was read
MOST = {
    "/inbox/open": (12, 0),
    "/teams/{team}/inbox": (12, 0),
    "/counters": (12, 0),
    "/search?q=lamp": (12, 3),  # a search is an event of its own, each time
    "/tickets/{number}": (12, 0),  # the conversation, the editor, the customer with other tickets, and the views
    "/tickets/{number}?view=open&part=list": (12, 0),
    "/drafts": (12, 0),
    "/needs-a-look": (12, 0),
    "/notices": (12, 0),
}


def statements(desk: Desk, url: str) -> tuple[list[str], list[str]]:
    """What the page asks, and what leaves the trail after it: of a page that was looked at before."""
    browser = desk.browser(desk.ada)
    headers = {"HX-Request-Type": "partial"} if "part=" in url else {}
    browser.get(url, headers=headers)
    asked: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(desk.runtime.db.engine, "before_cursor_execute", hear)
    try:
        assert browser.get(url, headers=headers).status_code == 200
    finally:
        event.remove(desk.runtime.db.engine, "before_cursor_execute", hear)
    began = [at for at, statement in enumerate(asked) if statement.startswith("BEGIN")]
    after = began[1] if len(began) > 1 else len(asked)
    return _of_rows(asked[:after]), _of_rows(asked[after:])


def _of_rows(asked: list[str]) -> list[str]:
    return [one for one in asked if not one.startswith("BEGIN")]


@pytest.mark.parametrize("page", MOST)
def test_a_page_asks_no_more_than_it_may(desk: Desk, page: str):
    fuller(desk)
    longer(desk)

    asked, after = statements(desk, page.format(number=desk.ticket.number, team=desk.ticket.team_id))

    assert len(asked) <= MOST[page][0], "\n".join(asked)
    assert len(after) <= MOST[page][1], "\n".join(after)


def longer(desk: Desk) -> None:
    with desk.runtime.db.transaction() as session:
        ticket = session.merge(desk.ticket, load=False)
        for number in range(30):
            direction = Direction.SENT if number % 2 else Direction.RECEIVED
            world.a_message(session, ticket, text=f"Answer {number} about the lamp", direction=direction)
            world.a_note(session, ticket, desk.ada, f"Note {number}")


def fuller(desk: Desk) -> None:
    with desk.runtime.db.transaction() as session:
        team = session.get_one(Team, desk.ticket.team_id)
        customer = session.get_one(Customer, desk.ticket.customer_id)
        for number in range(30):
            world.a_ticket(session, team, customer=customer if number < 5 else None)


@pytest.mark.parametrize(
    ("url", "grow"),
    [("/tickets/{}", longer), ("/inbox/open", fuller), ("/counters", fuller), ("/search?q=lamp", fuller)],
)
def test_the_number_of_queries_does_not_grow_with_what_is_shown(desk: Desk, url: str, grow: Callable[[Desk], None]):
    page = url.format(desk.ticket.number)
    fuller(desk)  # the list at its side has rows too
    before = sum(map(len, statements(desk, page)))

    grow(desk)

    assert sum(map(len, statements(desk, page))) <= before
