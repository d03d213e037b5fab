"""A page asks the database as often for a long conversation as for a short one, and for a full list."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from helpdesk.models.agent import Team
from helpdesk.models.message import Direction
from tests import world
from tests.web.desk import Desk


def queries(desk: Desk, url: str) -> int:
    """How many statements the page needs, its audit events included."""
    browser = desk.browser(desk.ada)
    browser.get(url)
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        counted.append(statement)

    event.listen(desk.runtime.db.engine, "before_cursor_execute", count)
    try:
        assert browser.get(url).status_code == 200
    finally:
        event.remove(desk.runtime.db.engine, "before_cursor_execute", count)
    return len(counted)


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
        for _ in range(30):
            world.a_ticket(session, team)


@pytest.mark.parametrize(
    ("url", "grow"),
    [("/tickets/{}", longer), ("/inbox/open", fuller), ("/counters", fuller), ("/search?q=lamp", fuller)],
)
def test_the_number_of_queries_does_not_grow_with_what_is_shown(desk: Desk, url: str, grow: Callable[[Desk], None]):
    page = url.format(desk.ticket.number)
    fuller(desk)  # the list at its side has rows too
    before = queries(desk, page)

    grow(desk)

    assert queries(desk, page) <= before
