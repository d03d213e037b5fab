"""How SQLite finds the rows of a page: by an index, whatever it is asked; a table that grows is never walked."""

from typing import Any

from sqlalchemy import event

from tests.web.desk import Desk
from tests.web.test_queries import MOST, fuller, longer

GROWING = frozenset(
    """
    attachment audit_event audit_shown customer customer_address delivery inbound_email message message_address
    message_content note note_content outbound_email participant sending ticket ticket_content
    """.split()
)


def test_no_page_walks_a_table_that_grows(desk: Desk):
    fuller(desk)
    longer(desk)
    grow_large(desk)

    asked = [one for page in MOST for one in asked_by(desk, page)]
    walked = {walk for statement, given in asked for walk in walks(desk, statement, given)}

    assert len(asked) > 2 * len(MOST)
    assert walked == set()


def grow_large(desk: Desk) -> None:
    """Let SQLite know of fifty thousand customers, of whom none is part of another: it won't count on that index."""
    with desk.runtime.db.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE customer")
        connection.exec_driver_sql(
            "UPDATE sqlite_stat1 SET stat = '50000 50000' WHERE idx = 'ix_customer_part_of_id'"
        )


def asked_by(desk: Desk, page: str) -> list[tuple[str, Any]]:
    browser, asked = desk.browser(desk.ada), list[tuple[str, Any]]()

    def hear(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        asked.append((statement, given))

    event.listen(desk.runtime.db.engine, "before_cursor_execute", hear)
    try:
        browser.get(page.format(number=desk.ticket.number, team=desk.ticket.team_id))
    finally:
        event.remove(desk.runtime.db.engine, "before_cursor_execute", hear)
    return [one for one in asked if one[0].lstrip().startswith(("SELECT", "WITH"))]


def walks(desk: Desk, statement: str, given: Any) -> list[str]:
    """The steps of a plan that go through a whole table."""
    with desk.runtime.db.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE sqlite_master")  # read the figures again
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
        of_few = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '% INDEX % WHERE %'").all()
    of_few_rows = {one.name for one in of_few}  # an index of those in some state alone
    return [
        f"{detail} in {' '.join(statement.split())[:200]}"
        for detail in (step.detail for step in steps)
        if detail.startswith("SCAN ") and detail.split()[1] in GROWING and not set(detail.split()) & of_few_rows
    ]
